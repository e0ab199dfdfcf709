"""A program that holds video memory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GpuProcess:
    """A program that holds video memory; `bytes` None where the system does not tell (Windows)."""

    pid: int
    name: str
    bytes: int | None
