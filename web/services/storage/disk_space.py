"""The three that know of the disk: what takes how much, what frees it, and whether there is room."""

from __future__ import annotations

from dataclasses import dataclass

from ....core.families.families import Families
from ..housekeeping import Housekeeping
from .freeing import SpaceFreer
from .model_use import ModelShelf
from .room import RoomWatch
from .storage_meter import StorageMeter


@dataclass(frozen=True)
class DiskSpace:
    """The disk of one data folder."""

    meter: StorageMeter
    freer: SpaceFreer
    room: RoomWatch


def open_disk_space(housekeeping: Housekeeping, families: Families) -> DiskSpace:
    """Made of what forgetting people works with: it has to know all that is kept, too."""
    known = housekeeping.forgetting
    paths, ledger = known.paths, known.ledger
    shelf = ModelShelf(paths, known.settings, families, ledger, known.host)
    return DiskSpace(
        StorageMeter(known.library, known.characters, shelf, housekeeping.clock),
        SpaceFreer(paths, ledger, housekeeping, shelf),
        RoomWatch(paths, ledger, families, known.generations),
    )
