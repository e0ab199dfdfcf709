"""What preflight says of a machine, about how long it takes, and which words of captions give a person away."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from isengard.core.characters.caption_lint import leaks
from isengard.core.errors import InvalidError
from isengard.core.families.families import FOLDER, Families
from isengard.core.ids import new_id
from isengard.core.records.character import CharacterDraft, CharacterPatch
from isengard.core.records.job import Job, Progress
from isengard.core.records.job_states import JobState
from isengard.core.records.training import Overrides, TrainingRequest
from isengard.core.records.worker import Gpu, Worker
from isengard.training.backends.fast_test.backend import FastTestBackend
from isengard.training.downloads.hub_cache import Lacking
from isengard.training.gpu.gpu_handover import GpuUse, Holder
from isengard.training.interface import TRAINING_FILE, BackendCapabilities, Option, OwnFigures
from isengard.training.machine import machine_facts as computer
from isengard.training.machine.machine_facts import Machine, memory_bytes, swap_bytes
from isengard.training.machine.os_locks import machine_name
from isengard.training.planning.estimates import (
    Estimate,
    completed_trainings,
    estimate,
    learned_paces,
    pace_key,
)
from isengard.training.planning.facts import BaseModel
from isengard.training.planning.machine_advice import Situation, guesses, machine_findings
from isengard.training.planning.memory_needs import memory_need
from isengard.training.planning.placement import device_name
from isengard.training.planning.presets import require_possible, resolve
from support.gpu_fixtures import gpu  # noqa: F401 - fixture
from support.training_fixtures import training_of

GB, DISK_GB = 2**30, 10**9
FLUX = Families().get("flux1_dev")
GPU = Gpu(uuid="GPU-1", name="RTX 4090", total_bytes=24 * GB, free_bytes=23 * GB)
MACHINE = Machine("Linux", "/data", 64 * GB, 8 * GB, 500 * DISK_GB, [GPU])
ABOUT = Estimate(3600, False, 22 * GB, 50 * GB, 1 * DISK_GB)
GOOD = Situation(MACHINE, FLUX, ABOUT, (), True, "0.9.2", False)
ALL = [Lacking(part, part.size) for part in FLUX.trainer_hubs]
CHECKER = [Lacking(part, part.size) for part in Families().get("sd15").trainer_hubs]


def codes(situation):
    return {finding.code: finding for finding in machine_findings(situation)}


def test_what_a_licence_asks_is_said_before_the_training():
    told = codes(replace(GOOD, family=Families().get("krea2"), comfyui_version="0.26.0"))
    assert told["licence_terms"].severity == "info" and "begin with Krea" in told["licence_terms"].message


def test_a_machine_that_can_do_it_is_told_only_what_is_unknown():
    assert set(codes(GOOD)) == {"family_experimental"}
    assert set(codes(replace(GOOD, family=Families().get("sd15")))) == set()


@pytest.mark.parametrize(
    ("changes", "machine", "code", "severity", "words"),
    [
        ({}, {"gpus": [GPU.model_copy(update={"total_bytes": 12 * GB})]}, "gpu_too_small", "warning", "12.0 GB"),
        ({}, {"gpus": [GPU.model_copy(update={"free_bytes": 6 * GB})]}, "gpu_in_use", "info", "18.0 GB of 24.0 GB"),
        ({}, {"memory_bytes": 32 * GB}, "memory_small", "warning", "32.0 GB and 8.0 GB of page file"),
        ({}, {"disk_free_bytes": DISK_GB // 2}, "disk_full", "error", "needs about 1.0 GB of disk space"),
        ({"lacking": ALL}, {"disk_free_bytes": 30 * DISK_GB}, "disk_full", "error", "34.7 GB of disk"),
        ({"lacking": ALL, "cache_free_bytes": 30 * DISK_GB}, {}, "disk_full", "error", "30.0 GB are free on its disk"),
        ({"lacking": ALL, "has_token": False}, {}, "token_missing", "error", "black-forest-labs/FLUX.1-dev"),
        ({"lacking": ALL}, {}, "model_download", "info", "it downloads 33.7 GB from huggingface.co, once: model 23.8 GB, text encoders 9.8 GB, VAE 0.2 GB."),
        ({"lacking": [replace(ALL[1], size=10**9)]}, {}, "model_download", "info", "it downloads 1.0 GB from huggingface.co, once: text encoders 1.0 GB."),
        ({"lacking": CHECKER}, {}, "model_download", "info", "settings and tokenizer 1.6 MB, safety checker 1.2 GB"),
        ({"lacking": ALL, "away": "attic"}, {}, "model_download", "info", "The worker on attic downloads what it is missing from huggingface.co, at most 33.7 GB"),
        ({"by_itself": "me/mine"}, {}, "model_download", "info", "downloads me/mine from the hub itself"),
        ({"lacking": ALL, "may_fetch": False}, {}, "setup_switched_off", "error", "has switched downloads off"),
        ({"comfyui_version": "0.3.10"}, {}, "comfyui_old", "warning", "0.3.10"),
        ({}, {"system": "Windows", "root": "C:\\" + "x" * 180}, "path_too_long", "error", "183 characters"),
        ({"slug": "x" * 40}, {"system": "Windows", "root": "C:\\" + "x" * 95}, "path_too_long", "error", "98 characters"),
        ({}, {"system": "Windows", "root": "C:\\Fotos\\Jürgen"}, "path_letters", "warning", "letters"),
    ],
)  # fmt: skip
def test_each_trouble_is_told_with_its_numbers(changes, machine, code, severity, words):
    situation = replace(GOOD, machine=replace(MACHINE, **machine), **changes)
    finding = codes(situation)[code]
    assert finding.severity == severity and words in finding.message
    assert finding.fix or severity == "info"


def test_who_holds_the_gpu_is_named_and_others_than_comfyui_are_to_be_closed():
    full = GPU.model_copy(update={"free_bytes": 5 * GB})
    comfyui = Holder(pid=1, name="python3", bytes=17 * GB, comfyui=True)
    game = Holder(pid=2, name="game.exe", bytes=2 * GB)
    situation = replace(
        GOOD, machine=replace(MACHINE, gpus=[full]), use=GpuUse(gpu=full, holders=[comfyui, game])
    )
    found = codes(situation)["gpu_in_use"]
    assert "(ComfyUI 17.0 GB, game.exe 2.0 GB)" in found.message and found.fix == "free_gpu"
    big = game.model_copy(update={"bytes": 9 * GB})
    found = codes(replace(situation, use=GpuUse(gpu=full, holders=[big])))["gpu_held"]
    assert (found.severity, found.fix) == ("warning", "check_again") and "close the other" in found.message


def test_the_gpu_of_this_machine_is_measured_at_every_check(house, ann, gpu):  # noqa: F811
    """Not as the worker found it when it started."""
    house.ledger.report_worker(
        Worker(id="w", host=machine_name(), version="1", gpus=[GPU], system="Linux", memory_bytes=GB)
    )
    base = house.paths.tmp / "base.safetensors"
    base.write_bytes((2).to_bytes(8, "little") + b"{}")
    bases = type("Bases", (), {"resolve": lambda self, name, family: BaseModel(str(base), "")})()
    training = training_of(house, base_models=bases)
    request = TrainingRequest(character_id=ann.id, family="sd15", backend="ai_toolkit")
    gpu.set(2_000, ((4711, "/opt/blender", 3_000),))
    found = {finding.code: finding for finding in training.preflight(request).findings}
    assert "blender 2.9 GB" in found["gpu_in_use"].message
    gpu.set()
    assert "gpu_in_use" not in {finding.code for finding in training.preflight(request).findings}


def test_every_fix_the_server_names_is_a_button_of_the_panel():
    root = FOLDER.parent.parent
    named = {
        fix
        for file in (root / "training").rglob("*.py")
        for fix in re.findall(r'fix="(\w+)"', file.read_text())
    }
    buttons = set(
        re.findall(
            r"^  (\w+): \{ word:",
            (root / "js/components/training/preflight_findings.js").read_text(),
            re.MULTILINE,
        )
    )
    assert len(named) >= 12 and named == buttons


def test_memory_and_page_file_are_what_the_system_says(monkeypatch):
    lines = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    said = {name: int(value.split()[0]) * 1024 for name, value in lines.items()}
    assert (memory_bytes(), swap_bytes()) == (said["MemTotal"], said["SwapTotal"])

    def untold():
        raise OSError("no /proc here")

    monkeypatch.setattr(computer.psutil, "virtual_memory", untold)
    monkeypatch.setattr(computer.psutil, "swap_memory", untold)
    assert (memory_bytes(), swap_bytes()) == (0, 0)


def test_what_cannot_be_told_is_not_made_up():
    nothing = Machine("Linux", "/data", 0, 0, 0, [])
    assert set(codes(replace(GOOD, machine=nothing, comfyui_version="nightly"))) == {"family_experimental"}


def test_a_worker_describes_the_machine_that_will_train(tmp_path):
    worker = Worker(id="w", host="h", version="1", gpus=[GPU], system="Linux", memory_bytes=5, swap_bytes=6)
    machine = Machine.of(worker, Machine.here(tmp_path))
    assert (machine.memory_bytes, machine.swap_bytes, machine.gpus) == (
        5,
        6,
        [GPU],
    ) and machine.disk_free_bytes
    assert memory_bytes() > GB


def test_about_how_long_counts_loading_and_samples_and_learns():
    family = Families().get("sd15")
    numbers = resolve(family, "balanced", 20)
    guess, without = estimate(family, numbers, 2), estimate(family, numbers, 0)
    pictures = (numbers.steps // numbers.save_every + 1) * 2
    assert guess.seconds - without.seconds == pytest.approx(pictures * 20 * 0.5 * 0.5)
    learned = estimate(family, numbers, 2, {pace_key("sd15", numbers): 0.25})
    assert learned.learned and not guess.learned and learned.seconds < guess.seconds
    twice = estimate(family, replace(numbers, resolution=[1024]), 0)
    assert twice.seconds > 3 * without.seconds, "four times the pixels"
    assert guess.vram_bytes == memory_need(family, numbers).vram_bytes
    assert (
        replace(numbers, rank=32)
        and estimate(family, replace(numbers, rank=32), 2).disk_bytes > guess.disk_bytes
    )


def trained(
    house, pace, *, batch=None, state=JobState.COMPLETED, device=GPU.name, backend="ai_toolkit", **more
):
    job = Job(
        id=new_id("job"), kind="training", needs="cpu", backend=backend, family="sd15", resolution=[768, 512],
        request={"overrides": {"batch_size": batch}}, created_at="2026-08-20T10:00:00Z",
        updated_at="2026-08-20T10:00:00Z", **more,
    )  # fmt: skip
    house.ledger.submit(job)
    _, lease = house.ledger.claim(worker_id="w", owner="o", needs=["cpu"])
    house.ledger.advance(lease, JobState.RUNNING)
    house.ledger.progress(lease, Progress(step=9, seconds_per_step=pace, device=device))
    house.ledger.advance(lease, state)


def key(**more):
    numbers = resolve(Families().get("sd15"), "balanced", 20, Overrides(resolution=[512, 768]))
    return pace_key("sd15", replace(numbers, **more))


def test_the_pace_is_learned_from_trainings_that_ended_well(house):
    """A step of several photos counts for each of them; placeholders and what failed teach nothing."""
    trained(house, 4.0, batch=2)
    trained(house, 2.2)
    trained(house, 1.0, batch=1)
    trained(house, 90.0, batch=1, state=JobState.FAILED)
    trained(house, 0.001, batch=1, placeholder=True)
    trained(house, 7.0, low_vram=True)
    assert learned_paces(completed_trainings(house.ledger), GPU.name, "ai_toolkit") == {
        key(): 2.0,
        key(low_vram=True): 7.0,
    }


def test_one_machine_learns_nothing_from_another(house):
    """Several workers on one Redis, a data folder that moved to another GPU, and trainings from before it was told."""
    trained(house, 0.5, device="NVIDIA H200")
    trained(house, 60.0, device="cpu office")
    trained(house, 3.0, device="")
    assert learned_paces(completed_trainings(house.ledger), "NVIDIA H200", "ai_toolkit") == {key(): 0.5}
    assert learned_paces(completed_trainings(house.ledger), "cpu office", "ai_toolkit") == {key(): 60.0}
    assert (
        learned_paces(completed_trainings(house.ledger), GPU.name, "ai_toolkit")
        == learned_paces(completed_trainings(house.ledger), "", "ai_toolkit")
        == {}
    )
    trained(house, 8.0, device="NVIDIA H200", backend="comfyui_native")
    assert learned_paces(completed_trainings(house.ledger), "NVIDIA H200", "ai_toolkit") == {key(): 0.5}
    assert learned_paces(completed_trainings(house.ledger), "NVIDIA H200", "comfyui_native") == {key(): 8.0}
    assert device_name([GPU], "office") == GPU.name and device_name([], "office") == "cpu office"


def test_a_trainer_that_was_not_measured_says_so():
    """The records' figures are AI-Toolkit's."""
    ours, another = (
        BackendCapabilities(name="x", label="Pencil", version="1", families=[], needs="gpu", figures=figures)
        for figures in (True, False)
    )
    assert guesses(ours, "sd15", learned=False) == []
    for learned, words in (
        (False, "memory and time Pencil takes hasn't"),
        (True, "memory Pencil takes hasn't"),
    ):
        (finding,) = guesses(another, "sd15", learned=learned)
        assert (finding.severity, finding.code) == ("info", "figures_of_another")
        assert words in finding.message


def test_a_trainer_with_estimates_of_its_own_says_that_they_are_estimates():
    """Of the families that it has some for; times that this computer has measured are none."""
    pencil = BackendCapabilities(
        name="x", label="Pencil", version="1", families=[], needs="gpu", estimates={"sd15": OwnFigures()}
    )
    for learned, words in (
        (False, "memory and time Pencil takes is an estimate"),
        (True, "memory Pencil takes is worked out"),
    ):
        (finding,) = guesses(pencil, "sd15", learned=learned)
        assert (finding.severity, finding.code) == ("info", "figures_estimated")
        assert words in finding.message
    assert [one.code for one in guesses(pencil, "sdxl", learned=False)] == ["figures_of_another"]


@pytest.mark.parametrize(
    ("caption", "found"),
    [
        ("annqvx, standing in a park in a red jacket, soft evening light", []),
        ("annqvx, woman with blue eyes and long blonde hair", ["eyes", "blonde", "hair"]),
        ("a young woman, freckled", ["young", "freckled"]),
        ("wearing a hairnet in an old-fashioned kitchen", []),
        ("a dark-haired man", ["dark-haired"]),
        ("", []),
    ],
)
def test_words_that_describe_the_person_are_found(caption, found):
    assert [leak.word for leak in leaks(caption, ("annqvx", "woman"))] == found
    for leak in leaks(caption):
        assert caption[leak.at :].startswith(leak.word)


def test_the_class_word_is_no_leak():
    assert leaks("an old man by the sea", ("old man",)) == []


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ({"batch_size": 8}, "batch_too_large"),
        ({"steps": 100, "save_every": 200}, "save_every_too_large"),
        ({"learning_rate": 1e-9}, "option_out_of_range"),
        ({"rank": 99}, "option_out_of_range"),
        ({"alpha": 0.5}, "option_out_of_range"),
    ],
)
def test_what_cannot_work_is_refused_before_it_is_queued(house, ann, overrides, code):
    options = {
        "learning_rate": Option(min=1e-6, max=0.1, tooltip="x"),
        "rank": Option(max=64, tooltip="one end only"),
        "alpha": Option(min=1, tooltip="one end only"),
    }
    backend = house.registry.get("training_backends", "fast_test")
    capabilities = backend.capabilities().model_copy(update={"options": options})
    wanted = Overrides(**overrides)
    numbers = resolve(Families().get("sd15"), "quick", 3, wanted)
    with pytest.raises(InvalidError) as caught:
        require_possible(numbers, wanted, 3, capabilities)
    assert caught.value.code == code and caught.value.hint


def test_photos_that_are_all_held_back_leave_nothing_to_train_on(house, ann):
    for photo in house.photos.list(ann.id):
        house.photos.store(photo.model_copy(update={"held_out": True}))
    with pytest.raises(InvalidError) as caught:
        house.training.submit(TrainingRequest(character_id=ann.id), "c")
    assert caught.value.code == "no_photos" and "set aside for checking" in caught.value.message


def test_one_toml_file_is_a_family(house, ann, tmp_path, start_worker):
    """A file of its own beside copies of ours: listed, resolved, planned and estimated, with no code."""
    folder = tmp_path / "families"
    shutil.copytree(FOLDER, folder)
    text = (folder / "sd15.toml").read_text().replace('label = "Stable Diffusion 1.5"', 'label = "Mine"')
    (folder / "mine.toml").write_text(text.replace("steps_per_image = 100", "steps_per_image = 7"))
    records = Families(folder)
    mine = records.get("mine")
    numbers = resolve(mine, "balanced", 200)
    assert (mine.label, numbers.steps) == ("Mine", 1400) and estimate(mine, numbers, 2).seconds > 0
    assert [family.key for family in records.all()].count("mine") == 1
    backend = FastTestBackend(True, records)
    assert "mine" in backend.capabilities().families


def found(house, character, backend):
    request = TrainingRequest(character_id=character.id, family="sd15", preset="quick", backend=backend)
    return {finding.code: finding for finding in house.training.preflight(request).findings}


def test_nobody_is_really_trained_without_permission(house, ann):
    """The tick was kept and decided nothing."""
    assert "consent_missing" not in found(house, ann, "ai_toolkit")
    house.characters.update(ann.id, CharacterPatch(consent=False))
    finding = found(house, ann, "ai_toolkit")["consent_missing"]
    assert (finding.severity, finding.fix) == ("error", "confirm_consent") and ann.name in finding.message
    with pytest.raises(InvalidError) as caught:
        house.training.submit(TrainingRequest(character_id=ann.id, family="sd15", backend="ai_toolkit"), "c")
    assert caught.value.code == "consent_missing"
    assert "consent_missing" not in found(house, ann, "fast_test"), "practice learns nothing of anybody"


def test_a_trigger_word_of_two_is_told(house, ann):
    assert "trigger_shared" not in found(house, ann, "fast_test")
    house.characters.create(CharacterDraft(name="Bob", trigger_word="ANNQVX"))
    finding = found(house, ann, "fast_test")["trigger_shared"]
    assert (finding.severity, finding.fix) == ("warning", "change_trigger") and "Bob" in finding.message


@pytest.mark.parametrize(
    ("trigger", "class_word", "told"),
    [
        ("woman", "woman", True),
        ("The", "person", True),
        ("photo", "woman", True),
        ("corgi", "corgi dog", True),
        ("annqvx", "woman", False),
    ],
)
def test_an_ordinary_word_as_trigger_is_told(house, ann, trigger, class_word, told):
    house.characters.update(ann.id, CharacterPatch(trigger_word=trigger, class_word=class_word))
    findings = found(house, ann, "fast_test")
    assert ("trigger_ordinary" in findings) is told
    if told:
        finding = findings["trigger_ordinary"]
        assert (finding.severity, finding.fix) == ("warning", "change_trigger") and trigger in finding.message


def test_sample_prompts_know_the_trigger_by_its_names(house, ann):
    prompts = ["portrait of {trigger}", "[trigger] in a red dress", "a stranger"]
    request = TrainingRequest(character_id=ann.id, family="sd15", backend="fast_test")
    request = request.model_copy(
        update={"overrides": request.overrides.model_copy(update={"sample_prompts": prompts})}
    )
    house.characters.update(ann.id, CharacterPatch(trigger_word="annqvx", consent=True))
    job = house.training.submit(request, "c")
    training = json.loads((house.paths.job(job.id) / TRAINING_FILE).read_text(encoding="utf-8"))
    assert training["sample_prompts"] == ["portrait of annqvx", "annqvx in a red dress", "a stranger"]
