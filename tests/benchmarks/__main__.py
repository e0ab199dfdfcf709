"""Every measurement on one real ComfyUI in fast-test mode; 0 when all limits hold."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))


def main() -> int:
    from hosts.leftovers import left_below

    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder))
        left = left_below(Path(folder).resolve())
    from benchmarks.measure import HEADER

    print("\n".join([HEADER, *(measure.line() for measure in found)]))
    print(f"processes left behind: {len(left)}", *left, sep="\n")
    return 0 if all(measure.holds for measure in found) and not left else 1


def measured(work: Path) -> list:
    from hosts import comfyui
    from hosts.comfyui_launcher import ALL_IMPORTS
    from hosts.journey import Api

    from benchmarks import identities, imports, lists, page_loads, trainings, uploads

    base = host_with_neighbours(work / "host")
    environment = {"ISENGARD_MODE": "fast-test", "PYTHONDONTWRITEBYTECODE": "", "ISENGARD_IDLE_S": "5"}
    environment[ALL_IMPORTS] = "1"
    logs = []
    for _ in range(3):  # the first writes the bytecode
        server = comfyui.start(base, environment=environment)
        logs.append(server.log())
        server.stop()
    server = comfyui.start(base, environment={**environment, "PYTHONPROFILEIMPORTTIME": "1"})
    traced = server.log()
    server.stop()
    server = comfyui.start(base, environment=environment)
    try:
        api = Api(server.url, "bench")
        api.wait_until_ready()
        logs.append(server.log())
        return [
            *imports.importing(logs[1:], traced),
            *page_loads.page_loads(server.url),
            *uploads.uploads(api, work / "uploads"),
            *trainings.overhead(api, work / "training"),
            *identities.applying(work / "identity"),
            *lists.lists(api, server.data, work / "lists"),
        ]
    finally:
        server.stop()


def host_with_neighbours(base: Path) -> Path:
    """Ours as a user has it (bytecode is kept), the pencil's, and an empty pack to compare with."""
    from hosts import comfyui

    from benchmarks.imports import EMPTY
    from benchmarks.trainings import PENCIL

    comfyui.make_base(base, pack_names=())
    packs = base / "custom_nodes"
    unwanted = shutil.ignore_patterns(".git", "tests", "node_modules", ".*cache", "__pycache__")
    shutil.copytree(comfyui.PACK, packs / "isengard", ignore=unwanted)
    shutil.copytree(PENCIL, packs / "pencil-trainer", ignore=unwanted)
    (packs / "empty").mkdir()
    (packs / "empty" / "__init__.py").write_text(EMPTY)
    return base


if __name__ == "__main__":
    raise SystemExit(main())
