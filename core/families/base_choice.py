"""Which of the files that have a family's tensors is taken: the record's own by its hash or its name, then what stands for it.

Where two models have the same tensors, nothing in the header tells them apart; a wrong one draws badly without a word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from .base_traits import Style, Traits
from .families import Family, LookAlike

#: Why a file is taken, the surest first: it is the record's (by its SHA-256, by its name), it is called like it, it has its
#: size, its tensors are right and nothing else is known, or it is another model and nothing nearer is there.
Why = Literal["hash", "name", "like_name", "size", "tensors", "last"]
_SUREST: tuple[Why, ...] = ("hash", "name", "like_name", "size", "tensors", "last")
#: Of equally sure ones: people are trained from photographs.
_NEAREST: tuple[Style, ...] = ("photographic", "unknown", "illustrated")


@dataclass(frozen=True)
class BaseFile:
    """A file of ComfyUI's with the family's tensors; `sha256` where it is known without reading the file."""

    name: str
    size: int = 0
    sha256: str | None = None
    traits: Traits = field(default_factory=Traits)


@dataclass(frozen=True)
class RankedBase:
    """`taken` by itself, for `why`; `other` is the model that the file is by its name."""

    file: BaseFile
    taken: bool
    why: Why
    other: LookAlike | None = None

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def label(self) -> str:
        """The other model's; '' for a file of the family."""
        return self.other.label if self.other is not None else ""

    @property
    def wanted(self) -> dict[str, float]:
        """The numbers for a picture with the other model, in place of the family's."""
        return self.other.sampling if self.other is not None else {}


def ranked(family: Family, files: Iterable[BaseFile]) -> list[RankedBase]:
    """The files in the order in which they are taken; those that are never taken by themselves come last."""
    return sorted((_ranked(family, file) for file in files), key=lambda base: _place(family, base))


def _ranked(family: Family, file: BaseFile) -> RankedBase:
    record = family.base_file
    if record is not None and file.sha256 == record.sha256:
        return RankedBase(file, True, "hash")
    other = family.look_alike(file.name)
    if other is not None:
        return RankedBase(file, other.taken == "last", "last", other)
    rank = record.rank(file.name) if record is not None else None
    if rank == 0:
        return RankedBase(file, True, "name")
    if record is not None and rank is not None and rank <= len(record.patterns):
        return RankedBase(file, True, "like_name")
    sized = record is not None and file.size == record.size
    return RankedBase(file, True, "size" if sized else "tensors")


def _place(family: Family, base: RankedBase) -> tuple[bool, int, int, int]:
    record = family.base_file
    rank = record.rank(base.name) if record is not None else 0
    return (not base.taken, _SUREST.index(base.why), rank, _NEAREST.index(base.file.traits.style))
