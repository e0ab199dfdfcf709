"""Starts the ComfyUI of the host environment as `main.py` would be started; run by that environment's Python.

Only here for test hosts: a CPU torch beside the registry's torchvision lacks two operators (facts: test-hosts).
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path


def define_missing_operators() -> object | None:
    """The schemas of nms and qnms that torchvision's CUDA-built library would have brought; None with a CUDA torch."""
    import torch

    if torch.version.cuda is not None:
        return None
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return library


def main() -> None:
    folder = Path(sys.argv[1])
    library = define_missing_operators()
    sys.argv = [str(folder / "main.py"), *sys.argv[2:]]
    sys.path.insert(0, str(folder))
    runpy.run_path(sys.argv[0], run_name="__main__")
    del library


if __name__ == "__main__":
    main()
