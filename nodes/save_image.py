"""IsengardSaveImage: pictures into outputs/<generation id>/, with their workflow and request inside; what holds no numbers
is told and not saved."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comfy_api.latest import io, ui

from ..core.errors import InvalidError, StorageError
from ..core.ids import new_id
from ..core.said import joined, said
from . import identity
from .character import PersonType
from .context import current
from .fields.telling import telling
from .newer_fields import newer
from .pictures.canvas_record import ancestors, keep_previews, keep_record, people_behind
from .pictures.loaded_files import word_of_file, word_of_picture
from .pictures.pixels import eight_bit, is_finite, look_of

if TYPE_CHECKING:
    from ..core.records.character import Character
    from ..core.records.generation import Look

MAX_PICTURES = 10_000


class IsengardSaveImage(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="IsengardSaveImage",
            display_name="Isengard Save Image",
            category="Isengard",
            description="Saves to Isengard's private folder.",
            **newer(io.Schema, search_aliases=["save picture", "private"]),
            inputs=[
                io.Image.Input("images", tooltip="The pictures to save."),
                io.String.Input(
                    "generation_id",
                    default="",
                    optional=True,
                    tooltip="The Isengard tab fills it in; leave it empty.",
                    **newer(io.String.Input, advanced=True),
                ),
                PersonType.Input(
                    "character",
                    optional=True,
                    tooltip="Only needed after Isengard Character Batch: says who is in which picture.",
                ),
            ],
            outputs=[],
            hidden=[io.Hidden.prompt, io.Hidden.extra_pnginfo, io.Hidden.unique_id],
            is_output_node=True,
        )

    @classmethod
    @telling
    def execute(cls, images: Any, generation_id: str = "", character: Any = None) -> io.NodeOutput:
        drawn = None if character is None else identity.known(current(), character)
        ordered = _redeemed(generation_id)
        identifier = ordered or new_id("gen")
        sound = [image for image in images if is_finite(image)]
        lost = len(images) - len(sound)
        if lost == len(images) and ordered is None:
            raise _not_finite(lost, len(images))
        folder = current().paths.generation(identifier)
        folder.mkdir(mode=0o700, exist_ok=True)
        texts = _texts(cls.hidden.prompt, cls.hidden.extra_pnginfo, ordered)
        source = _source(cls.hidden, ordered is not None)
        pictures = (_save(image, folder, texts, source) for image in sound)
        if (
            ordered is not None
        ):  # nobody looks at the node: no copy in ComfyUI's temp folder, no id in its history
            told = [one.as_told() for one in pictures]
            return io.NodeOutput(ui={"isengard": [*told, *[{"look": "not_finite"}] * lost]})
        entries = [one.as_told() for one in _kept(folder, cls.hidden, drawn, pictures)]
        if lost:
            raise _not_finite(lost, len(images))
        preview = ui.PreviewImage(images, cls=None).as_dict()  # without the graph: it names people
        keep_previews(folder, preview["images"])
        shown = [{"generation_id": identifier, **entry} for entry in entries]
        return io.NodeOutput(ui={**preview, "isengard": shown})


@dataclass(frozen=True)
class _Saved:
    file: Path
    width: int
    height: int
    look: Look

    def as_told(self) -> dict[str, Any]:
        """`look` only where the picture shows nothing."""
        entry = {"file": self.file.name, "width": self.width, "height": self.height}
        return {**entry, "look": self.look} if self.look else entry


def _redeemed(ticket: str) -> str | None:
    """The generation that ordered the picture, None where nobody did. InvalidError for an order that is over: what it would
    save nobody waits for, and nobody would find.
    """
    if not ticket:
        return None
    ordered = current().generations.tickets.redeem(ticket)
    if ordered is None:
        raise InvalidError(
            "order_over",
            "The Isengard tab ordered this picture, but that order is done or cancelled: nothing was saved.",
            "Order it again in the tab, or empty generation_id to keep pictures of your own.",
        )
    return ordered


def _not_finite(lost: int, of: int) -> InvalidError:
    """A black file would look like a picture; the node says what happened instead."""
    kept = "" if lost == of else said("The others were saved.")
    black = said(
        "{lost} of {pictures} pictures came out black: the model's numbers overflowed (NaN).",
        lost=lost,
        pictures=of,
    )
    return InvalidError(
        "picture_not_finite",
        joined(black, kept),
        "Use less strength or another LoRA; without one, another precision, VAE or base model.",
    )


def _kept(folder: Path, hidden: Any, drawn: Character | None, pictures: Iterator[_Saved]) -> list[_Saved]:
    """Save them, with a record of who is in them: of those, too, that came before a full disk. What a crash ends before there is
    one goes at the next start."""
    from ..core.generations.generation_sidecars import UNKEPT_MARK
    from ..core.records.generation import GeneratedImage
    from ..core.storage.file_moves import removed

    saved: list[_Saved] = []
    try:
        people = people_behind(current(), hidden.prompt, hidden.unique_id, drawn)
        if people:
            (folder / UNKEPT_MARK).touch()
        saved.extend(pictures)
    finally:
        if saved:
            images = [GeneratedImage(n=n, seed=0, **one.as_told()) for n, one in enumerate(saved)]
            keep_record(current(), folder.name, people, images)
        else:
            removed(folder)
    return saved


def _texts(prompt: Any, extra: Any, ordered: str | None) -> dict[str, str]:
    """ComfyUI's own metadata (dropping the PNG restores the workflow) and our request with its generation's id; nothing where ComfyUI
    was started to write none."""
    if not current().host.writes_graphs:
        return {}
    texts = {"prompt": json.dumps(_unbound(prompt, ordered))} if prompt is not None else {}
    for name, value in (extra or {}).items():
        own = ordered is not None and name == "isengard" and isinstance(value, dict)
        texts[str(name)] = json.dumps({"generation_id": ordered, **value} if own else value)
    return texts


def _source(hidden: Any, asked_by_panel: bool) -> str:
    """IPTC's word for how the pictures were made: the tab knows it of what it asks for, a graph of the canvas is looked at."""
    from ..core.marks.source_types import source_of_graph, source_of_order

    graph = hidden.prompt if isinstance(hidden.prompt, dict) else {}
    if not asked_by_panel:
        loaded = partial(word_of_file, current().host.own_folders())
        behind = ancestors(graph, str(hidden.unique_id))
        return source_of_graph(graph, behind, loaded, partial(word_of_picture, current()))
    told = (hidden.extra_pnginfo or {}).get("isengard")
    return source_of_order(graph, edits=isinstance(told, dict) and bool(told.get("edits")))


