"""The import rules of DESIGN section 3, kept by reading every file with `ast`."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("core", "training", "generation", "nodes", "web")
#: layer -> the layers it may import (itself always)
ALLOWED = {
    "core": set(),
    "training": {"core"},
    "generation": {"core"},
    "nodes": {"core", "training", "generation"},
    "web": {"core", "training", "generation"},
}
#: Foreign module -> the only files or folders of ours that may import it.
OWNED = {
    "huey": ("training/worker/doorbell.py",),
    "redis": ("training/worker/doorbell.py", "training/ledgers/redis"),
    "aiohttp": ("web/", "generation/image/"),
    "folder_paths": ("comfy_host.py",),
    "server": ("comfy_host.py",),
    "comfy": ("comfy_host.py",),
    "comfy_api": ("nodes/",),
    "torch": ("nodes/", "training/backends/", "core/faces/reading/sscd.py"),
    "PIL": (
        "core/photo_decoding/",
        "core/faces/",
        "core/marks/",
        "nodes/",
        "training/backends/",
        "generation/photo_days/looks.py",
        "generation/proof.py",
        "generation/shared_copies.py",
        "generation/thumbnails.py",
    ),
    "pillow_heif": ("core/photo_decoding/",),
    "pythonjsonlogger": ("core/logs.py",),
    "psutil": (
        "core/processes/child_pool.py",
        "core/comfyui_http.py",
        "training/process/process_tree.py",
        "training/machine/machine_facts.py",
        "training/machine/apple_gpu.py",
    ),
    "tomlkit": ("core/toml_files.py",),
    "subprocess": ("core/processes/start.py", "comfy_restart.py"),
    "c2pa": ("core/marks/content_credentials.py",),
    "cryptography": ("core/marks/signing_key.py",),
    "anyascii": ("core/characters/slugs.py",),
}
#: Where concrete plugins and the ComfyUI adapter may be named.
ROOTS = {"__init__.py", "web/app.py", "training/worker/main.py"}


def product_files() -> list[Path]:
    files = [file for layer in LAYERS for file in sorted((ROOT / layer).rglob("*.py"))]
    alone = (
        "__init__.py",
        "boot.py",
        "comfy_capabilities.py",
        "comfy_host.py",
        "comfy_restart.py",
        "comfy_weights.py",
    )
    return [*files, *(ROOT / name for name in alone)]


def module_name(file: Path) -> tuple[str, ...]:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def imports(file: Path) -> list[tuple[tuple[str, ...], int]]:
    """Every imported module of ours as parts, with its line; foreign modules as ("", name)."""
    package = module_name(file) if file.name == "__init__.py" else module_name(file)[:-1]
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(("", alias.name), node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.append((("", node.module or ""), node.lineno))
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] + tuple((node.module or "").split("."))
            base = tuple(part for part in base if part)
            for alias in node.names:
                target = (*base, alias.name)
                is_module = (
                    ROOT.joinpath(*target).with_suffix(".py").exists() or ROOT.joinpath(*target).is_dir()
                )
                found.append((target if is_module else base, node.lineno))
    return found


def test_layers_point_inwards():
    wrong = []
    for file in product_files():
        layer = file.relative_to(ROOT).parts[0]
        if layer not in ALLOWED:
            continue
        for target, line in imports(file):
            if target[0] in LAYERS and target[0] != layer and target[0] not in ALLOWED[layer]:
                wrong.append(f"{file.relative_to(ROOT)}:{line} imports {'.'.join(target)}")
    assert not wrong, "\n".join(wrong)


def test_one_place_opens_the_library():
    """Two in one process would each take the other's new file for a damaged one."""
    opened = [
        str(file.relative_to(ROOT))
        for file in product_files()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in ("Library", "open_library")
    ]
    assert sorted(opened) == ["core/characters/character_sidecars.py", "web/compose.py"], opened


def test_imports_of_ours_are_relative():
    ours = {*LAYERS, "isengard", "boot", "comfy_host"}
    wrong = [
        f"{file.relative_to(ROOT)}:{line} imports {target[1]}"
        for file in product_files()
        for target, line in imports(file)
        if target[0] == "" and target[1].split(".")[0] in ours
    ]
    assert not wrong, "\n".join(wrong)


def test_only_composition_roots_name_plugins_and_the_host():
    wrong = []
    for file in product_files():
        name = file.relative_to(ROOT).as_posix()
        for target, line in imports(file):
            path = "/".join(target)
            plugin = next((p for p in plugin_folders() if path == p or path.startswith(p + "/")), None)
            own = plugin is not None and name.startswith(plugin + "/")
            if (plugin or target == ("comfy_host",)) and not own and name not in ROOTS:
                wrong.append(f"{name}:{line} imports {path}")
    assert not wrong, "\n".join(wrong)


def plugin_folders() -> list[str]:
    seams = (ROOT / "training" / "backends", ROOT / "generation" / "image")
    return [
        folder.relative_to(ROOT).as_posix()
        for seam in seams
        for folder in sorted(seam.iterdir())
        if (init := folder / "__init__.py").is_file() and "def create(" in init.read_text(encoding="utf-8")
    ]


def test_foreign_modules_stay_with_their_owners():
    wrong = []
    for file in product_files():
        name = file.relative_to(ROOT).as_posix()
        for target, line in imports(file):
            owners = OWNED.get(target[1].split(".")[0]) if target[0] == "" else None
            if owners and not name.startswith(owners):
                wrong.append(f"{name}:{line} imports {target[1]}")
    assert not wrong, "\n".join(wrong)


def test_no_import_cycles():
    files = product_files()
    known = {module_name(file) for file in files}
    edges = {
        module_name(file): {
            target for target, _ in imports(file) if target in known and target != module_name(file)
        }
        for file in files
    }
    assert not (cycle := find_cycle(edges)), " -> ".join(".".join(part) for part in cycle)


def find_cycle(edges: dict) -> list:
    done: set = set()

    def visit(node, trail):
        if node in trail:
            return [*trail[trail.index(node) :], node]
        if node in done:
            return []
        for target in sorted(edges.get(node, ())):
            if found := visit(target, [*trail, node]):
                return found
        done.add(node)
        return []

    return next((found for node in sorted(edges) if (found := visit(node, []))), [])


def test_the_cycle_check_finds_a_cycle():
    assert find_cycle({("a",): {("b",)}, ("b",): {("a",)}}) != []
    assert find_cycle({("a",): {("b",)}, ("b",): set()}) == []
