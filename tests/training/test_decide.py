"""`decide` as a table: facts on the left, what is said of them on the right. Nothing is asked of the system."""

from __future__ import annotations

import builtins
import os
import re
import subprocess
import time
from contextlib import contextmanager
from dataclasses import replace
from unittest import mock

import pytest
from isengard.core.errors import InvalidError
from isengard.core.families.base_choice import BaseFile, RankedBase
from isengard.core.families.base_traits import Traits
from isengard.core.families.families import FOLDER, Families
from isengard.core.ids import new_id
from isengard.core.records.character import Character
from isengard.core.records.job import Job, Progress
from isengard.core.records.photo import Photo, PhotoFinding
from isengard.core.records.training import Finding, Overrides, TrainingRequest
from isengard.core.records.worker import BackendState, Gpu, Worker
from isengard.training.downloads.hub_cache import Lacking
from isengard.training.gpu.gpu_handover import GpuUse, Holder
from isengard.training.interface import BackendCapabilities, Option, OwnFigures
from isengard.training.machine.machine_facts import Machine
from isengard.training.planning.decision import decide, resolved
from isengard.training.planning.facts import Base, BaseModel, Facts, Machines, Person, Trainer

GB, DISK_GB = 2**30, 10**9
SD15, FLUX = Families().get("sd15"), Families().get("flux1_dev")
AT = "2026-08-20T10:00:00Z"
GPU = Gpu(uuid="GPU-1", name="RTX 4090", total_bytes=24 * GB, free_bytes=24 * GB - GB // 2)
FULL = GPU.model_copy(update={"free_bytes": 1 * GB})
SMALL = GPU.model_copy(update={"name": "RTX 4080", "total_bytes": 16 * GB, "free_bytes": 16 * GB})
GAME = GpuUse(gpu=FULL, holders=[Holder(pid=2, name="game.exe", bytes=20 * GB)])
READY = BackendState(name="ai_toolkit")
ANN = Character(
    id=new_id("chr"), slug="ann", name="Ann", trigger_word="annqvx", class_word="woman", consent=True,
    created_at=AT, updated_at=AT,
)  # fmt: skip
PHOTO = Photo(
    id="", character_id=ANN.id, file="a.jpg", width=640, height=640, sha256="", pixel_hash="", created_at=AT
)
HERE = Machine("Linux", "/data", 64 * GB, 8 * GB, 500 * DISK_GB, [GPU])
ATTIC = Worker(
    id="w", host="attic", version="1", gpus=[GPU], backends=[READY], system="Linux", memory_bytes=64 * GB
)
CAPABILITIES = BackendCapabilities(
    name="ai_toolkit", label="AI-Toolkit", version="1", families=["sd15", "flux1_dev"], needs="gpu",
    options={"rank": Option(max=64, tooltip="x")}, figures=True,
)  # fmt: skip


def photos(count, **changes):
    return [PHOTO.model_copy(update={"id": f"pho_{number:026d}", **changes}) for number in range(count)]


GOOD = Facts(
    request=TrainingRequest(character_id=ANN.id, family="sd15", backend="ai_toolkit"),
    seed=7,
    family=SD15,
    person=Person(ANN, photos(25)),
    base=Base(BaseModel("/models/base.safetensors", "base.safetensors")),
    trainer=Trainer(CAPABILITIES, READY),
    machines=Machines("cellar", HERE),
    has_token=True,
    comfyui_version="0.33.0",
)


FLUX_BASE = replace(
    GOOD.base, parts=FLUX.trainer_hubs, lacking=[Lacking(part, part.size) for part in FLUX.trainer_hubs]
)


def person(*of, namesakes=(), **changes):
    return {"person": Person(ANN.model_copy(update=changes), of or photos(25), namesakes)}


def asked(**overrides):
    request = GOOD.request.model_copy(update={"overrides": Overrides(**overrides)})
    return {"request": request}


def flux(**changes):
    request = GOOD.request.model_copy(update={"family": "flux1_dev"})
    return {"request": request, "family": FLUX, **changes}


def klein(gpu, **overrides):
    """The largest of ours on a card, with a trainer that knows nothing of text embeddings and layers."""
    request = GOOD.request.model_copy(
        update={"family": "flux2_klein_9b", "overrides": Overrides(**overrides)}
    )
    return {"request": request, "family": Families().get("flux2_klein_9b"), **here(gpus=[gpu])}


def here(**changes):
    return {"machines": Machines("cellar", replace(HERE, **changes))}


def elsewhere(*workers, **changes):
    """This machine has no GPU; the workers of others serve the ledger too."""
    return {"machines": Machines("cellar", replace(HERE, gpus=[]), workers, shared=True), **changes}


def says(code, severity="error", **more):
    """What the trainer itself says of it."""
    finding = Finding(severity=severity, code=code, message="As it is.", **more)
    return {"trainer": replace(GOOD.trainer, findings=[finding])}


def flawed(code):
    finding = Finding(severity="error", code=code, message="The file is.", fix="download_model")
    return {"base": Base(BaseModel("/models/base.safetensors", "base.safetensors", flaw=finding))}


def chosen(name, **traits):
    """A checkpoint of the user's, called `name`, is trained on."""
    base = RankedBase(BaseFile(name, traits=Traits(**traits)), True, "tensors")
    return {"base": Base(BaseModel(f"/models/{name}", name, base=base))}


UNTESTED = ATTIC.model_copy(update={"backends": [BackendState(name="ai_toolkit", detail="Not tried.")]})
BLURRED = photos(10, findings=[PhotoFinding(code="blurred", message="x")])
UNCLEAR = photos(13, findings=[PhotoFinding(code="face_turned", message="x")])
STRANGERS = photos(3, findings=[PhotoFinding(code="two_people", message="x")])
MUCH_RAM = SD15.model_copy(update={"needs": SD15.needs.model_copy(update={"ram_gb": 90.0})})

#: (facts, the findings as "severity code", words that one of them says)
TABLE = [
    ({}, set(), ""),
    # the person and their photos
    (person(consent=False), {"error consent_missing"}, "Ann's photos"),
    (person(namesakes=["Bob"]), {"warning trigger_shared"}, "Bob also has the trigger word annqvx"),
    (person(trigger_word="woman"), {"warning trigger_ordinary"}, "an ordinary word"),
    (person(trigger_word="annqvx7"), {"info trigger_digits"}, "contains digits"),
    ({"person": Person(ANN, [])}, {"error no_photos"}, "There are no photos"),
    (person(*photos(3, included=False)), {"error no_photos"}, "No photo is used"),
    (person(*photos(3, held_out=True)), {"error no_photos"}, "set aside for checking"),
    (person(*photos(1)), {"warning few_photos"}, "One photo is too few"),
    (person(*photos(9)), {"warning few_photos"}, "9 photos are few"),
    (person(*photos(10)), {"info more_photos"}, "10 photos work"),
    (person(*photos(61)), {"info many_photos"}, "61 photos are a lot"),
    (person(*photos(25, caption="her blue eyes")), {"warning caption_leaks"}, "25 captions describe"),
    (person(*photos(15), *BLURRED), {"warning weak_photos"}, "10 of 25 photos"),
    (person(*photos(12), *UNCLEAR), {"warning unclear_faces"}, "13 of 25 photos hardly show the face"),
    (person(*photos(13), *UNCLEAR[1:]), set(), ""),
    (person(*photos(24), *STRANGERS[:1]), {"warning other_faces"}, "One photo shows several people or somebody else"),
    (person(*photos(22), *STRANGERS), {"warning other_faces"}, "3 of 25 photos show"),
    # the request
    (asked(sample_prompts=["a ${b}"]), {"error prompt_placeholder"}, "'${'"),
    (asked(sample_prompts=["a {b}"]), set(), ""),
    # the trainer, by what it says itself
    (says("gpu_missing", this_machine=True), {"error gpu_missing"}, "As it is."),
    (elsewhere(ATTIC, **says("gpu_missing", this_machine=True)), {"info trains_elsewhere"}, "attic"),
    (elsewhere(ATTIC, **says("base_model_missing")), {"info trains_elsewhere", "error base_model_missing"}, ""),
    # the base
    (flawed("base_model_damaged"), {"error base_model_damaged"}, "The file is."),
    (chosen("mine.safetensors"), {"info checkpoint_chosen"}, "Training uses mine.safetensors; pictures"),
    (chosen("mine.safetensors", style="photographic", style_from="name"), {"info checkpoint_chosen"}, "(photographic, going by its name)"),
    (chosen("v.safetensors", prediction="v", prediction_from="tensors"), {"info checkpoint_chosen"}, "(v-prediction, going by its tensors)"),
    # the model
    ({"family": SD15.model_copy(update={"terms": "Sell no copies."})}, {"info licence_terms"}, "Sell no copies."),
    # which machine
    (elsewhere(ATTIC), {"info trains_elsewhere"}, "The worker on attic (RTX 4090, 24.0 GB) trains this."),
    (elsewhere(UNTESTED), {"info trains_elsewhere", "warning backend_untested"}, "attic: Not tried."),
    (elsewhere(ATTIC, base=replace(GOOD.base, only_here="base.safetensors")),
     {"info trains_elsewhere", "warning model_elsewhere"}, "base.safetensors lies on this machine"),
    (elsewhere(), {"warning no_able_worker"}, "none is running"),
    (elsewhere(ATTIC.model_copy(update={"backends": []})), {"warning no_able_worker"}, "AI-Toolkit"),
    # that machine
    (here(gpus=[GPU.model_copy(update={"total_bytes": 4 * GB})]), {"warning gpu_too_small"}, "has 4.0 GB"),
    (flux(**here(gpus=[SMALL])), {"info family_experimental", "warning gpu_too_small"}, "even with all memory savings"),
    (klein(GPU), {"info family_experimental", "info memory_saved"},
     "It fits with 768 px: about 21.4 GB, and a step takes about 28% less time (estimated from published times)."),
    (klein(GPU, resolution=[1024], quantize=False), {"info family_experimental", "warning gpu_too_small"}, "with these options"),
    (here(gpus=[FULL]), {"info gpu_in_use"}, "23.0 GB of 24.0 GB"),
    ({**here(gpus=[FULL]), "gpu_use": GAME}, {"warning gpu_held"}, "game.exe 20.0 GB"),
    ({"family": MUCH_RAM}, {"warning memory_small"}, "64.0 GB and 8.0 GB of page file"),
    (here(disk_free_bytes=1), {"error disk_full"}, "0 MB are free"),
    (here(system="Windows", root="C:\\" + "x" * 200), {"error path_too_long"}, "203 characters"),
    (here(system="Windows", root="C:\\Jürgen"), {"warning path_letters"}, "letters"),
    ({"comfyui_version": "0.3.10"}, {"warning comfyui_old"}, "0.3.10"),
    (flux(), {"info family_experimental"}, "haven't tried"),
    ({"trainer": Trainer(CAPABILITIES.model_copy(update={"figures": False}), READY)}, {"info figures_of_another"}, "memory and time AI-Toolkit takes hasn't"),
    ({"trainer": Trainer(CAPABILITIES.model_copy(update={"figures": False, "estimates": {"sd15": OwnFigures()}}), READY)}, {"info figures_estimated"}, "memory and time AI-Toolkit takes is an estimate"),
    (flux(base=FLUX_BASE), {"info family_experimental", "info model_download"}, "downloads"),
    (flux(base=FLUX_BASE, has_token=False),
     {"info family_experimental", "error token_missing"}, "accept its licence"),
    (flux(base=FLUX_BASE, may_fetch=False),
     {"info family_experimental", "error setup_switched_off"}, "switched downloads off"),
    (flux(may_fetch=False), {"info family_experimental"}, "haven't tried"),
    (elsewhere(ATTIC, **flux(base=FLUX_BASE)),
     {"info family_experimental", "info trains_elsewhere", "warning token_missing"}, "worker on attic has none"),
]  # fmt: skip


@contextmanager
def nothing_asked():
    """Whoever opens or looks for a file, reads a clock or starts a program fails."""
    refuse = mock.Mock(side_effect=AssertionError("the system was asked"))
    with (
        mock.patch.object(builtins, "open", refuse),
        mock.patch.object(os, "stat", refuse),
        mock.patch.object(os, "scandir", refuse),
        mock.patch.object(subprocess, "Popen", refuse),
        mock.patch.object(time, "time", refuse),
        mock.patch.object(time, "monotonic", refuse),
    ):
        yield


def decided(**changes):
    facts = replace(GOOD, **changes)
    with nothing_asked():
        return decide(facts)


@pytest.mark.parametrize(("changes", "expected", "words"), TABLE)
def test_facts_and_what_is_said_of_them(changes, expected, words):
    plan = decided(**changes)
    assert {f"{finding.severity} {finding.code}" for finding in plan.findings} == expected
    assert any(words in finding.message for finding in plan.findings) or not words
    assert all(finding.fix or finding.severity == "info" or "trainer" in changes for finding in plan.findings)
    assert plan.blocked is any(line.startswith("error") for line in expected)


REFUSED = [
    ({"request": GOOD.request.model_copy(update={"preset": "mine"})}, "preset_unknown"),
    (asked(rank=128), "option_out_of_range"),
    (asked(lokr_factor=8), "option_of_other_method"),
    (asked(offload=0.5), "option_not_of_trainer"),
    ({**person(*photos(2)), **asked(batch_size=4)}, "batch_too_large"),
    (asked(steps=100, save_every=200), "save_every_too_large"),
]


def test_a_checkpoint_that_predicts_velocity_is_frozen_as_one():
    assert [
        decided(**chosen("v.safetensors", prediction=kind)).training.v_pred for kind in ("v", "epsilon")
    ] == [True, False]
    assert not decided().training.v_pred


@pytest.mark.parametrize(("changes", "code"), REFUSED)
def test_numbers_that_cannot_work_are_refused(changes, code):
    with pytest.raises(InvalidError) as caught:
        decided(**changes)
    assert caught.value.code == code and caught.value.hint


def test_the_tables_hold_every_code_that_planning_knows():
    planning = [
        file.read_text(encoding="utf-8") for file in (FOLDER.parent.parent / "training/planning").glob("*.py")
    ]
    # what is refused before any fact is known stands in gathering's tests, follow-ups have their own
    before = {
        "family_not_supported",
        "method_not_of_trainer",
        "still_running",
        "cannot_continue",
        "nothing_to_continue",
        "wrong_state",
    }
    before |= {"too_many_steps", "cannot_be_smaller"}
    told = {code for text in planning for code in re.findall(r'Finding\([^)]*?code="(\w+)"', text)}
    refused = {code for text in planning for code in re.findall(r'Error\(\s*"(\w+)"', text)}
    shown = {line.split()[1] for _, expected, _ in TABLE for line in expected}
    assert len(told) > 20 and told <= shown, told - shown
    assert refused - before == {code for _, code in REFUSED}


def test_the_training_is_the_same_before_and_after_the_trainer_was_asked():
    facts = replace(
        GOOD, trainer=replace(GOOD.trainer, findings=[Finding(severity="info", code="x", message="y")])
    )
    training = decide(facts).training
    assert (
        resolved(GOOD) == training
        and training.seed == 7
        and training.vram_bytes == pytest.approx(5.5 * DISK_GB, rel=0.01)
    )
    assert decide(replace(GOOD, **asked(seed=3))).training.seed == 3


def test_a_placeholder_needs_neither_base_nor_machine():
    practice = CAPABILITIES.model_copy(update={"name": "fast_test", "needs": "cpu", "placeholder": True})
    trainer = Trainer(practice, BackendState(name="fast_test"))
    changes = {**here(disk_free_bytes=1, gpus=[]), **flawed("base_model_damaged"), **person(consent=False)}
    assert decided(trainer=trainer, **changes).findings == []


def test_the_pace_is_that_of_the_device_that_will_train():
    numbers = {"resolution": SD15.defaults.resolution, "family": "sd15", "created_at": AT, "updated_at": AT}
    job = Job(
        id=new_id("job"),
        backend="ai_toolkit",
        progress=Progress(step=9, seconds_per_step=0.01, device="RTX 4090"),
        **numbers,
    )
    learned = decided(completed=[job]).estimate
    assert learned.learned and learned.seconds < decided().estimate.seconds
    laptop = ATTIC.model_copy(update={"gpus": [GPU.model_copy(update={"name": "RTX 4060"})]})
    assert decided(completed=[job], **elsewhere(ATTIC)).estimate.learned
    assert not decided(completed=[job], **elsewhere(laptop)).estimate.learned
    assert not decided(completed=[job], **elsewhere()).estimate.learned
