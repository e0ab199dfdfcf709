"""Does an installation train? A tiny model with random weights, two steps, and a LoRA that is really there."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from .....core.errors import NotReadyError
from .....core.loras.safetensors_file import finite_and_nonzero, read_header
from .....core.said import joined, said
from ....process.environment import minimal_environment
from ....tasks.task import Task
from .tiny_run import NAME

TINY_RUN = Path(__file__).resolve().parent / "tiny_run.py"


def check(task: Task, python: Path, folder: Path, *, maker: Path = TINY_RUN) -> None:
    """Raises NotReadyError `backend_broken` with what failed."""
    task.tell("trying")
    where = Path(tempfile.mkdtemp(prefix="check-", dir=task.paths.tmp))
    env = {
        **minimal_environment(),
        "HF_HUB_OFFLINE": "1",
        "PYTHONUNBUFFERED": "1",
        "DISABLE_TELEMETRY": "YES",
    }
    try:
        if task.run([str(python), str(maker), str(where)], cwd=folder, env=env):
            raise _broken("Its packages do not work together.")
        if task.run([str(python), "run.py", str(where / "job.json")], cwd=folder, env=env):
            raise _broken("A training of two steps failed.")
        lora = where / "out" / NAME / f"{NAME}.safetensors"
        if not lora.is_file() or finite_and_nonzero(lora, read_header(lora)) != (True, True):
            raise _broken("A training of two steps left no usable LoRA.")
    finally:
        shutil.rmtree(where, ignore_errors=True)


def _broken(what: str) -> NotReadyError:
    return NotReadyError(
        "backend_broken",
        joined(said("AI-Toolkit is installed but does not work."), said(what)),
        "The log's last lines say why. Press Retry. If that doesn't help, remove AI-Toolkit and set it up again.",
    )
