"""What a trainer is given of the hub's cache: the very file or folder where it is whole, and what is not counts as missing."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from isengard.core.families.families import Families
from isengard.core.families.hub_parts import parts_for
from isengard.core.settings import Settings
from isengard.training.backends.ai_toolkit.backend import AiToolkitBackend
from isengard.training.backends.ai_toolkit.captioner import MODELS, AiToolkitCaptioner
from isengard.training.captioning.interface import Captioning
from isengard.training.downloads.hub_cache import lacking, local_base
from isengard.training.interface import ResolvedTraining
from support.hub_files import put_part
from support.trainer_configs import training_of

FAMILIES = Families()
STANDIN = Path(__file__).resolve().parents[1] / "fakes" / "aitk_standin"
FROM_HUB = [family for family in FAMILIES.all() if family.training_hub]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


@pytest.mark.parametrize("family", FROM_HUB, ids=lambda family: family.key)
def test_a_base_of_the_hub_is_given_as_its_file_or_folder_once_it_is_whole(family, cache):
    """By its name a trainer would ask the hub for what the repository does not have, and take the silence for a lost line."""
    parts = [part for part in family.trainer_hubs if part.hub == family.training_hub]
    for part in parts:
        assert local_base(family, family.training_hub) == family.training_hub
        folder = put_part(cache, part)
    given = Path(local_base(family, family.training_hub))
    assert given.is_relative_to(folder) and given.is_file() == (len(parts) == 1)
    assert [one.part.hub for one in lacking(family.trainer_hubs)] == [
        part.hub for part in family.trainer_hubs if part not in parts
    ]


def test_a_base_of_ones_own_is_given_as_it_is(cache, tmp_path):
    for key, base in (
        ("sd15", str(tmp_path / "a.safetensors")),
        ("flux2_klein_4b", "/mine"),
        ("sdxl", "me/diffusers"),
    ):
        assert local_base(FAMILIES.get(key), base) == base


def test_of_one_file_of_ones_own_the_rest_is_read_out_of_the_cache(cache, paths, tmp_path):
    """Z-Image's trainer asks for what describes the layers, the text encoder and the VAE; by name it would ask the hub."""
    file, z_image = tmp_path / "mine.safetensors", FAMILIES.get("z_image").by_route("")
    file.touch()
    parts = parts_for(z_image, str(file))
    [folder] = {put_part(cache, part) for part in parts if part.hub == z_image.training_hub}
    assert [one.name for one in (folder / "transformer").iterdir()] == ["config.json"], "and no weights"
    settings = Settings(ai_toolkit_dir=str(STANDIN), ai_toolkit_python=sys.executable, allow_cpu=True)

    def planned(family, base):
        training = replace(training_of(family, "quick"), base_path=base, route=family.route)
        job_dir = paths.job(training.job_id)
        job_dir.mkdir(parents=True, exist_ok=True)
        AiToolkitBackend(settings, paths, FAMILIES).plan(job_dir, training, resume=False)
        model = json.loads((job_dir / "config.json").read_text())["config"]["process"][0]["model"]
        return model["name_or_path"], model.get("extras_name_or_path")

    assert planned(z_image, str(file)) == (str(file), str(folder))
    assert planned(FAMILIES.get("flux2_klein_4b"), str(file)) == (str(file), None)
    assert planned(FAMILIES.get("sd15"), str(file)) == (str(file), None)


def test_an_index_without_its_files_or_without_sense_is_not_a_model(cache):
    z_image = FAMILIES.get("z_image")
    part = next(one for one in z_image.trainer_hubs if one.base)
    folder = put_part(cache, part)
    assert lacking([part]) == []
    index = folder / part.files[-1].split("|")[0]
    for content in ('{"weight_map": {"a": "gone.safetensors"}}', "{ half", '{"weight_map": 7}'):
        index.write_text(content)
        assert [one.part for one in lacking([part])] == [part], content
    index.write_text(json.dumps({"weight_map": {"a": "diffusion_pytorch_model.safetensors"}}))
    assert lacking([part]) == []


def test_the_trainer_reads_its_base_and_the_captioner_its_model_out_of_the_cache(cache, paths):
    settings = Settings(
        ai_toolkit_dir=str(STANDIN), ai_toolkit_python=sys.executable, allow_cpu=True, hf_token="hf_secret"
    )
    klein = FAMILIES.get("flux2_klein_4b")
    training = ResolvedTraining(
        "job_" + "a" * 26, "chr_x", "ann", "annqvx", "woman", "ai_toolkit", klein.key, "quick", klein.training_hub, None, "", 4, 4, 4.0, 1e-4, [512],
        1, 2, [], 1, False, False, 1, [],
    )  # fmt: skip
    job_dir = paths.job(training.job_id)
    job_dir.mkdir(parents=True)
    file = put_part(cache, klein.trainer_hubs[0]) / klein.trainer_hubs[0].single_file
    plan = AiToolkitBackend(settings, paths, FAMILIES).plan(job_dir, training, resume=False)
    model = json.loads((job_dir / "config.json").read_text())["config"]["process"][0]["model"]
    assert model["name_or_path"] == str(file) and training.base_path == klein.training_hub
    assert (plan.env["HF_HUB_OFFLINE"], plan.env.get("HF_TOKEN")) == ("1", None)

    captioner, asked = AiToolkitCaptioner(settings, paths), Captioning("chr_x", "annqvx", "person", [])
    assert captioner.capabilities().download_bytes == MODELS[-1].part.size
    folder = put_part(cache, MODELS[-1].part)
    caption = captioner.config(job_dir, asked)["config"]["process"][0]["caption"]
    assert caption["model_name_or_path"] == str(folder) and captioner.capabilities().download_bytes == 0
