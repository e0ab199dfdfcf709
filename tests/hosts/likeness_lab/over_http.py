"""Simulated walls through the real routes and the real reading child: what the server measures of each picture and of each version, which
version it chooses, and why."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isengard.core.faces import copying
from isengard.core.faces.scenes import SCENES as PROMPTS
from isengard.core.faces.scenes import seed_of
from isengard.core.ids import new_id
from isengard.core.records.event import Subject
from isengard.core.records.generation import CharacterUse, GeneratedImage, GenerationRequest
from isengard.core.records.generation_states import GenerationState
from isengard.training.job_folder.dataset import DATASET, HELD_OUT
from support import live_server
from support.face_fixtures import put_face_tools, ready_face_tools
from support.generation_records import draft
from support.loras import publish

from .kinds import KINDS, SINGLE, Cast, pictures, without
from .walls import PHOTO_QUALITY

PATIENCE_S = 900
FIRST_STEP = 100
#: A ratio of distances and a lead of correlation.
Thresholds = tuple[float, float]


@dataclass(frozen=True)
class Told:
    """What a route tells of a picture, and what it is; `copied` None where that cannot be told."""

    kind: str
    copies: bool
    copied: bool | None
    verdict: str


@dataclass(frozen=True)
class Answer:
    """What the routes tell of a wall; versions by their kind."""

    person: str
    best: str | None
    tied: Sequence[str]
    faults: dict[str, list[str]]
    scores: dict[str, dict[str, float]]
    pictures: Sequence[Told]


class Planted:
    """A server with one person whose training has ended and whose wall was drawn; `close` it."""

    def __init__(self, folder: Path, cast: Cast, kinds: Sequence[str] = KINDS) -> None:
        self.server = live_server.start(folder)
        self._cast, self._kinds, self._services = cast, kinds, self.server.services
        self._made: dict[str, tuple[str, bool]] = {}
        self._whole_at = ""
        put_face_tools(ready_face_tools(), self._services.paths)
        api = self.server.api
        person = api.post("/characters", {"name": "Somebody", "class_word": "person"})
        job = self._services.paths.job(new_id("job"))
        for part, photos in ((DATASET, cast.trained), (HELD_OUT, cast.held_out)):
            (job / part).mkdir(parents=True)
            for number, photo in enumerate(photos):
                file = job / part / f"{number}.jpg"
                photo.picture.save(file, quality=PHOTO_QUALITY)
                api.upload(person["id"], file, f"{part}-{number}.jpg")
        self.versions = [
            publish(self._services.versions, person, FIRST_STEP + number, base="x", job_id=job.name)
            for number, _ in enumerate(kinds)
        ]
        self.person = api.get(f"/characters/{person['id']}")
        self._plant(cast)

    def close(self) -> None:
        self.server.close()

    def answer(self) -> Answer:
        """What it tells once it has measured everything."""
        self._wait_until_measured()
        by_file = dict(zip((version.file for version in self.versions), self._kinds, strict=True))
        ranked = self.server.api.get(f"/characters/{self.person['id']}")["versions"]
        nearest = next((known for known in ranked if known["nearest"]), None)
        return Answer(
            self._cast.person,
            by_file[nearest["file"]] if nearest else None,
            [by_file[file] for file in nearest["tied"]] if nearest else [],
            {by_file[known["file"]]: known["faults"] for known in ranked},
            {by_file[known["file"]]: known["scores"] for known in ranked},
            list(self._pictures()),
        )

    def measure_again(self) -> None:
        """As if nothing of it had been measured yet, and somebody asks for it now."""
        nothing: Any = None
        for made in self._made:
            self._services.generations.store.note_likeness(made, 0, nothing, {})
        asked = self.server.api.post(f"/characters/{self.person['id']}/likeness", {})
        assert asked["pictures"] == len(self._made)

    def _pictures(self) -> Iterator[Told]:
        address = f"/generations?purpose=grid&character_id={self.person['id']}&limit=200"
        for generation in self.server.api.get(address)["items"]:
            if generation["id"] in self._made:
                kind, copies = self._made[generation["id"]]
                likeness = generation["images"][0]["likeness"]
                yield Told(kind, copies, likeness["copied"], likeness["verdict"])

    def _wait_until_measured(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            lines = self.server.api.get("/logs?correlation_id=corr-wall&limit=200")["items"]
            for line in reversed(lines):
                compared = line["message"] == "Versions compared" and line["context"]["whole"]
                if compared and line["timestamp"] > self._whole_at:
                    self._whole_at = line["timestamp"]
                    return
            time.sleep(0.5)
        raise AssertionError("the wall was not measured")

    def _plant(self, cast: Cast) -> None:
        made = []
        for version, kind in zip(self.versions, self._kinds, strict=True):
            for one in pictures(cast, kind):
                made.append(self._drawn(version, one.scene, one.strength, one.image))
                self._made[made[-1].id] = kind, one.copies
        made += [self._drawn(self.versions[-1], scene, 0.0, image) for scene, image in without(cast).items()]
        for generation in made:
            data = {"state": generation.state.value, "generation": generation.model_dump(mode="json")}
            subject = Subject(kind="generation", id=generation.id)
            self._services.ledger.emit("generation.state", subject, data, correlation_id="corr-wall")

    def _drawn(self, version: Any, scene: str, strength: float, image: Any) -> Any:
        """A finished picture of the wall, as ComfyUI would have left it."""
        store, seed = self._services.generations.store, seed_of(scene)
        use = CharacterUse(id=self.person["id"], checkpoint=version.step, strength=strength)
        prompt = PROMPTS[scene].replace("{class}", "person")
        request = GenerationRequest(recipe="fast-test", characters=[use], prompt=prompt, seed=seed)
        details = {"purpose": "grid", "versions": [version.file], "correlation_id": "corr-wall"}
        made = draft(self.person["id"], request=request, **details)
        store.create(made, [{}])
        image.save(self._services.paths.generation(made.id) / "0000.png", compress_level=1)
        store.advance(made.id, GenerationState.RUNNING)
        drawn = GeneratedImage(n=0, file="0000.png", width=image.width, height=image.height, seed=seed)
        store.add_image(made.id, drawn)
        known = store.get(made.id)
        if known.state is GenerationState.COMPLETED:  # the server has seen that it is whole
            return known
        return store.advance(made.id, GenerationState.COMPLETED)


def asked(cast: Cast, folder: Path, *others: Thresholds) -> list[Answer]:
    """What a server tells by its own thresholds, and then by each of `others`. The kinds that are on no wall are a wall of their own: only
    what is told of their pictures counts."""
    of_wall = _asked(cast, folder / "wall", KINDS, others)
    of_single = _asked(cast, folder / "single", SINGLE, others)
    return [
        Answer(
            wall.person, wall.best, wall.tied, wall.faults, wall.scores, [*wall.pictures, *single.pictures]
        )
        for wall, single in zip(of_wall, of_single, strict=True)
    ]


def _asked(cast: Cast, folder: Path, kinds: Sequence[str], others: Sequence[Thresholds]) -> list[Answer]:
    planted = Planted(folder, cast, kinds)
    try:
        found = [planted.answer()]
        for thresholds in others:
            with judged_by(*thresholds):
                planted.measure_again()
                found.append(planted.answer())
        return found
    finally:
        planted.close()


@contextmanager
def judged_by(nearest: float, gap: float) -> Iterator[None]:
    """Servers of this process judge copies by these thresholds meanwhile."""
    before = copying.NEAREST, copying.GAP
    copying.NEAREST, copying.GAP = nearest, gap
    try:
        yield
    finally:
        copying.NEAREST, copying.GAP = before
