"""`python tests/architecture/figures.py [FOLDER]`: how the house is built, in numbers, for this checkout or another one.

Modules in each folder, arrows between folders, imports that lead upwards, cycles, names that stand twice, thin and long modules,
lengths of functions. A change that moves code is measured by running it before and after.
"""

from __future__ import annotations

import ast
import posixpath
import statistics
import sys
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from architecture import test_floors, test_layers

THIN, LONG = 50, 400


def main(root: Path) -> None:
    test_layers.ROOT = test_floors.ROOT = root
    python = [file for file in test_layers.product_files() if file.exists()]
    panel = sorted((root / "js").rglob("*.js"))
    _rooms(root, [*python, *panel])
    _arrows(root, python, panel)
    _names_and_sizes(root, [*python, *panel])
    _functions(python)


def _rooms(root: Path, files: list[Path]) -> None:
    rooms = Counter(file.parent.relative_to(root).as_posix() for file in files if file.name != "__init__.py")
    print(f"folders {len(rooms)}, modules {sum(rooms.values())}, most in one folder {max(rooms.values())}")
    for name, count in sorted(rooms.items(), key=lambda item: -item[1])[:8]:
        print(f"  {count:4} {name}")


def _arrows(root: Path, python: list[Path], panel: list[Path]) -> None:
    edges = defaultdict(set)
    for file in python:
        for target, _ in test_layers.imports(file):
            if target[:1] != ("",) and target:
                edges["/".join(test_layers.module_name(file))].add("/".join(target))
    scripts = defaultdict(set)
    for file in panel:
        here = file.relative_to(root).as_posix()
        for target in test_floors.JS_IMPORT.findall(file.read_text(encoding="utf-8")):
            scripts[here].add(posixpath.normpath(posixpath.join(posixpath.dirname(here), target)))
    for name, graph in (("Python", edges), ("panel", scripts)):
        between = {
            (posixpath.dirname(one), posixpath.dirname(other))
            for one, others in graph.items()
            for other in others
            if posixpath.dirname(one) != posixpath.dirname(other)
        }
        cycle = test_layers.find_cycle({one: others - {one} for one, others in graph.items()})
        print(
            f"{name}: imports {sum(map(len, graph.values()))}, arrows between folders {len(between)}, "
            f"cycles {' -> '.join(cycle) or 0}"
        )
    upward = [arrow for arrow in test_floors.arrows() if test_floors.is_upward(*arrow)]
    print(f"imports that lead upwards: {len(upward)}")


def _names_and_sizes(root: Path, files: list[Path]) -> None:
    stems = Counter(file.stem for file in files if file.stem != "__init__")
    twice = {name: count for name, count in stems.items() if count > 1}
    print(f"names that stand more than once: {len(twice)} ({', '.join(sorted(twice))})")
    lines = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    thin = [file for file, count in lines.items() if count < THIN and file.name != "__init__.py"]
    print(f"modules under {THIN} lines: {len(thin)}; over {LONG}: {sum(n > LONG for n in lines.values())}")
    print(f"lines of a module: median {statistics.median(lines.values()):.0f}, longest {max(lines.values())}")


def _functions(python: list[Path]) -> None:
    lengths = [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for file in python
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    print(f"functions {len(lengths)}: median {statistics.median(lengths):.0f} lines, longest {max(lengths)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else test_layers.ROOT)
