"""The face-reading child: JSON lines in, JSON lines out. Run as `python -I child.py PLAN FOLDER…`; must not import the package.

PLAN is JSON: {"parts": by role of interface.py {"detector": {"adapter": name of a module beside this one, "files": {name: path}}, …},
"memory": bytes of address space}; the folders are those of libraries. First line out: {"ready": true}. Request {"picture": path}: a picture file of ours. Answer
{"faces": [{"side": pixels of the file's picture, "share": of the height, "box": [left, top, right, bottom] as shares, "numbers": [floats],
and what face_measures.py says}], largest first, "scene": …}, or {"code", "message"}. Request {"picture": path, "perhaps": true}: answer
{"perhaps": [[left, top, right, bottom] as shares]}, whoever may be in it, too.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
from typing import Any

#: What the modules beside this one are called here: they import each other, and nothing of the package.
BESIDE = "isengard_reading"


def main() -> None:
    text, *folders = sys.argv[1:]
    plan = json.loads(text)
    sys.path.extend(folders)
    _be_modest(plan["memory"])
    reader = _reader(plan["parts"])
    _answer({"ready": True})
    for line in sys.stdin.buffer:
        try:
            request = json.loads(line)
            look = reader.perhaps if request.get("perhaps") else reader.read
            answer: dict[str, Any] = look(request["picture"])
        except (OSError, SyntaxError, ValueError, RuntimeError, MemoryError) as fault:
            answer = {"code": "picture_unreadable", "message": type(fault).__name__}
        _answer(answer)


def _reader(parts: dict[str, dict[str, Any]]) -> Any:
    _find_modules_beside()
    interface, reading = _beside("interface"), _beside("face_reading")
    made = {role: _beside(part["adapter"]).PARTS[role](part["files"]) for role, part in parts.items()}
    pictures = {role: made.pop(role) for role in interface.PICTURE_ROLES if role in made}
    return reading.PictureReader(**made, pictures=pictures)


def _find_modules_beside() -> None:
    """By their path: -I hides the folder, and the package is not to be imported."""
    folder = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
    package = os.path.join(folder, "__init__.py")  # noqa: PTH118
    spec = importlib.util.spec_from_file_location(BESIDE, package, submodule_search_locations=[folder])
    if spec is None or spec.loader is None:
        raise ImportError(folder)
    sys.modules[BESIDE] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[BESIDE])


def _beside(name: str) -> Any:
    return importlib.import_module(f"{BESIDE}.{name}")


def _be_modest(memory: int) -> None:
    """Below everybody else's priority, and no more memory than it needs."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        os.nice(5)


def _answer(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
