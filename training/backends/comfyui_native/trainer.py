"""The trainer's process: `python trainer.py JOB_DIR`. Loads the pack by its path, whatever its folder is called, and trains."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from pathlib import Path

_PACK = Path(__file__).absolute().parents[3]


def main(job_dir: Path) -> int:
    spec = importlib.util.spec_from_file_location("isengard_boot", _PACK / "boot.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"{_PACK} is not whole")
    boot = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(boot)
    boot.load()
    run = importlib.import_module(f"{boot.PACKAGE}.training.backends.comfyui_native.run")
    status: int = run.main(job_dir)
    return status


if __name__ == "__main__":
    # our folder stands on the path where Python was not started with -I: nothing is to be found there before others'
    sys.path[:] = [entry for entry in sys.path if entry != os.path.dirname(os.path.abspath(__file__))]  # noqa: PTH100, PTH120
    raise SystemExit(main(Path(sys.argv[1])))
