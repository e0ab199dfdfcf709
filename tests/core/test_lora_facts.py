"""What LoRAs of other trainers and the files of other tools beside them say, as they write it."""

from __future__ import annotations

import base64
import json

import pytest
from isengard.core.families.families import Families
from isengard.core.loras.lora_facts import facts_of, preview_of

PNG = b"\x89PNG\r\n\x1a\n-a picture-"
KOHYA = {
    "ss_base_model_version": "sdxl_base_v1-0",
    "ss_output_name": "anna_v3",
    "ss_steps": "1840",
    "ss_tag_frequency": json.dumps(
        {"10_ohwx woman": {"ohwx woman": 24, "smiling": 11, "outdoors": 9}, "reg": {}}
    ),
    "ss_dataset_dirs": json.dumps({"10_ohwx woman": {"n_repeats": 10, "img_count": 24}}),
}
AI_TOOLKIT = {
    "software": json.dumps({"name": "ai-toolkit", "version": "0.12.26"}),
    "training_info": json.dumps({"step": 2000, "epoch": 83}),
    "ss_base_model_version": "flux1",
    "ss_output_name": "anna_flux",
    "trigger_word": "annax",
}
DIFFUSERS = {"format": "pt", "instance_prompt": "a photo of sks woman"}
MODELSPEC = {
    "modelspec.architecture": "stable-diffusion-xl-v1-base/lora",
    "modelspec.title": "Anna",
    "modelspec.trigger_phrase": "ohwx",
}
CIVITAI = {
    "baseModel": "Pony",
    "trainedWords": ["anna, blonde hair", "anna2"],
    "model": {"name": "Anna of Somewhere", "type": "LORA"},
}
MANAGER = {"model_name": "Anna M", "base_model": "Flux.1 D", "civitai": {"trainedWords": ["annam"]}}
AUTOMATIC = {"sd version": "SDXL", "activation text": "anna1111", "preferred weight": 0.8, "notes": ""}
RGTHREE = {"baseModel": "SD 1.5", "trainedWords": [{"word": "annar", "civitai": True}]}


@pytest.mark.parametrize(
    ("metadata", "family", "words", "steps"),
    [
        (KOHYA, "sdxl", ["ohwx woman"], 1840),
        (AI_TOOLKIT, "flux1_dev", ["annax"], 2000),
        (DIFFUSERS, None, ["a photo of sks woman"], 0),
        (MODELSPEC, "sdxl", ["ohwx"], 0),
        ({}, None, [], 0),
        (
            {"ss_tag_frequency": "[1]", "training_info": "{", "ss_steps": "-4", "ss_base_model_version": ""},
            None,
            [],
            0,
        ),
    ],
)
def test_its_own_metadata(tmp_path, metadata, family, words, steps):
    said = facts_of(tmp_path / "anna.safetensors", metadata)
    assert (said.words, said.steps) == (words, steps)
    assert family_of(said.bases) == family


@pytest.mark.parametrize(
    ("ending", "content", "family", "words"),
    [
        (".civitai.info", CIVITAI, "sdxl", ["anna, blonde hair", "anna2"]),
        (".metadata.json", MANAGER, "flux1_dev", ["annam"]),
        (".json", AUTOMATIC, "sdxl", ["anna1111"]),
        (".safetensors.rgthree-info.json", RGTHREE, "sd15", ["annar"]),
        (".civitai.info", ["no", "object"], None, []),
        (".civitai.info", {"trainedWords": "no list", "baseModel": 5, "model": "none"}, None, []),
    ],
)
def test_files_that_other_tools_lay_beside_it(tmp_path, ending, content, family, words):
    (tmp_path / f"anna{ending}").write_text(json.dumps(content))
    said = facts_of(tmp_path / "anna.safetensors", {})
    assert said.words == words and family_of(said.bases) == family


def test_what_civitai_says_comes_before_what_the_trainer_wrote(tmp_path):
    (tmp_path / "anna.civitai.info").write_text(json.dumps(CIVITAI))
    said = facts_of(tmp_path / "anna.safetensors", KOHYA)
    assert said.words == ["anna, blonde hair", "anna2", "ohwx woman"] and said.name == "Anna of Somewhere"


def test_a_damaged_neighbour_says_nothing(tmp_path):
    (tmp_path / "anna.civitai.info").write_bytes(b"\xff\xfe{")
    (tmp_path / "anna.json").write_text("[" * 100_000)
    (tmp_path / "anna.metadata.json").mkdir()
    assert facts_of(tmp_path / "anna.safetensors", MODELSPEC).words == ["ohwx"]


@pytest.mark.parametrize("ending", [".preview.png", ".png", ".jpg", ".webp"])
def test_a_preview_beside_it_is_told_by_its_content(tmp_path, ending):
    lora = tmp_path / "anna.safetensors"
    (tmp_path / f"anna{ending}").write_bytes(PNG)
    assert preview_of(lora, {}).content == PNG and preview_of(lora, {}).mime == "image/png"
    (tmp_path / f"anna{ending}").write_text("<svg onload=alert(1)>")
    assert preview_of(lora, {}) is None, "nothing that is no picture is given out"


def test_a_thumbnail_in_the_metadata_is_the_last_choice(tmp_path):
    packed = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    assert preview_of(tmp_path / "anna.safetensors", {"modelspec.thumbnail": packed}).content == PNG
    assert preview_of(tmp_path / "anna.safetensors", {"modelspec.thumbnail": "base64,%%%"}) is None


@pytest.mark.parametrize(
    ("base", "family"),
    [
        ("SD 1.5", "sd15"),
        ("sd_v1", "sd15"),
        ("stable-diffusion-v1/lora", "sd15"),
        ("SDXL 1.0", "sdxl"),
        ("Illustrious", "sdxl"),
        ("NoobAI", "sdxl"),
        ("flux1", "flux1_dev"),
        ("Flux.1 D", "flux1_dev"),
        ("flux-1-dev/lora", "flux1_dev"),
        ("Flux.2 Klein 4B", "flux2_klein_4b"),
        ("flux2_klein_9b", "flux2_klein_9b"),
        ("ZImageTurbo", "z_image"),
        ("zimage", "z_image"),
        ("Qwen", "qwen_image"),
        ("qwen_image", "qwen_image"),
        ("Chroma", "chroma"),
        ("Krea 2", "krea2"),
        ("flux2", None),
        ("Flux.1 Kontext", None),
        ("Qwen_Image_Edit", None),
        ("SD 2.1", None),
        ("Wan Video 14B", None),
        ("SD 3.5", None),
        ("", None),
    ],
)
def test_every_family_is_known_by_one_name_alone(base, family):
    assert family_of([base]) == family


def family_of(bases):
    found = {family.key for base in bases for family in Families().all() if family.is_called(base)}
    assert len(found) < 2, found
    return next(iter(found), None)
