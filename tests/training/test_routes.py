"""Ways to train one family: which is taken, what is frozen of it, and what it makes the trainer fetch."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import MISSING, fields
from pathlib import Path

import pytest
from fakes.hub_server import HubServer
from isengard.core.errors import InvalidError
from isengard.core.families.families import FOLDER, Families
from isengard.core.plugins import PluginContext
from isengard.core.records.job import Job
from isengard.core.records.training import TrainingRequest
from isengard.core.settings import Settings
from isengard.training.backends import ai_toolkit
from isengard.training.backends.ai_toolkit import fetching
from isengard.training.downloads.hub_cache import lacking, local_repository
from isengard.training.interface import ResolvedTraining
from isengard.training.planning.facts import BaseModel
from isengard.training.planning.gathering import FactGatherer
from support.task_fixtures import task_house  # noqa: F401 - fixture
from support.training_fixtures import training_of

ADAPTER = "ostris/zimage_turbo_training_adapter"
Z_IMAGE = Families().get("z_image")


class HubBases:
    """A ComfyUI with nothing of its own: what is trained on comes from the hub."""

    def resolve(self, name, family):
        return BaseModel(family.training_base.hub, "")


def test_z_image_is_trained_on_turbo_with_its_adapter_unless_somebody_chooses_otherwise():
    usual, base, expert = (Z_IMAGE.by_route(key) for key in ("", "base", "de_turbo"))
    assert (usual.route, usual.training_base.hub) == ("turbo", "Tongyi-MAI/Z-Image-Turbo")
    assert usual.trainer.assistant_lora == f"{ADAPTER}/zimage_turbo_training_adapter_v2.safetensors"
    assert (usual.trainer.sample_guidance, usual.trainer.sample_steps, usual.trainer.optimizer) == (
        1,
        9,
        "adamw8bit",
    )
    assert (base.training_base.hub, base.trainer.optimizer) == ("Tongyi-MAI/Z-Image", "adafactor")
    assert (base.trainer.assistant_lora, base.defaults.quantize, base.defaults.dtype) == ("", False, "bf16")
    assert (expert.training_base.hub, expert.trainer.extras) == (
        "ostris/Z-Image-De-Turbo",
        "Tongyi-MAI/Z-Image-Turbo",
    )
    assert [route.key for route in Z_IMAGE.routes if route.expert] == ["de_turbo"]


@pytest.mark.parametrize("family", Families().all(), ids=lambda family: family.key)
def test_a_route_changes_what_is_trained_and_never_what_draws(family):
    for route in family.routes:
        trained = family.by_frozen_route(route.key)
        drawing = {
            "key",
            "label",
            "files",
            "marks",
            "look_alikes",
            "recipe",
            "sampling",
            "probes",
            "generating_base",
        }
        assert trained.model_dump(include=drawing) == family.model_dump(include=drawing)


def test_a_record_by_one_route_is_not_laid_out_by_another():
    base = Z_IMAGE.by_route("base")
    assert base.by_route("") == base == base.by_frozen_route("turbo")
    with pytest.raises(InvalidError):
        base.by_route("turbo")


@pytest.mark.parametrize("key", ["none", "base_8bit"])
def test_an_unknown_or_retired_route_is_refused_with_those_there_are(key):
    with pytest.raises(InvalidError) as caught:
        Z_IMAGE.by_route(key)
    assert caught.value.code == "training_route_unknown" and "turbo, base, de_turbo" in caught.value.hint
    with pytest.raises(InvalidError, match="Stable Diffusion"):
        Families().get("sd15").by_route("turbo")


@pytest.mark.parametrize(
    "wrong",
    [
        '[[routes]]\nkey = "b"\nlabel = "B"\nabout = "B."\n[routes.trainer]\noptimizer = "none_such"\n',
        '[[routes]]\nkey = "b"\nlabel = "B"\nabout = "B."\n[routes.needs]\nvram = 1.0\n',
        '[[routes]]\nkey = "a"\nlabel = "A"\nabout = "A."\n',
        '[[routes]]\nkey = "b"\nlabel = "B"\nabout = "B."\nfiles = []\n',
        '[[routes]]\nkey = "b"\nlabel = "B"\nabout = "B."\n[routes.trainer]\nassistant_lora = "/a/path.safetensors"\n',
    ],
    ids=["unknown optimizer", "unknown need", "a key twice", "a field that draws", "an adapter by a path"],
)
def test_a_record_with_a_wrong_route_is_damaged(tmp_path, wrong):
    text = (FOLDER / "sd15.toml").read_text()
    first = '[[routes]]\nkey = "a"\nlabel = "A"\nabout = "A."\n'
    (tmp_path / "mine.toml").write_text(text + first)
    assert Families(tmp_path).get("mine").by_route("").route == "a"
    (tmp_path / "mine.toml").write_text(text + first + wrong)
    with pytest.raises(InvalidError) as caught:
        Families(tmp_path)
    assert caught.value.code == "family_damaged"


def test_a_record_says_what_is_read_of_every_repository_that_its_settings_name(tmp_path):
    text = (FOLDER / "z_image.toml").read_text()
    (tmp_path / "mine.toml").write_text(text.replace(f'hub = "{ADAPTER}"', 'hub = "some/other"'))
    with pytest.raises(InvalidError) as caught:
        Families(tmp_path)
    assert caught.value.code == "family_damaged" and ADAPTER in caught.value.message


def test_the_first_route_is_the_record_itself(tmp_path):
    first = '[[routes]]\nkey = "a"\nlabel = "A"\nabout = "A."\n[routes.needs]\nram_gb = 1.0\n'
    (tmp_path / "mine.toml").write_text((FOLDER / "sd15.toml").read_text() + first)
    with pytest.raises(InvalidError) as caught:
        Families(tmp_path)
    assert caught.value.code == "family_damaged" and "first route" in caught.value.message


def frozen(house, job: Job) -> ResolvedTraining:
    return ResolvedTraining.read(house.paths.job(job.id))


def test_a_training_keeps_its_route_and_settings_and_so_does_what_follows_it(house, ann):
    for route, hub in (("", "Z-Image-Turbo"), ("base", "Z-Image")):
        training = training_of(house, base_models=HubBases())
        request = TrainingRequest(character_id=ann.id, family="z_image", route=route)
        kept = frozen(house, training.submit(request, "c"))
        assert (kept.route, kept.base_path) == (route or "turbo", f"Tongyi-MAI/{hub}")
        assert kept.trainer == Z_IMAGE.by_route(route).trainer.model_dump(mode="json")
        assert training.preflight(request).training.quantize == (route != "base")


def test_a_job_from_before_routes_is_the_same_training_when_a_graph_asks_again(house, ann):
    """Its request knows no route: asked again without one it is not trained a second time."""
    training = training_of(house, base_models=HubBases())
    request = TrainingRequest(character_id=ann.id, family="z_image")
    job = training.submit(request, "c")
    old = {name: value for name, value in job.request.items() if name != "route"}
    with sqlite3.connect(house.paths.jobs_db) as database:
        database.execute(
            "UPDATE job SET document = json_set(document, '$.request', json(?)) WHERE id = ?",
            (json.dumps(old), job.id),
        )
    assert "route" not in house.ledger.get(job.id).request
    assert training.same_training(request).id == job.id
    assert training.same_training(request.model_copy(update={"route": "base"})) is None


def test_what_was_frozen_before_routes_goes_on_as_it_was_trained_then(paths, tmp_path):
    """Base with the 8-bit Adam, whatever the record says now; what comes of it is a LoRA of the family as before."""
    backend = ai_toolkit.create(PluginContext(paths, Settings()))
    assert "z_image" in backend.capabilities().families
    begun = Z_IMAGE.by_frozen_route("")
    assert (begun.training_base.hub, begun.trainer.optimizer) == ("Tongyi-MAI/Z-Image", "adamw8bit")
    assert (begun.trainer.assistant_lora, begun.trainer.sample_steps, begun.key) == ("", 25, "z_image")


def cached(home, parts) -> None:
    """As the hub's library keeps them; each file is one letter."""
    for part in parts:
        repository = home / "hub" / f"models--{part.hub.replace('/', '--')}"
        (repository / "refs").mkdir(parents=True, exist_ok=True)
        (repository / "refs" / "main").write_text(part.revision)
        for names in part.files:
            file = repository / "snapshots" / part.revision / names.split("|")[-1]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("x")


