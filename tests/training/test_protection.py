"""The protection rule: what AI-Toolkit is told for every family, route and preset stands in snapshots (`family.route`).

A difference here is a change of what is trained. It needs a design note in the commit, a new VERSION of the backend and
a before/after comparison; then `python tests/training/test_protection.py` through the host environment rewrites them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

# as a script it has only its own folder
sys.path.append(str(Path(__file__).resolve().parents[1]))
from support.trainer_configs import PRESETS, config_of, training_of, ways

SNAPSHOTS = Path(__file__).resolve().parent / "snapshots"


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("name", ways())
def test_what_the_trainer_is_told_has_not_changed(name, preset, tmp_path):
    from isengard.training.backends.ai_toolkit.backend import VERSION

    kept = json.loads((SNAPSHOTS / f"{name}-{preset}.json").read_text())
    rule = "what is trained has changed: design note, version bump, before/after comparison (see this file's head)"
    assert config_of(name, preset, tmp_path) == kept["config"], rule
    assert kept["adapter"] == VERSION, rule


@pytest.mark.parametrize("key", ["sd15", "sdxl"])
def test_a_base_that_predicts_velocity_is_told_to_the_trainer_and_nothing_else_is(key, tmp_path):
    before = config_of(key, "balanced", tmp_path)
    after = config_of(key, "balanced", tmp_path, v_pred=True)
    assert after["config"]["process"][0]["model"].pop("is_v_pred") is True and after == before


def test_a_training_that_was_begun_goes_on_as_it_was_told_then(tmp_path):
    """Its own settings win over whatever the record says by now, and over a route that has gone."""
    from isengard.core.families.families import Families
    from isengard.training.backends.ai_toolkit import config

    family = Families().get("z_image")
    usual = family.by_route("")
    begun = {**usual.trainer.model_dump(mode="json"), "timestep_type": "sigmoid", "of_a_newer_version": 1}
    training = training_of(usual, "balanced", route="gone", trainer=begun)
    later = family.by_frozen_route(training.route)
    process = config.build(tmp_path, training, later)["config"]["process"][0]
    assert process["train"]["timestep_type"] == "sigmoid"
    assert process["model"]["assistant_lora_path"] == usual.trainer.assistant_lora


def test_an_optimizer_in_8_bits_is_whole_on_a_processor_and_others_stay(tmp_path):
    from isengard.core.families.families import Families
    from isengard.training.backends.ai_toolkit import config

    family = Families().get("z_image")
    for route, optimizer in (("turbo", "adamw"), ("base", "adafactor")):
        trained = family.by_route(route)
        training = training_of(trained, "quick", trainer=trained.trainer.model_dump())
        process = config.build(tmp_path, training, trained, device="cpu")["config"]["process"][0]
        assert (process["train"]["optimizer"], process["train"]["dtype"]) == (optimizer, "fp32")


def test_no_photo_is_mirrored_and_every_checkpoint_is_kept(tmp_path):
    for name in ways():
        process = config_of(name, "balanced", tmp_path)["config"]["process"][0]
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
    for name in ways():
        for preset in PRESETS:
            content = {"adapter": VERSION, "config": config_of(name, preset, Path(tempfile.mkdtemp()))}
            (SNAPSHOTS / f"{name}-{preset}.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    write_all()
