"""Scores versions by the wall they were drawn on, and chooses the best of each family."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ....core.errors import NotFoundError
from ....core.faces.calibration import DLIB
from ....core.faces.choosing import Choice, WallRow, choose
from ....core.faces.models.records import calibration_of
from ....core.faces.scenes import scene_of_seed
from ....core.faces.wall import WallPicture, wall_row
from ....core.jobs.ledger import Ledger
from ....core.loras.wall_scores import CHOSEN, NAMES, TIED, scores_of
from ....core.records.character import Character
from ....core.records.checkpoint import Version
from ....core.records.generation import Generation
from ....core.records.generation_states import ENDED
from ....generation.service import GenerationService
from ..notifications import tell_character
from .drawn_with import files_of, is_due, people_of, shows_them
from .person_faces import PersonFaces

#: How many of a person's comparisons are looked at: some walls' worth.
MOST = 1000
_log = logging.getLogger("isengard.likeness")
#: What tells a picture from the others of its version: seed, prompt, strength.
_Place = tuple[int, str, float]


@dataclass(frozen=True)
class _Order:
    """A generation of the wall and the file it was drawn with."""

    generation: Generation
    file: str

    @property
    def strength(self) -> float:
        return self.generation.request.characters[0].strength

    @property
    def place(self) -> _Place:
        request = self.generation.request
        return (request.seed or 0, request.prompt, self.strength)


@dataclass(frozen=True)
class WallScorer:
    """A scorer of the versions of one data folder."""

    generations: GenerationService
    ledger: Ledger
    faces: PersonFaces

    def score(self, character_id: str, recipe: str) -> None:
        """Score what of a person was drawn by a recipe, and choose once nothing of it is left to be drawn or measured."""
        character = self.generations.characters.get(character_id)
        store = self.generations.store
        page = store.list(MOST, character_id=character_id, recipe=recipe, purpose="grid")
        made = [_Order(one, _first(files_of(store, one))) for one in page.items if len(people_of(one)) == 1]
        versions = [
            version
            for version in self.generations.versions.list(character.slug)
            if version.proof.image != "broken"
        ]
        for family in sorted({version.family for version in versions}):
            of_family = [version for version in versions if version.family == family]
            files = {version.file for version in of_family}
            orders = [order for order in made if order.file in files]
            if any(order.strength > 0 for order in orders):
                self._score_family(character, of_family, orders)

    def _score_family(
        self, character: Character, versions: Sequence[Version], orders: Sequence[_Order]
    ) -> None:
        """`orders` newest first. Of a model without a calibration nothing is told of a version: nobody knows what its numbers mean."""
        model = self.faces.reader.model
        calibration = calibration_of(model)
        if calibration is None:
            self._keep(character, versions, {}, model)
            return
        compared = _compared(versions, orders)
        yardstick, trainings = self.faces.of(character, compared)
        without = self._pictures([order for order in orders if order.strength <= 0])
        rows: list[WallRow] = []
        for version in compared:
            own = [order for order in orders if order.file == version.file and order.strength > 0]
            if pictures := self._pictures(own):
                rows.append(wall_row(version.file, pictures, without, yardstick, trainings[version.job_id]))
        rows = [row for row in rows if row.cells]
        choice = choose(rows, yardstick.own, calibration) if _is_whole(compared, orders, model) else None
        found = {row.file: scores_of(row, yardstick, choice, calibration) for row in rows}
        self._keep(character, versions, found, model)
        _tell(character, rows, choice)

    def _pictures(self, orders: Sequence[_Order]) -> list[WallPicture]:
        """What was measured of these, each place of the wall once: its newest picture."""
        found: dict[_Place, WallPicture] = {}
        for order in orders:
            for image in order.generation.images:
                place = (image.seed, *order.place[1:])
                if place in found or not image.likeness or image.deleted_at is not None:
                    continue
                picture = self._picture(order, image.n, image.seed)
                if picture is not None:
                    found[place] = picture
        return list(found.values())

    def _picture(self, order: _Order, number: int, seed: int) -> WallPicture | None:
        try:
            seen = self.faces.reader.look(self.generations.store.image_path(order.generation.id, number))
        except (NotFoundError, FileNotFoundError):  # somebody has taken it away, perhaps just now
            return None
        stranger = not shows_them(order.generation)
        scene = scene_of_seed(seed) or f"{seed} {order.generation.request.prompt}"
        return WallPicture(scene, order.strength, seen, stranger)

    def _keep(
        self,
        character: Character,
        versions: Sequence[Version],
        found: Mapping[str, Mapping[str, float]],
        model: str,
    ) -> None:
        """Onto the versions as they are now, in place of what was measured before; one choice among all of them. What another model
        measured goes: numbers of two are never compared."""
        store = self.generations.versions
        files = {version.file for version in versions}
        changed = False
        for version in store.list(character.slug):
            if version.file not in files:
                continue
            kept = store.update(version, partial(_scored, found=found.get(version.file), model=model))
            changed = changed or kept.scores != version.scores
        if changed:
            fresh = self.generations.characters.get(character.id)
            tell_character(self.ledger, character.id, "updated", fresh)


def _scored(version: Version, *, found: Mapping[str, float] | None, model: str) -> Version:
    scores = scores_without(version, found, model)
    if scores == version.scores:
        return version
    return version.model_copy(update={"scores": scores, "measured_by": model})


def _compared(versions: Sequence[Version], orders: Sequence[_Order]) -> list[Version]:
    """The versions of the newest training that was drawn, and whatever else is on the newest wall."""
    drawn = {order.file for order in orders if order.strength > 0}
    newest = [version for version in versions if version.file in drawn][-1].job_id
    wall = {
        order.file
        for order in orders
        if order.strength > 0 and order.generation.correlation_id == orders[0].generation.correlation_id
    }
    return [
        version
        for version in versions
        if version.file in wall or (version.file in drawn and version.job_id == newest)
    ]


def _is_whole(compared: Sequence[Version], orders: Sequence[_Order], model: str) -> bool:
    """Tell whether nothing of these is drawn or waits to be measured, and at least half of what was asked for of each is there."""
    files = {version.file for version in compared}
    theirs = [order for order in orders if order.file in files or order.strength <= 0]
    if any(order.generation.state not in ENDED or is_due(order.generation, model) for order in theirs):
        return False
    for file in files:
        asked = {order.place for order in theirs if order.file == file and order.strength > 0}
        there = {order.place for order in theirs if order.file == file and order.generation.images}
        if 2 * len(there & asked) < len(asked):
            return False
    return True


def scores_without(version: Version, found: Mapping[str, float] | None, model: str) -> dict[str, float]:
    """Put what was found in place of what was measured before; where nothing was, only the choice goes, or all that another model
    measured."""
    is_others = (version.measured_by or DLIB.model) != model
    gone = NAMES if found is not None or is_others else {CHOSEN, TIED}
    return {name: score for name, score in version.scores.items() if name not in gone} | dict(found or {})


def _tell(character: Character, rows: Sequence[WallRow], choice: Choice | None) -> None:
    context: dict[str, object] = {
        "character_id": character.id,
        "versions": len(rows),
        "whole": choice is not None,
    }
    if choice is not None:
        context |= {"chosen": choice.best, "tied": len(choice.tied)}
        context |= {"faults": sorted({fault for faults in choice.faults.values() for fault in faults})}
    _log.info("Versions compared", extra={"context": context})


def _first(files: Sequence[str]) -> str:
    return files[0] if files else ""
