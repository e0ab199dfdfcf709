"""The order of folders: nothing imports upwards, in Python and in the panel, and no folder is an attic.

The folders of one line stand side by side and do not import each other. What lies directly in a layer's folder (errors, ids, paths in
core; the seam `interface.py` in training) is below all of them, except what is named here.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from architecture.test_layers import LAYERS, find_cycle, imports, module_name, product_files

ROOT = Path(__file__).resolve().parents[2]
MOST_MODULES = 20
#: layer -> its folders and single modules, from the top down
FLOORS = {
    "core": (
        ("privacy", "diagnosis"),
        ("characters",),
        ("generations", "loras"),
        ("storage", "faces", "photo_decoding"),
        ("jobs", "families", "model_headers", "marks"),
        ("records", "processes"),
    ),
    "training": (
        ("service", "doctor"),
        ("worker",),
        ("monitoring",),
        ("planning",),
        ("backends", "face_tools"),
        ("captioning", "downloads"),
        ("tasks",),
        ("process", "gpu"),
        ("loras",),
        ("job_folder",),
        ("ledgers",),
        ("machine",),
    ),
    "web": (
        ("app",),
        ("compose", "comfyui_guard", "template_browser"),
        ("loops",),
        ("gateway",),
        ("routes",),
        ("openapi", "container"),
        ("services",),
        ("http", "panel_code"),
    ),
    "generation": (
        ("service", "proof"),
        ("casting", "request_rules", "passing_pictures", "mending"),
        ("image",),
        ("prompt_text",),
    ),
    "js": (("isengard.js",), ("components",), ("data",), ("lib",), ("locales",)),
    "js/components": (
        ("panel",),
        ("images",),
        ("photo_day",),
        ("training",),
        ("settings",),
        ("characters", "comparing"),
        ("looking", "outside_loras", "prompting", "first_hour", "from_picture", "mending", "help", "storage"),
        ("shared",),
    ),
}
#: Statements only: a type that a comment names is no dependency.
JS_IMPORT = re.compile(r"""(?m)^(?:import|export)\b[^;"']*["'](\.{1,2}/[^"']+\.js)["']""")


def floor(layer: str, name: str) -> int:
    """The floor's number from the top; what is not named is the ground that all stand on."""
    for number, names in enumerate(FLOORS[layer]):
        if name in names:
            return number
    return len(FLOORS[layer])


def arrows() -> Iterator[tuple[str, str, str]]:
    """(layer, importing module, imported module) within each layer that has floors."""
    for file in product_files():
        parts = module_name(file)
        for target, _ in imports(file):
            if len(parts) > 1 and len(target) > 1 and target[0] == parts[0] in FLOORS:
                yield parts[0], "/".join(parts[1:]), "/".join(target[1:])
    for file in sorted((ROOT / "js").rglob("*.js")):
        here = file.relative_to(ROOT).as_posix()
        for target in JS_IMPORT.findall(file.read_text(encoding="utf-8")):
            there = posixpath.normpath(posixpath.join(posixpath.dirname(here), target))
            for layer in ("js", "js/components"):
                if here.startswith(f"{layer}/") and there.startswith(f"{layer}/"):
                    yield layer, here.removeprefix(f"{layer}/"), there.removeprefix(f"{layer}/")


def is_upward(layer: str, importing: str, imported: str) -> bool:
    first, second = importing.split("/")[0], imported.split("/")[0]
    if first == second:
        return False
    above, below = floor(layer, first), floor(layer, second)
    ground = len(FLOORS[layer])
    return below < above or above == below < ground


def test_nothing_imports_upwards():
    wrong = [
        f"{layer}: {one} imports {other}" for layer, one, other in arrows() if is_upward(layer, one, other)
    ]
    assert not wrong, "\n".join(wrong)


def test_every_floor_is_there_and_looked_at():
    seen = Counter(layer for layer, _, _ in arrows())
    assert set(seen) == set(FLOORS) and min(seen.values()) > 5, seen
    named = [(layer, name) for layer, floors in FLOORS.items() for names in floors for name in names]
    missing = [
        f"{layer}/{name}"
        for layer, name in named
        if not (ROOT / layer / name).exists() and not (ROOT / layer / f"{name}.py").is_file()
    ]
    assert not missing, missing


def test_no_import_cycles_in_the_panel():
    edges: dict[str, set[str]] = {}
    for file in sorted((ROOT / "js").rglob("*.js")):
        here = file.relative_to(ROOT).as_posix()
        targets = JS_IMPORT.findall(file.read_text(encoding="utf-8"))
        edges[here] = {posixpath.normpath(posixpath.join(posixpath.dirname(here), one)) for one in targets}
    assert sum(map(len, edges.values())) > 300
    assert not (cycle := find_cycle(edges)), " -> ".join(cycle)


def test_the_check_finds_a_way_up():
    assert is_upward("core", "records/job", "storage/library")
    assert is_upward("core", "loras/versions", "generations/generation_store")
    assert not is_upward("core", "storage/library", "records/job")
    assert is_upward("js/components", "shared/view.js", "images/images.js")


def test_no_folder_is_an_attic():
    folders = Counter(
        file.parent.relative_to(ROOT).as_posix()
        for layer in (*LAYERS, "js")
        for file in (ROOT / layer).rglob("*")
        if file.suffix in (".py", ".js") and file.name != "__init__.py"
    )
    assert len(folders) > 40
    assert not (full := {name: count for name, count in folders.items() if count > MOST_MODULES}), full
