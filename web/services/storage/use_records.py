"""What takes how much of the disk, as it is told."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

#: What a row can be freed of: by a press here (`trash`, `thumbnails`, `caches`), by the removal of a tool, or not at all.
ThingName = Literal["trash", "thumbnails", "caches", "trainer", "faces", "logs", "hub", "rest"]


class PersonUse(BaseModel):
    """Bytes of one person; what nobody is left for has no id."""

    id: str
    name: str
    photos: int = 0
    loras: int = 0
    trainings: int = 0
    pictures: int = 0

    @property
    def bytes(self) -> int:
        return self.photos + self.loras + self.trainings + self.pictures


class ModelUse(BaseModel):
    """Bytes of a family's files in ComfyUI's folders; `freed_bytes` of those that Isengard downloaded and no other family needs, and of what a
    download that was given up has left."""

    key: str
    label: str
    bytes: int
    freed_bytes: int


class ThingUse(BaseModel):
    """Bytes of everything else; `tool` is what its removal is ordered by, '' for what is none."""

    name: ThingName
    bytes: int
    can_free: bool = False
    tool: str = ""


class StorageUse(BaseModel):
    """Result of measuring, and the disk of the data folder as it was then."""

    measured_at: str
    used_bytes: int
    free_bytes: int
    total_bytes: int
    people: list[PersonUse] = Field(default_factory=list)
    models: list[ModelUse] = Field(default_factory=list)
    things: list[ThingUse] = Field(default_factory=list)


class StorageState(BaseModel):
    """How far the measuring is that goes on, in folders, and what the last one has found."""

    measuring: bool
    done: int
    of: int
    use: StorageUse | None


class Room(BaseModel):
    """`needed_bytes`: what is going on may still write; 0 where nothing is. `low`: that may not fit."""

    free_bytes: int
    needed_bytes: int
    low: bool
