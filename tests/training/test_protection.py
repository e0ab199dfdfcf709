"""The protection rule: what AI-Toolkit is told for every family and preset stands in snapshots.

A difference here is a change of what is trained. It needs a design note in the commit, a new VERSION of the backend and
a before/after comparison; then `python tests/training/test_protection.py` through the host environment rewrites them.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SNAPSHOTS = Path(__file__).resolve().parent / "snapshots"
PRESETS = ("quick", "balanced", "quality")
PHOTOS = 20


def config_of(key: str, preset: str, job_dir: Path, **more: object) -> dict:
    """The configuration of a training on a GPU with fixed inputs; folders are named, not given."""
    from isengard.core.families.families import Families
    from isengard.training.backends.ai_toolkit import config
    from isengard.training.interface import ResolvedTraining
    from isengard.training.planning.presets import resolve, sample_prompts

    family = Families().get(key)
    numbers = resolve(family, preset, PHOTOS)
    training = ResolvedTraining(
        job_id="job_" + "0" * 26, character_id="chr_" + "0" * 26, slug="ann", trigger_word="annqvx",
        class_word="woman", backend="ai_toolkit", family=key, preset=preset, base_path="BASE", base_sha256=None,
        generate_base="", sample_prompts=sample_prompts("annqvx", "woman"), seed=42, image_count=17,
        held_out=["pho_1"], **vars(numbers), **more,
    )  # fmt: skip
    (job_dir / "held_out").mkdir(exist_ok=True)
    (job_dir / "held_out" / "0001.jpg").write_bytes(b"")
    (job_dir / "held_out" / "0001.txt").write_text("annqvx, woman")
    text = config.as_text(config.build(job_dir, training, family, cpu=False))
    return json.loads(text.replace(str(job_dir), "JOB"))


def families() -> list[str]:
    folder = Path(__file__).resolve().parents[2] / "core" / "families"
    return sorted(file.stem for file in folder.glob("*.toml"))


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("key", families())
def test_what_the_trainer_is_told_has_not_changed(key, preset, tmp_path):
    from isengard.training.backends.ai_toolkit.backend import VERSION

    kept = json.loads((SNAPSHOTS / f"{key}-{preset}.json").read_text())
    rule = "what is trained has changed: design note, version bump, before/after comparison (see this file's head)"
    assert config_of(key, preset, tmp_path) == kept["config"], rule
    assert kept["adapter"] == VERSION, rule


@pytest.mark.parametrize("key", ["sd15", "sdxl"])
def test_a_base_that_predicts_velocity_is_told_to_the_trainer_and_nothing_else_is(key, tmp_path):
    before = config_of(key, "balanced", tmp_path)
    after = config_of(key, "balanced", tmp_path, v_pred=True)
    assert after["config"]["process"][0]["model"].pop("is_v_pred") is True and after == before


def test_no_photo_is_mirrored_and_every_checkpoint_is_kept(tmp_path):
    for key in families():
        process = config_of(key, "balanced", tmp_path)["config"]["process"][0]
        (data,) = process["datasets"]
        assert data["flip_x"] is data["flip_y"] is False and data["caption_dropout_rate"] == 0.05
        saves = process["train"]["steps"] // process["save"]["save_every"]
        assert 9 <= saves <= 11 and process["save"]["max_step_saves_to_keep"] > saves
        samples = process["sample"]["samples"]
        assert any("annqvx" not in sample["prompt"] for sample in samples), "no stranger to see a leak by"
        assert process["sample"]["width"] <= 768 and process["train"]["skip_first_sample"] is False


def write_all() -> None:
    import importlib.util
    import tempfile

    root = Path(__file__).resolve().parents[2]
    spec = importlib.util.spec_from_file_location("isengard_boot", root / "boot.py")
    boot = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(boot)
    boot.load()
    from isengard.training.backends.ai_toolkit.backend import VERSION

    SNAPSHOTS.mkdir(exist_ok=True)
    for key in families():
        for preset in PRESETS:
            content = {"adapter": VERSION, "config": config_of(key, preset, Path(tempfile.mkdtemp()))}
            (SNAPSHOTS / f"{key}-{preset}.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    write_all()
