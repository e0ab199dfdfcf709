"""What a LoRA that somebody else trained says of itself: in its own metadata (kohya, diffusers, AI-Toolkit, ModelSpec, ours), and in
the files that Civitai's tools and LoRA managers lay beside it. Nothing is guessed here, and nothing is written."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: Endings of files beside `name.safetensors`, the best first: Civitai's helpers, ComfyUI-Lora-Manager, Stability Matrix, AUTOMATIC1111.
SIDECARS = (".civitai.info", ".metadata.json", ".cm-info.json", ".json")
#: rgthree's stands behind the whole name.
RGTHREE = ".rgthree-info.json"
PREVIEWS = tuple(f"{part}.{kind}" for part in (".preview", "") for kind in ("png", "jpg", "jpeg", "webp"))
#: How a picture begins that a browser shows, and what it is.
PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"RIFF": "image/webp"}
#: Larger ones are something else.
MAX_SIDECAR_BYTES, MAX_PREVIEW_BYTES = 4 * 1024**2, 16 * 1024**2
MAX_WORDS, MAX_WORD = 8, 200
#: A caption's part is taken for the trigger word where that share of the photos has it.
_ALMOST_ALL = 0.9
_BASES = ("isengard_family", "modelspec.architecture", "ss_base_model_version", "ss_sd_model_name")
_TRIGGERS = ("isengard_trigger", "modelspec.trigger_phrase", "trigger_word", "trigger", "instance_prompt")
_THUMBNAILS = ("modelspec.thumbnail", "thumbnail")


@dataclass(frozen=True)
class LoraFacts:
    """`bases`: what it calls the model that it was trained on; `words`: what calls the person, the likeliest first; '' and 0 for what
    nothing tells."""

    name: str = ""
    bases: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    steps: int = 0


@dataclass(frozen=True)
class Preview:
    """A picture of what a LoRA draws, as it lies beside it or in its metadata."""

    content: bytes
    mime: str


def facts_of(file: Path, metadata: Mapping[str, str]) -> LoraFacts:
    """Read what the file's metadata and its neighbours say; a neighbour that can't be read says nothing."""
    beside = list(_sidecars(file))
    names = [metadata.get("modelspec.title", ""), metadata.get("ss_output_name", "")]
    names = [*(name for said in beside for name in _names(said)), *names]
    bases = [*(metadata.get(key, "") for key in _BASES), *(base for said in beside for base in _bases(said))]
    words = [word for said in beside for word in _words(said)]
    words += [metadata.get(key, "") for key in _TRIGGERS] + _of_captions(metadata)
    return LoraFacts(
        name=next(iter(_texts(names)), ""),
        bases=_texts(bases),
        words=_texts(words)[:MAX_WORDS],
        steps=_steps(metadata),
    )


def preview_of(file: Path, metadata: Mapping[str, str]) -> Preview | None:
    """Find a picture beside the file, else the one in its metadata; None without one."""
    for ending in PREVIEWS:
        beside = file.with_name(f"{file.stem}{ending}")
        try:
            content = beside.read_bytes() if beside.stat().st_size <= MAX_PREVIEW_BYTES else b""
        except OSError:
            continue
        if shown := _shown(content):
            return shown
    return next(filter(None, (_shown(_unpacked(metadata.get(key, ""))) for key in _THUMBNAILS)), None)


def _shown(content: bytes) -> Preview | None:
    mime = next((mime for start, mime in PICTURES.items() if content.startswith(start)), "")
    return Preview(content, mime) if mime else None


def _unpacked(text: str) -> bytes:
    """A picture written as a data URL."""
    try:
        return base64.b64decode(text.partition("base64,")[2], validate=True)
    except binascii.Error:
        return b""


def _sidecars(file: Path) -> Iterator[Mapping[str, Any]]:
    places = [file.with_name(f"{file.stem}{ending}") for ending in SIDECARS]
    for place in [*places, file.with_name(f"{file.name}{RGTHREE}")]:
        try:
            text = place.read_bytes() if place.stat().st_size <= MAX_SIDECAR_BYTES else b""
            said = json.loads(text)
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(said, dict):
            yield said
            if isinstance(nested := said.get("civitai"), dict):
                yield nested


def _names(said: Mapping[str, Any]) -> Iterable[Any]:
    model = said.get("model")
    return (
        model.get("name") if isinstance(model, dict) else "",
        said.get("model_name"),
        said.get("ModelName"),
    )


def _bases(said: Mapping[str, Any]) -> Iterable[Any]:
    return (said.get(key) for key in ("baseModel", "base_model", "BaseModel", "sd version"))


def _words(said: Mapping[str, Any]) -> Iterator[Any]:
    for key in ("trainedWords", "TrainedWords", "triggerWords"):
        for word in said.get(key) or () if isinstance(said.get(key), list) else ():
            yield word.get("word") if isinstance(word, dict) else word
    yield said.get("activation text")


def _of_captions(metadata: Mapping[str, str]) -> list[str]:
    """What kohya's trainer keeps of the captions: the folder's name behind its number, and what nearly every caption holds."""
    folders = _json(metadata.get("ss_tag_frequency", "")) or _json(metadata.get("ss_dataset_dirs", ""))
    named = [match[1] for name in folders if (match := re.match(r"\d+_(.+)", str(name)))]
    counts: dict[str, int] = {}
    for tags in folders.values():
        for tag, count in tags.items() if isinstance(tags, dict) else ():
            if isinstance(count, int) and tag not in ("n_repeats", "img_count"):
                counts[tag.strip()] = counts.get(tag.strip(), 0) + count
    most = max(counts.values(), default=0)
    common = [tag for tag, count in counts.items() if count >= most * _ALMOST_ALL]
    return [*named, *(common if len(common) <= MAX_WORDS else [])]


def _json(text: str) -> Mapping[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _steps(metadata: Mapping[str, str]) -> int:
    told = _json(metadata.get("training_info", "")).get("step")
    for text in (metadata.get("isengard_steps"), metadata.get("ss_steps"), told):
        if re.fullmatch(r"\d{1,9}", str(text)):
            return int(str(text))
    return 0


def _texts(found: Iterable[Any]) -> list[str]:
    """Lines of text in their order, each once, without what cannot be shown."""
    lines = (" ".join(text.split()).strip(" ,") for text in found if isinstance(text, str))
    return list(
        dict.fromkeys(line for line in lines if line and len(line) <= MAX_WORD and line.isprintable())
    )
