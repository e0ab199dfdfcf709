"""What the owner wants said in pictures, as it stands now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..paths import DataPaths
from ..settings import Settings, current_switches


@dataclass(frozen=True)
class Marking:
    """`in_file`: how it was made, as XMP; `key_file`: with which key the same is signed, None where it isn't; `visible`: words in a
    corner of what is given away."""

    in_file: bool
    key_file: Path | None
    visible: bool


def current_marking(settings: Settings, paths: DataPaths) -> Marking:
    """Read the switches: one that is pressed in the panel counts at the next picture. Nothing is signed that isn't marked."""
    now = current_switches(settings, paths, ("mark_pictures", "sign_pictures", "visible_mark"))
    signs = now["mark_pictures"] and now["sign_pictures"]
    return Marking(now["mark_pictures"], paths.signing_key if signs else None, now["visible_mark"])
