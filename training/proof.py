"""What "trained" means: header, finite, not all zero, fits the base (DESIGN section 6). The picture proof comes later."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import InvalidError
from ..core.records.checkpoint import Proof
from .lora_file import finite_and_nonzero, read_header, sha256_of
from .lora_fit import judge


def prove(file: Path, base_path: str) -> tuple[Proof, str]:
    """The proof and the file's SHA-256 ('' when its header cannot be read). `base_path` may be a hub id or ''."""
    try:
        header = read_header(file)
    except InvalidError:
        return Proof(), ""
    finite, nonzero = finite_and_nonzero(file, header)
    local = Path(base_path) if base_path and Path(base_path).exists() else None
    report = judge(header.shapes, local)
    return Proof(header=True, finite=finite, nonzero=nonzero, fit=report.fit), sha256_of(file)
