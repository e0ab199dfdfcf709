"""LoKr with ComfyUI's own trainer: what its node is asked, what it begins with, and what a run of several slices leaves."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest
from isengard.core.loras.safetensors_file import method_of
from isengard.training.backends.comfyui_native import weights
from isengard.training.backends.comfyui_native.order import Order
from safetensors.numpy import load_file
from support.frozen_trainings import comfyui_trainer, training, with_a_photo

MODULE = "diffusion_model.input_blocks.1.1.proj_in"
FACTOR = 4
LOKR = {"method": "lokr", "lokr_factor": FACTOR}


@pytest.fixture
def backend(paths):
    paths.create()
    return comfyui_trainer(paths)


@pytest.fixture
def job_dir(paths, backend):
    return with_a_photo(paths)


@pytest.mark.parametrize(("changes", "algorithm", "rank"), [(LOKR, "LoKr", FACTOR), ({}, "LoRA", 16)])
def test_the_node_is_asked_by_its_own_name_with_the_factor_as_rank(
    backend, job_dir, changes, algorithm, rank
):
    backend.plan(job_dir, training(**changes), resume=False)
    order = Order.read(job_dir)
    assert (order.algorithm, order.rank) == (algorithm, rank)


def test_it_can_train_both_methods(backend):
    told = backend.capabilities()
    assert told.methods == ["lora", "lokr"] and told.options["lokr_factor"].max == 32


def test_it_begins_with_what_changes_nothing():
    """The node's own start has the zeros in the small matrix."""
    found = {
        f"{MODULE}.lokr_w1": np.zeros((4, 4), np.float32),
        f"{MODULE}.lokr_w2": np.ones((2, 2, 3, 3), np.float32),
        f"{MODULE}.alpha": np.array(1.0, np.float32),
    }
    begun = weights.begun(weights.Learned(1, found), alpha=16.0, seed=3).pairs
    small = begun[f"{MODULE}.lokr_w1"]
    assert set(begun) == {f"{MODULE}.lokr_w1", f"{MODULE}.lokr_w2"}
    assert not begun[f"{MODULE}.lokr_w2"].any() and begun[f"{MODULE}.lokr_w2"].shape == (2, 2, 3, 3)
    assert 0 < np.abs(small).max() <= 1 / np.sqrt(4)


def test_slices_go_on_with_both_matrices_and_every_checkpoint_is_a_lokr(backend, job_dir):
    wanted = training(**LOKR)
    plan = backend.plan(job_dir, wanted, resume=False)
    log = (job_dir / "trainer.log").open("wb")
    code = subprocess.run(
        plan.argv, cwd=plan.cwd, env=plan.env, stdout=log, stderr=log, timeout=60
    ).returncode
    outcome = backend.outcome(job_dir, wanted, code)
    assert outcome.state == "completed", (job_dir / "trainer.log").read_text()[-800:]
    assert [one.step for one in outcome.checkpoints] == [10, 20, 30, 40]
    file = job_dir / "out" / outcome.checkpoints[-1].file
    assert outcome.checkpoints[-1].proof.holds and method_of(file) == "lokr"
    learned = load_file(file)[f"{MODULE}.lokr_w2"]
    assert learned.shape == (2, 2) and np.allclose(learned, 0.04, rtol=1e-2), (
        "what each slice has learned adds up"
    )
