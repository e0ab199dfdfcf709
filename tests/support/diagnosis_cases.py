"""A person whose pictures do not look like them for one cause at a time, planted through the stores and routes of a server."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from isengard.core.ids import new_id
from isengard.core.records.checkpoint import Proof
from isengard.core.records.generation import CharacterUse, GeneratedImage, GenerationRequest
from isengard.core.records.generation_states import GenerationState
from isengard.core.records.job import Job, Progress
from isengard.core.records.job_states import JobState
from isengard.core.records.likeness import Likeness
from isengard.core.records.photo import PhotoFinding
from isengard.training.interface import ResolvedTraining
from PIL import Image

from .generation_records import draft
from .loras import publish

PHOTOS = 12
PROMPT = "photo of {trigger}, a woman in a green coat, smiling in a park"
#: Of a version that a wall has measured and found no fault in, though it could be more like the person.
MEASURED = {
    "likeness": 0.47,
    "own_photos": 0.6,
    "strength": 0.85,
    "measured": 16,
    "told": 16,
    "copied": 0,
    "flexible": 0.9,
    "stranger": 0.18,
    "low": 0.43,
    "high": 0.5,
}
#: What a frozen training says besides, of no account here.
REST: dict[str, Any] = {
    "resolution": [512],
    "batch_size": 1,
    "save_every": 100,
    "sample_prompts": [],
    "seed": 1,
    "quantize": False,
    "low_vram": False,
    "held_out": [],
}
SOUND = Proof(header=True, finite=True, nonzero=True, fit="fits", image="changed")


@dataclass(frozen=True)
class Step:
    """A version: what is different from a sound and measured one."""

    step: int = 1000
    scores: dict[str, float] | None = field(default_factory=dict)
    proof: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One planted cause. `photos`: code of a finding -> how many carry it; `used`: the step that drew the picture."""

    code: str
    photos: dict[str, int] = field(default_factory=dict)
    count: int = PHOTOS
    face: float = 0.3
    caption: str = ""
    trigger: str = "annqvx"
    steps: tuple[Step, ...] = (Step(),)
    used: int = 1000
    trained: int = 1200
    prompt: str = PROMPT
    strength: float = 0.85
    likeness: Likeness = field(default_factory=lambda: Likeness(verdict="poor", score=0.31, faces=1))
    request: dict[str, Any] = field(default_factory=dict)
    base: str = "sd15.safetensors"
    look: str = ""
    tools: bool = True
    action: str = ""


UNMEASURED = Likeness(verdict="not_measurable", why="too_small")
#: Every cause that is known, beside small faults of another kind that any set of photos has.
CASES = (
    Case("photos_disagree", {"other_person": 3, "blurred": 1}, action="photos"),
    Case("photos_disagree", {"two_people": 12}, steps=(Step(scores=None),), action="photos"),
    Case("small_faces", {"face_small": 9}, face=0.07, action="photos"),
    Case("few_photos", {"blurred": 1}, count=4, action="photos"),
    Case("weak_photos", {"blurred": 5, "dark": 3}, action="photos"),
    Case("group_photos", {"several_faces": 6}, action="photos"),
    Case(
        "captions_tell",
        {"dark": 1},
        caption="annqvx, a young blonde woman with blue eyes",
        action="captions",
    ),
    Case("trigger_ordinary", {"twin": 2}, trigger="woman", action="trigger"),
    Case("trigger_missing", prompt="portrait photo of a woman in a park", action="put_trigger"),
    Case("strength_low", {"several_faces": 1}, strength=0.4, action="strength"),
    Case("strength_high", {"blurred": 2}, strength=1.6, action="strength"),
    Case("face_hidden", prompt="photo of {trigger} wearing a medieval helmet", action="prompt"),
    Case("face_far", prompt="wide shot of {trigger} on a mountain", likeness=UNMEASURED, action="faces"),
    Case(
        "face_far",
        prompt="wide shot of {trigger} on a mountain",
        likeness=UNMEASURED,
        tools=False,
        action="closer",
    ),
    Case(
        "drawing",
        prompt="pencil sketch of {trigger}",
        likeness=Likeness(verdict="not_measurable", why="drawing"),
        action="prompt",
    ),
    Case("few_steps", request={"steps": 5}, action="steps"),
    Case(
        "other_version",
        steps=(Step(500, {"likeness": 0.41}), Step(1000, {"likeness": 0.56})),
        used=500,
        action="version",
    ),
    Case("other_base", base="dreamlike.safetensors", action="base"),
    Case("copies", {"twin": 3}, steps=(Step(scores={"copied": 7, "likeness": 0.59}),), action="compare"),
    Case("leaks", steps=(Step(scores={"stranger": 0.46}),), action="compare"),
    Case("stiff", steps=(Step(scores={"flexible": 0.3}),), action="compare"),
    Case(
        "still_rising",
        steps=(Step(400, {"likeness": 0.3}), Step(800, {"likeness": 0.38}), Step(1200, {"likeness": 0.45})),
        used=1200,
        action="train_on",
    ),
    Case("trained_short", {"blurred": 1}, trained=500, steps=(Step(500),), used=500, action="train_on"),
    Case("other_model", steps=(Step(proof={"fit": "wrong"}),), action="base"),
    Case("no_effect", steps=(Step(proof={"image": "unchanged"}),), action="compare"),
    Case("lora_broken", steps=(Step(proof={"image": "broken"}),), look="flat", action="compare"),
    Case("base_broken", steps=(Step(proof={"image": "base_broken"}),), look="flat", action="base"),
    Case("placeholder", steps=(Step(scores=None, more={"placeholder": True}),), action="train"),
    Case("not_measured", steps=(Step(scores=None),), action="compare"),
    Case("cannot_be_measured", steps=(Step(scores=None),), tools=False, action="set_up_measuring"),
    Case("nothing_found", action="compare"),
)


