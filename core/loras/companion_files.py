"""Files beside a published LoRA by which ComfyUI and LoRA managers show its name, its trigger word and a picture. They name a person,
so they are written where somebody asked for them, and lie in the person's folder, which goes with them.

`<stem>.png`: ComfyUI's own preview, rgthree, ComfyUI-Lora-Manager and others. `<stem>.metadata.json`: ComfyUI-Lora-Manager.
`<file>.rgthree-info.json`: rgthree-comfy. Entries of AUTOMATIC1111's form stand in `<stem>.json`, which is ours already.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import atomic
from ..records.checkpoint import Version
from .lora_facts import RGTHREE

#: The strength that people usually draw with.
_USUAL_STRENGTH = 1.0
_ENTRIES = ("description", "activation text", "preferred weight")
#: Stands in what we wrote; in the version's sidecar with the hash of the preview that we wrote.
OURS = "isengard_companions"


@dataclass(frozen=True)
class LoraCard:
    """A version as managers are told of it: the person's name, and what they call its model."""

    name: str
    base: str
    version: Version

    @property
    def title(self) -> str:
        return f"{self.name}, step {self.version.step}"

    def entries(self) -> dict[str, object]:
        """As AUTOMATIC1111 keeps a user's notes on a LoRA."""
        values = (self.title, self.version.trigger_word, _USUAL_STRENGTH)
        return dict(zip(_ENTRIES, values, strict=True))


def write(lora: Path, card: LoraCard, preview: bytes | None, before: Mapping[str, Any]) -> dict[str, object]:
    """Write what is not there or has changed. What a manager or somebody has put there stays.

    `before`: what the version's sidecar says beside the version; the entries to put there. OSError.
    """
    for place, said in _documents(lora, card).items():
        there = _there(place)
        if there is None or (
            there.get(OURS) and any(there.get(name) != value for name, value in said.items())
        ):
            atomic.write_json(place, {**(there or {}), **said})
    kept = before.get(OURS) if isinstance(before.get(OURS), str) else ""
    if preview is not None and not preview_place(lora).exists():
        atomic.write_bytes(preview_place(lora), preview)
        kept = hashlib.sha256(preview).hexdigest()
    return {**card.entries(), OURS: kept}


def remove(lora: Path, before: Mapping[str, Any]) -> dict[str, object]:
    """Remove what was written and nobody has changed since; the entries to put into the sidecar in its place, None for those that go.
    OSError."""
    if OURS not in before:
        return {}
    for place in (_manager(lora), _rgthree(lora)):
        if (_there(place) or {}).get(OURS):
            place.unlink()
    picture = preview_place(lora)
    if picture.is_file() and hashlib.sha256(picture.read_bytes()).hexdigest() == before[OURS]:
        picture.unlink()
    return dict.fromkeys((*_ENTRIES, OURS))


def preview_place(lora: Path) -> Path:
    return lora.with_suffix(".png")


def _documents(lora: Path, card: LoraCard) -> dict[Path, dict[str, Any]]:
    version, words = card.version, [card.version.trigger_word] if card.version.trigger_word else []
    manager = {
        OURS: True,
        "file_name": lora.stem,
        "model_name": card.title,
        "file_path": lora.as_posix(),
        "size": version.size,
        "modified": lora.stat().st_mtime,
        "sha256": version.sha256,
        "base_model": card.base,
        "preview_url": preview_place(lora).as_posix(),
        "from_civitai": False,
        "trainedWords": words,
    }
    rgthree = {
        OURS: True,
        "name": card.title,
        "type": "LORA",
        "baseModel": card.base,
        "sha256": version.sha256,
        "trainedWords": [{"word": word, "user": True} for word in words],
    }
    return {_manager(lora): manager, _rgthree(lora): rgthree}


def _manager(lora: Path) -> Path:
    return lora.with_suffix(".metadata.json")


def _rgthree(lora: Path) -> Path:
    return lora.with_name(f"{lora.name}{RGTHREE}")


def _there(place: Path) -> dict[str, Any] | None:
    """What stands there, {} for what can't be read; None where nothing is."""
    try:
        said = json.loads(place.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}
