"""Checkpoint files of a job: whether one is whole, which hold, and where the others are put away."""

from __future__ import annotations

from pathlib import Path

from ...core.errors import InvalidError
from ...core.loras.safetensors_file import finite_and_nonzero, read_header
from ...core.records.checkpoint import Checkpoint
from ..interface import ResolvedTraining
from ..loras.lora_fit import prove

QUARANTINE = "quarantine"
_Key = tuple[str, int, int]


def is_whole(file: Path) -> bool:
    """Tell whether it is a safetensors file from its header to its last byte."""
    if file.suffix != ".safetensors":
        return False
    try:
        read_header(file)
    except InvalidError:
        return False
    return True


def put_away(file: Path, job_dir: Path) -> None:
    """Put a file out of a trainer's sight, but not gone: into the job's quarantine."""
    target = job_dir / QUARANTINE
    target.mkdir(exist_ok=True)
    file.replace(target / f"{len(list(target.iterdir())):03d}-{file.name}")


class CheckpointReader:
    """Proves checkpoint files, each one once: by path, size and time of change. All weights are read for it."""

    def __init__(self) -> None:
        self._known: dict[_Key, Checkpoint | None] = {}
        self._finite: dict[_Key, bool] = {}

    def is_finite(self, file: Path) -> bool:
        """Whether it is a whole file and its weights are numbers: who goes on from others never gets numbers again."""
        try:
            key = _key(file)
            if key not in self._finite:
                self._finite[key] = finite_and_nonzero(file, read_header(file))[0]
        except (InvalidError, OSError):
            return False
        return self._finite[key]

    def read(
        self, file: Path, job_dir: Path, step: int, training: ResolvedTraining, *, placeholder: bool = False
    ) -> Checkpoint | None:
        """The checkpoint, or None for a file that does not hold (half-written, broken, wrong base)."""
        try:
            key = _key(file)
        except OSError:
            return None
        if key not in self._known:
            proof, digest = prove(file, training.proving_base)
            if proof.header:
                self._finite[key] = proof.finite
            self._known[key] = (
                Checkpoint(
                    step=step,
                    file=file.relative_to(job_dir / "out").as_posix(),
                    size=key[1],
                    sha256=digest,
                    family=training.family,
                    base_sha256=training.base_sha256,
                    proof=proof,
                    placeholder=placeholder,
                )
                if proof.holds
                else None
            )
        return self._known[key]


def _key(file: Path) -> _Key:
    """Raises OSError."""
    status = file.stat()
    return str(file), status.st_size, status.st_mtime_ns
