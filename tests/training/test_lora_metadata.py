"""What a published LoRA says about itself, and what it must not say."""

from __future__ import annotations

import json

import numpy as np
from isengard.core.loras.safetensors_file import read_header, sha256_of
from isengard.core.loras.versions import VersionStore
from isengard.core.records.training import Overrides, TrainingRequest
from isengard.training.loras.lora_metadata import dataset_hash
from safetensors.numpy import load_file, save_file
from support.training_waits import wait_for


def test_a_trained_lora_says_how_it_was_made_and_never_of_whom(house, ann, start_worker):
    request = TrainingRequest(character_id=ann.id, family="sd15", overrides=Overrides(steps=20, seed=7))
    job = house.training.submit(request, "corr")
    start_worker()
    assert wait_for(house.ledger, job.id).state.value == "completed"
    (version,) = house.characters.get(ann.id).versions
    file = house.paths.models / version.file
    said = read_header(file).metadata
    assert said["isengard_seed"] == "7", "with data set and versions: what it takes to train it once more"
    assert said["isengard_trigger"] == said["modelspec.trigger_phrase"] == "annqvx"
    assert (said["isengard_family"], said["isengard_steps"], said["isengard_placeholder"]) == (
        "sd15",
        "20",
        "true",
    )
    assert (
        said["modelspec.architecture"] == "stable-diffusion-v1/lora"
        and len(said["isengard_dataset_sha256"]) == 64
    )
    assert (version.sha256, version.size) == (sha256_of(file), file.stat().st_size)
    text = json.dumps(said)
    assert str(house.paths.root) not in text and ann.id not in text and '"Ann"' not in text


def test_weights_stay_and_folders_and_secrets_do_not(paths, clock, tmp_path):
    source = tmp_path / "a.safetensors"
    weights = {"m.lora_up.weight": np.arange(6, dtype=np.float32).reshape(2, 3)}
    held = {
        "where": "/".join(("", "home", "anna", "photos", "1.jpg")),
        "token": "hf_abcdefgh",
        "software": "AI-Toolkit",
    }
    save_file(weights, source, held)
    from isengard.core.records.checkpoint import Checkpoint

    checkpoint = Checkpoint(step=5, file="a", size=1, sha256="ab" * 32, family="sd15")
    version = VersionStore(paths, clock).publish(
        "ann", character_id="c", job_id="j", checkpoint=checkpoint, source_file=source, said={"x": "y"}
    )
    file = paths.models / version.file
    assert read_header(file).metadata == {"software": "AI-Toolkit", "x": "y"}
    assert np.array_equal(load_file(file)["m.lora_up.weight"], weights["m.lora_up.weight"])


def test_a_data_sets_hash_is_of_its_content(tmp_path):
    def folder(name, *pairs):
        where = tmp_path / name
        where.mkdir()
        for number, (picture, caption) in enumerate(pairs):
            (where / f"{name}{number}.jpg").write_bytes(picture)
            (where / f"{name}{number}.txt").write_text(caption)
        return dataset_hash(where)

    one = folder("a", (b"1", "x"), (b"2", "y"))
    assert one == folder("b", (b"2", "y"), (b"1", "x")) != folder("c", (b"1", "y"), (b"2", "x"))
    assert folder("d") == ""
