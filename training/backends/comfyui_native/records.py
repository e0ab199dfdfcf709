"""What this trainer can train: records.toml, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import toml
from pydantic import Field

from ....core.records.base import Record

_FILE = Path(__file__).resolve().parent / "records.toml"


class NativeFamily(Record):
    """How ComfyUI loads a family for training, and what it takes otherwise than the family's record says."""

    loader: Literal["checkpoint", "parts"]
    clip: str = ""
    needs: dict[str, float] = Field(default_factory=dict)
    memory: dict[str, float | bool] = Field(default_factory=dict)


@cache
def records() -> dict[str, NativeFamily]:
    """Each trainable family by its key."""
    tables = toml.loads(_FILE.read_text(encoding="utf-8"))
    return {key: NativeFamily.model_validate(table) for key, table in tables.items()}
