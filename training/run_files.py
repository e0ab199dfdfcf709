"""What every backend needs of a job's folder: the frozen data set, a minimal environment, verified checkpoints."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ..core.errors import InvalidError
from ..core.records.checkpoint import Checkpoint
from .interface import ResolvedTraining
from .lora_file import read_header
from .proof import prove

#: All a trainer may see of our environment (DESIGN section 12); anything with these names or beginnings.
PASSED = {
    "PATH",
    "HOME",
    "USERPROFILE",
    "TEMP",
    "TMP",
    "TMPDIR",
    "SYSTEMROOT",
    "LD_LIBRARY_PATH",
    "SSL_CERT_FILE",
    "LANG",
}
PASSED |= {
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "REQUESTS_CA_BUNDLE",
}
PASSED_BEGINNINGS = ("CUDA_", "NVIDIA_", "HF_")
QUARANTINE = "quarantine"
#: Never passed on from our environment; a backend that needs the token adds it itself.
WITHHELD = {"HF_TOKEN"}


def minimal_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The part of our environment that a trainer gets."""
    source = os.environ if environment is None else environment
    return {
        name: value
        for name, value in source.items()
        if (name in PASSED or name.startswith(PASSED_BEGINNINGS)) and name not in WITHHELD
    }


def is_whole(file: Path) -> bool:
    """Whether it is a safetensors file from its header to its last byte."""
    if file.suffix != ".safetensors":
        return False
    try:
        read_header(file)
    except InvalidError:
        return False
    return True


def put_away(file: Path, job_dir: Path) -> None:
    """Out of a trainer's sight, but not gone: into the job's quarantine."""
    target = job_dir / QUARANTINE
    target.mkdir(exist_ok=True)
    file.replace(target / f"{len(list(target.iterdir())):03d}-{file.name}")


class CheckpointReader:
    """Proves checkpoint files, each one once: by path, size and time of change."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int, int], Checkpoint | None] = {}

    def read(
        self, file: Path, job_dir: Path, step: int, training: ResolvedTraining, *, placeholder: bool = False
    ) -> Checkpoint | None:
        """The checkpoint, or None for a file that does not hold (half-written, broken, wrong base)."""
        try:
            status = file.stat()
        except OSError:
            return None
        key = (str(file), status.st_size, status.st_mtime_ns)
        if key not in self._known:
            proof, digest = prove(file, training.base_path)
            self._known[key] = (
                Checkpoint(
                    step=step,
                    file=file.relative_to(job_dir / "out").as_posix(),
                    size=status.st_size,
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
