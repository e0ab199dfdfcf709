"""Starts the ComfyUI of the host environment as `main.py` would be started; run by that environment's Python.

Only here for test hosts: a CPU torch beside the registry's torchvision lacks two operators (facts: test-hosts).
"""

from __future__ import annotations

import gc
import os
import runpy
import signal
import sys
from pathlib import Path
from types import ModuleType

ALL_IMPORTS = "ISENGARD_TEST_ALL_IMPORTS"


def define_missing_operators() -> object | None:
    """The schemas of nms and qnms that torchvision's CUDA-built library would have brought; None with a CUDA torch."""
    import torch

    if torch.version.cuda is not None:
        return None
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return library


def import_sparingly() -> None:
    """Leave out what takes half of a start and is of no use on one CPU: torch's compiler, which torchvision imports for one
    function that asks whether there is one; tensors on several machines, which transformers imports for a debugging aid;
    ComfyUI's own database, which cannot be opened here. Whoever needs the first two gets the real ones later.
    """
    import torch.distributed

    sys.modules["alembic"] = None  # type: ignore[assignment] - as where it is not installed
    compiler = ModuleType("torch._dynamo.utils")
    compiler.is_compile_supported = lambda device: False  # type: ignore[attr-defined]
    sys.modules[compiler.__name__] = compiler
    several, torch.distributed.is_available = torch.distributed.is_available, lambda: False
    import torchvision  # noqa: F401
    import transformers  # noqa: F401

    torch.distributed.is_available = several
    del sys.modules[compiler.__name__]


def prepare() -> object | None:
    """What comes before any import of ComfyUI's; to be kept while it runs."""
    library = define_missing_operators()
    # another ComfyUI than the bundled one may need it, and what our imports cost is measured beside all of its own
    if not (os.environ.get("COMFYUI_PATH") or os.environ.get(ALL_IMPORTS)):
        import_sparingly()
    if os.environ.get(ALL_IMPORTS):
        leave_others_garbage()
    return library


def leave_others_garbage() -> None:
    """No full collection of garbage: it goes through the half million objects of ComfyUI's own libraries, for 0.3 s on 0.20.1, and would be
    told as the time of the pack in whose import it happens to fall."""
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, 1_000_000)


def end_on_interrupt() -> None:
    """What a shell starts in the background ignores SIGINT, and so does all that it starts: each stop would wait to be killed."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def thin_encoders_of_the_host() -> None:
    """A ComfyUI that the native trainer starts loads no packs; the cut text encoders of its host can be read all the same."""
    base = Path(sys.argv[sys.argv.index("--base-directory") + 1]) if "--base-directory" in sys.argv else None
    packs = [parent / "custom_nodes" for parent in (base.parents if base else ())]
    found = next((pack for pack in packs if (pack / "thin_encoders").is_dir()), None)
    if found is not None:
        import comfy.options

        comfy.options.enable_args_parsing()
        sys.path.append(str(found))
        import thin_encoders  # noqa: F401


def main() -> None:
    end_on_interrupt()
    folder = Path(sys.argv[1])
    library = prepare()
    sys.argv = [str(folder / "main.py"), *sys.argv[2:]]
    sys.path.insert(0, str(folder))
    thin_encoders_of_the_host()
    runpy.run_path(sys.argv[0], run_name="__main__")
    del library


if __name__ == "__main__":
    main()
