"""A simulated wall through the real routes and the real reading child: which version the server chooses."""

from __future__ import annotations

import time
from pathlib import Path

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

from .kinds import KINDS, Cast, pictures, without

PATIENCE_S = 900
FIRST_STEP = 100


class Planted:
    """A server with one person whose wall was drawn; `close` it."""

    def __init__(self, folder: Path, cast: Cast, kinds=KINDS) -> None:
        self.server = live_server.start(folder)
        self._kinds, self._services = kinds, self.server.services
        put_face_tools(ready_face_tools(), self._services.paths)
        api = self.server.api
        person = api.post("/characters", {"name": "Somebody", "class_word": "person"})
        job = self._services.paths.job(new_id("job"))
        for part, photos in ((DATASET, cast.trained), (HELD_OUT, cast.held_out)):
            (job / part).mkdir(parents=True)
            for number, photo in enumerate(photos):
                file = job / part / f"{number}.jpg"
                photo.picture.save(file, quality=95)
                api.upload(person["id"], file, f"{part}-{number}.jpg")
        self.versions = [
            publish(self._services.versions, person, FIRST_STEP + number, base="x", job_id=job.name)
            for number, _ in enumerate(kinds)
        ]
        self.person = api.get(f"/characters/{person['id']}")
        self._plant(cast)

    def close(self) -> None:
        self.server.close()

    def chosen(self) -> str | None:
        """The kind that the server chooses once it has measured everything; None where none is fit."""
        by_file = dict(zip((version.file for version in self.versions), self._kinds, strict=True))
        ranked = self._measured()
        return next((by_file[known["file"]] for known in ranked if known["nearest"]), None)

    def faults(self) -> dict[str, list[str]]:
        by_file = dict(zip((version.file for version in self.versions), self._kinds, strict=True))
        return {by_file[known["file"]]: known["faults"] for known in self._ranked()}

    def _ranked(self) -> list[dict]:
        return self.server.api.get(f"/characters/{self.person['id']}")["versions"]

    def _measured(self) -> list[dict]:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            lines = self.server.api.get("/logs?correlation_id=corr-wall&limit=200")["items"]
            if any(line["message"] == "Versions compared" and line["context"]["whole"] for line in lines):
                return self._ranked()
            time.sleep(1)
        raise AssertionError("the wall was not measured")

    def _plant(self, cast: Cast) -> None:
        made = [
            self._drawn(version, one.scene, one.strength, one.image)
            for version, kind in zip(self.versions, self._kinds, strict=True)
            for one in pictures(cast, kind)
        ]
        made += [self._drawn(self.versions[-1], scene, 0.0, image) for scene, image in without(cast).items()]
        for generation in made:
            data = {"state": generation.state.value, "generation": generation.model_dump(mode="json")}
            subject = Subject(kind="generation", id=generation.id)
            self._services.ledger.emit("generation.state", subject, data, correlation_id="corr-wall")

    def _drawn(self, version, scene: str, strength: float, image):
        """A finished picture of the wall, as ComfyUI would have left it."""
        store, seed = self._services.generations.store, seed_of(scene)
        use = CharacterUse(id=self.person["id"], checkpoint=version.step, strength=strength)
        prompt = PROMPTS[scene].replace("{class}", "person")
        request = GenerationRequest(recipe="fast-test", characters=[use], prompt=prompt, seed=seed)
        details = {"purpose": "grid", "versions": [version.file], "correlation_id": "corr-wall"}
        made = draft(self.person["id"], request=request, **details)
        store.create(made, [{}])
        store.advance(made.id, GenerationState.RUNNING)
        image.save(self._services.paths.generation(made.id) / "0000.png", compress_level=1)
        drawn = GeneratedImage(n=0, file="0000.png", width=image.width, height=image.height, seed=seed)
        store.add_image(made.id, drawn)
        return store.advance(made.id, GenerationState.COMPLETED)


def chosen_over_http(cast: Cast, folder: Path) -> tuple[str | None, dict[str, list[str]]]:
    """(the kind that the server chooses, the faults it finds)."""
    planted = Planted(folder, cast)
    try:
        return planted.chosen(), planted.faults()
    finally:
        planted.close()