def test_the_adapter_is_part_of_what_is_fetched(house, ann, tmp_path, monkeypatch):
    """With the model in the cache and not its adapter a training still downloads, and says so."""
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    asked = {"settings": Settings(hf_home=str(tmp_path)), "base_models": HubBases()}
    gatherer: FactGatherer = training_of(house, **asked).gatherer

    def lacks(route):
        request = TrainingRequest(character_id=ann.id, family="z_image", route=route, backend="ai_toolkit")
        return [one.part.label for one in gatherer.gather(request).base.lacking]

    everything = Z_IMAGE.by_route("").trainer_hubs
    cached(tmp_path, [part for part in everything if part.hub != ADAPTER])
    assert lacks("") == ["training adapter"] and lacks("de_turbo") == ["model"]
    cached(tmp_path, everything)
    assert lacks("") == [] and lacks("base") == ["model", "text encoder", "VAE"]


def test_the_repository_of_the_rest_is_named_by_its_folder_where_it_is_whole(tmp_path, monkeypatch):
    """A trainer without a network asks a folder for nothing that is not there."""
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    expert = Z_IMAGE.by_route("de_turbo")
    extras = expert.trainer.extras
    assert local_repository(expert.trainer_hubs, extras, str(tmp_path)) == extras
    cached(tmp_path, expert.trainer_hubs)
    folder = local_repository(expert.trainer_hubs, extras, str(tmp_path))
    assert (Path(folder) / "vae" / "config.json").is_file()
    assert local_repository(expert.trainer_hubs, "", str(tmp_path)) == ""


@pytest.mark.parametrize("route", ["base", ""], ids=["base", "begun before routes"])
def test_what_is_fetched_before_a_training_is_what_its_route_reads(
    route,
    task_house,  # noqa: F811 - fixture
    paths,
    tmp_path,
    monkeypatch,
):
    base, server = Z_IMAGE.by_route("base"), HubServer()
    files = {names.split("|")[-1]: "{}" for part in base.trainer_hubs for names in part.files}
    server.put(base.training_base.hub, base.trainer_hubs[0].revision, **files)
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    # a record's sizes, of which next to nothing comes here, may be more than this disk has
    monkeypatch.setattr(fetching, "need_room", lambda *_, **__: None)
    training = ResolvedTraining(
        **{one.name: "" for one in fields(ResolvedTraining) if one.default is MISSING and one.default_factory is MISSING}
        | {"family": "z_image", "route": route, "base_path": base.training_base.hub}
    )  # fmt: skip
    backend = ai_toolkit.create(PluginContext(paths, Settings()))
    try:
        task_house.run(lambda task: backend.fetch(task, training))
    finally:
        server.close()
    assert lacking(base.trainer_hubs) == []
    assert [folder.name for folder in (tmp_path / "hub").glob("models--*")] == ["models--Tongyi-MAI--Z-Image"]
