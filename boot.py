"""The one bootstrap: whoever starts us, this folder becomes the package `isengard`, exactly once, whatever it is called.

Standard library only, and no reliance on sys.path: it works under `python -I`, without PYTHONPATH and without a
virtual environment (Windows portable ComfyUI). Run as a script it is the entry of the worker, the doctor and the set-up by hand.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import os
import sys
from pathlib import Path
from types import ModuleType

PACKAGE = "isengard"
#: subcommand -> module with main(argv) -> exit status
COMMANDS = {
    "worker": "training.worker.main",
    "doctor": "training.doctor.doctor",
    "setup": "training.worker.setup_command",
}


def load() -> ModuleType:
    """This folder as the module `isengard`. Raises ImportError when another copy already has the name."""
    # not resolved: a pack that is linked into custom_nodes has its neighbours there
    folder = Path(__file__).absolute().parent
    known = sys.modules.get(PACKAGE)
    if known is not None:
        _refuse_other(known, folder)
        return known
    spec = importlib.util.spec_from_file_location(
        PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"Isengard cannot be loaded from {folder}.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[PACKAGE]
        raise
    return module


def main(argv: list[str]) -> int:
    """Run one of the commands; the exit status: 1 for what a person must mend, which is said, 2 for no such command."""
    usage = f"usage: python -m {PACKAGE} {'|'.join(COMMANDS)}\n"
    if argv[:1] in (["-h"], ["--help"]):
        sys.stdout.write(usage)
        return 0
    if not argv or argv[0] not in COMMANDS:
        sys.stderr.write(usage)
        return 2
    if isinstance(
        sys.stdout, io.TextIOWrapper
    ):  # into a file, Windows' code page has no letters for many a name
        sys.stdout.reconfigure(errors="backslashreplace")
    load()
    command = importlib.import_module(f"{PACKAGE}.{COMMANDS[argv[0]]}")
    errors = importlib.import_module(f"{PACKAGE}.core.errors")
    try:
        status: int = command.main(argv[1:])
    except errors.IsengardError as refusal:
        sys.stderr.write(f"{refusal.message} {refusal.hint}\n")
        return 1
    return status


def _refuse_other(known: ModuleType, folder: Path) -> None:
    origin = getattr(known, "__file__", None)
    home = Path(origin).resolve().parent if origin else None
    if home is None or not _same(home, folder):
        raise ImportError(
            f"Isengard is installed twice: {home or 'somewhere unknown'} is already loaded, so {folder} was not. "
            "Remove one of the two folders and restart ComfyUI. Your characters and LoRAs are stored elsewhere "
            "and stay as they are."
        )


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one == other


if __name__ == "__main__":
    # started without -I: our folder stands on the path, where `core` or `web` would be found before somebody else's
    sys.path[:] = [entry for entry in sys.path if entry != os.path.dirname(os.path.abspath(__file__))]  # noqa: PTH100, PTH120
    raise SystemExit(main(sys.argv[1:]))