def _unbound(prompt: Any, ordered: str | None) -> Any:
    """The graph without our ticket: run again from the canvas it saves a picture of its own, from the same picture as this one."""
    if not isinstance(prompt, dict):
        return prompt
    return {key: _unbound_node(node, ordered) for key, node in prompt.items()}


def _unbound_node(node: Any, ordered: str | None) -> Any:
    from ..core.generations.picture_sources import refers_to_order

    kind = node.get("class_type")
    if kind == "IsengardSaveImage":
        return {**node, "inputs": {**node["inputs"], "generation_id": ""}}
    if kind == "IsengardPicture" and ordered is not None and refers_to_order(node["inputs"].get("picture")):
        return {**node, "inputs": {**node["inputs"], "picture": ordered}}
    return node


def _save(image: Any, folder: Path, texts: dict[str, str], source: str) -> _Saved:
    from PIL import Image

    from ..core.marks.marking import current_marking
    from ..core.marks.picture_file import encoded

    context = current()
    pixels = eight_bit(image)
    marking = current_marking(context.settings, context.paths)
    file = _reserve(folder)
    temporary = file.with_name(f".{file.name}.isen-tmp")
    try:
        temporary.write_bytes(encoded(Image.fromarray(pixels), "png", texts, source, marking))
        temporary.replace(file)
    except BaseException:  # a full disk: no empty picture stays behind
        temporary.unlink(missing_ok=True)
        file.unlink()
        raise
    return _Saved(file, int(pixels.shape[1]), int(pixels.shape[0]), look_of(image))


def _reserve(folder: Path) -> Path:
    """The next free number, taken by creating the file: two prompts may save into one folder at once."""
    for number in range(MAX_PICTURES):
        file = folder / f"{number:04d}.png"
        try:
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            continue
        return file
    raise StorageError("too_many_pictures", "This folder is full.", "Start a new generation.")
