"""Styles for prompts, and words that are put into one by a press: a data file of ours, and the owner's own beside the settings."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Any

import toml
from pydantic import Field, ValidationError

from ..core.records.base import Line, Prose, Record

SHIPPED = Path(__file__).resolve().parent / "styles.toml"
#: In the data folder; an entry of a shipped name replaces it.
OWN_FILE = "styles.toml"
_log = logging.getLogger("isengard.styles")


class Style(Record):
    """`prompt` of a style holds `{prompt}` where what was written goes; that of any other kind is put behind it."""

    name: Annotated[Line, Field(min_length=1, max_length=60)]
    label: Annotated[Line, Field(min_length=1, max_length=60)]
    prompt: Annotated[Prose, Field(min_length=1, max_length=1000)]


class Styles(Record):
    styles: list[Style] = Field(default_factory=list)
    shots: list[Style] = Field(default_factory=list)
    scenes: list[Style] = Field(default_factory=list)
    lights: list[Style] = Field(default_factory=list)
    clothes: list[Style] = Field(default_factory=list)


#: Kind of an entry -> its table in the file, in the order in which they are offered.
KINDS = {"style": "styles", "shot": "shots", "scene": "scenes", "light": "lights", "clothes": "clothes"}


def load_styles(data: Path) -> list[dict[str, Any]]:
    """Read every entry with its `kind`, the owner's first; an unreadable file of theirs is told in the log."""
    shipped = _read(SHIPPED)
    own = Styles()
    try:
        if (data / OWN_FILE).is_file():
            own = _read(data / OWN_FILE)
    except (OSError, ValueError, ValidationError) as fault:
        context = {"file": OWN_FILE, "reason": type(fault).__name__}
        _log.warning("The owner's styles cannot be read", extra={"context": context})
    return [
        entry
        for kind, table in KINDS.items()
        for entry in _listed(kind, getattr(own, table), getattr(shipped, table))
    ]


def _listed(kind: str, own: list[Style], shipped: list[Style]) -> list[dict[str, Any]]:
    names = {style.name for style in own}
    styles = [*own, *(style for style in shipped if style.name not in names)]
    return [{"kind": kind, **style.model_dump()} for style in styles]


def _read(file: Path) -> Styles:
    styles = Styles.model_validate(toml.loads(file.read_text(encoding="utf-8")))
    if wrong := [style.name for style in styles.styles if "{prompt}" not in style.prompt]:
        raise ValueError(f"these styles lack {{prompt}}: {', '.join(wrong)}")
    return styles
