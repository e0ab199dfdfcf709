"""Telling every open page that a person or a picture has changed, under the action that is being carried out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ...core import correlation
from ...core.jobs.ledger import Ledger
from ...core.records.album import Album
from ...core.records.character import Character
from ...core.records.event import Subject
from ...core.records.generation import Generation
from ...core.records.photo_day import PhotoDay

#: As many as one request changes; a record takes about a kilobyte.
MOST_TOGETHER = 500
Change = Literal["created", "updated", "deleted", "restored", "forgotten", "photos"]


def tell_character(ledger: Ledger, character_id: str, change: Change, character: Character | None) -> None:
    """Emit character.changed; None where nobody is left to be shown."""
    data = {"change": change, "character": character.model_dump(mode="json") if character else None}
    subject = Subject(kind="character", id=character_id)
    ledger.emit("character.changed", subject, data, correlation_id=correlation.current())


def tell_album(ledger: Ledger, album: Album) -> None:
    """Emit album.changed with the album as it is now."""
    subject = Subject(kind="album", id=album.id)
    data = {"album": album.model_dump(mode="json")}
    ledger.emit("album.changed", subject, data, correlation_id=correlation.current())


def tell_photo_day(ledger: Ledger, day: PhotoDay) -> None:
    """Emit photo_day.changed with how far it is; what is in it is asked for by whoever looks at it."""
    data = {"state": day.state, "character_id": day.character_id, "drawn": day.drawn, "left": day.left}
    subject = Subject(kind="photo_day", id=day.id)
    ledger.emit("photo_day.changed", subject, data, correlation_id=day.correlation_id)


def tell_generation(ledger: Ledger, generation: Generation) -> None:
    """Emit generation.state with the generation as it is now."""
    subject = Subject(kind="generation", id=generation.id)
    ledger.emit("generation.state", subject, generation.as_told(), correlation_id=correlation.current())


def tell_generations(ledger: Ledger, generations: Sequence[Generation]) -> None:
    """Tell what was changed together in one event: one as `tell_generation` does, many as generations.changed, none not at all."""
    if len(generations) == 1:
        tell_generation(ledger, generations[0])
        return
    for begin in range(0, len(generations), MOST_TOGETHER):
        some = generations[begin : begin + MOST_TOGETHER]
        data = {"generations": [one.model_dump(mode="json") for one in some]}
        subject = Subject(kind="generations", id="")
        ledger.emit("generations.changed", subject, data, correlation_id=correlation.current())