def person_with_photos(api, folder) -> dict[str, Any]:
    ann = api.post("/characters", {"name": "Ann", "class_word": "lady"})
    for number in range(PHOTOS):
        Image.new("RGB", (64, 64), (number * 20, 90, 200 - number * 12)).save(
            file := folder / f"{number}.png"
        )
        api.upload(ann["id"], file)
    return ann


def plant(case: Case, server, api, person) -> str:
    """Give the person this case's photos, training, versions and picture, and nothing of the case before. Answers with the
    generation's id."""
    services = server.services
    person = api.patch(f"/characters/{person['id']}", {"trigger_word": case.trigger})
    for before in api.get(f"/generations?character_id={person['id']}")["items"]:
        api.delete(f"/generations/{before['id']}")
    shutil.rmtree(services.paths.models / person["slug"], ignore_errors=True)
    _photos(case, services, person)
    job_id = _training(case, services, person)
    for step in case.steps:
        _version(step, services, person, job_id)
    return _picture(case, services, person)


def _photos(case: Case, services, person) -> None:
    codes = [code for code, number in case.photos.items() for _ in range(number)]
    for number, photo in enumerate(services.photos.list(person["id"])):
        found = [PhotoFinding(code=code, message="planted") for code in codes[number :: case.count]]
        included = number < case.count
        planted = {"findings": found, "face": case.face, "caption": case.caption, "included": included}
        services.photos.store(photo.model_copy(update=planted))


def _training(case: Case, services, person) -> str:
    job = Job(
        id=new_id("job"),
        state=JobState.COMPLETED,
        character_id=person["id"],
        backend="fast_test",
        family="sd15",
        progress=Progress(step=case.trained, total_steps=case.trained),
        created_at="2026-01-02T03:04:05.000Z",
        updated_at="2026-01-02T03:04:05.000Z",
    )
    services.ledger.restore([job])
    frozen = ResolvedTraining(
        job_id=job.id,
        character_id=person["id"],
        slug=person["slug"],
        trigger_word=case.trigger,
        class_word="lady",
        backend="fast_test",
        family="sd15",
        preset="quick",
        base_path="",
        base_sha256=None,
        generate_base="",
        steps=case.trained,
        rank=16,
        alpha=16,
        learning_rate=1e-4,
        image_count=case.count,
        **REST,
    )
    services.paths.job(job.id).mkdir()
    (services.paths.job(job.id) / "training.json").write_text(json.dumps(asdict(frozen)))
    return job.id


def _version(step: Step, services, person, job_id) -> None:
    made = publish(
        services.versions, person, step.step, base="sd15.safetensors", job_id=job_id, family="sd15"
    )
    scores = {} if step.scores is None else {**MEASURED, **step.scores}
    planted = {
        "scores": scores,
        "proof": SOUND.model_copy(update=step.proof),
        "base_sha256": "0" * 64,
        **step.more,
    }
    services.versions.update(made, lambda known: known.model_copy(update=planted))


def _picture(case: Case, services, person) -> str:
    version = next(v for v in services.versions.list(person["slug"]) if v.step == case.used)
    use = CharacterUse(id=person["id"], checkpoint=case.used, strength=case.strength)
    request = GenerationRequest(
        recipe="sd15-identity", characters=[use], prompt=case.prompt, seed=1, **case.request
    )
    made = draft(person["id"], request=request, versions=[version.file])
    words = case.prompt.replace("{trigger}", case.trigger)
    graph = {
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": case.base}},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": words}},
    }
    store = services.generations.store
    store.create(made, [graph])
    store.advance(made.id, GenerationState.RUNNING)
    Image.new("RGB", (64, 64), "teal").save(services.paths.generation(made.id) / "0000.png")
    store.add_image(made.id, GeneratedImage(n=0, file="0000.png", width=8, height=8, seed=1, look=case.look))
    if not case.look and case.tools and case.steps[0].scores is not None:
        store.note_likeness(made.id, 0, case.likeness, {})
    store.advance(made.id, GenerationState.COMPLETED)
    return made.id


def beside_others(case: Case) -> Case:
    """The same in an album as people have them: one photo of somebody else, some weak ones, a group; drawn a little strongly."""
    others = {"other_person": 1, "several_faces": 1, "blurred": 2, "twin": 1}
    strength = case.strength + 0.1 if case.code not in ("strength_low", "strength_high") else case.strength
    return replace(case, photos={**others, **case.photos}, strength=strength)


def never_measured(case: Case) -> Case:
    """The same where nobody has measured anything: what photos, request and proof tell is left."""
    steps = tuple(replace(step, scores=None) for step in case.steps)
    return replace(case, steps=steps)


#: Causes that only a measurement shows.
MEASURED_ONLY = {"copies", "leaks", "stiff", "still_rising", "drawing", "nothing_found"}
