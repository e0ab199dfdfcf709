"""The fit of what a LoRA adds to weights and biases as it is (`.diff`, `.diff_b`): ComfyUI's trainer learns norms and biases so."""

from __future__ import annotations

import numpy as np
import pytest
from isengard.training.loras.lora_fit import judge
from safetensors.numpy import save_file

LAYER, NORM = "diffusion_model.layers.0.proj", "diffusion_model.layers.0.norm"
PAIR = {f"{LAYER}.lora_up.weight": (8, 4), f"{LAYER}.lora_down.weight": (4, 16), f"{LAYER}.alpha": ()}


@pytest.fixture
def base(tmp_path):
    file = tmp_path / "base.safetensors"
    tensors = {"layers.0.proj.weight": (8, 16), "layers.0.proj.bias": (8,), "layers.0.norm.weight": (16,)}
    save_file({name: np.zeros(shape, np.float16) for name, shape in tensors.items()}, file)
    return file


@pytest.mark.parametrize(
    ("shifts", "fit", "matched", "misshaped", "unmatched"),
    [
        ({}, "fits", 1, [], []),
        ({f"{LAYER}.diff_b": (8,)}, "fits", 1, [], []),
        ({f"{LAYER}.diff_b": (8,), f"{NORM}.diff": (16,), f"{NORM}.diff_b": (16,)}, "fits", 2, [], []),
        ({f"{LAYER}.diff_b": (9,)}, "wrong", 0, [LAYER], []),
        ({f"{NORM}.diff": (32,)}, "wrong", 1, [NORM], []),
        ({f"{NORM}.diff_b": (32,)}, "wrong", 1, [NORM], []),
        ({f"{NORM}.w_norm": (16,), f"{NORM}.b_norm": (16,)}, "fits", 2, [], []),
        ({"diffusion_model.layers.7.norm.diff": (16,)}, "wrong", 1, [], ["diffusion_model.layers.7.norm"]),
        ({"text_encoders.clip_l.x.diff": (3,)}, "fits", 1, [], []),
    ],
)
def test_what_is_added_to_a_module_is_judged_with_it(base, shifts, fit, matched, misshaped, unmatched):
    report = judge({**PAIR, **shifts}, base)
    assert (report.fit, report.matched) == (fit, matched)
    assert (report.misshaped, report.unmatched) == (misshaped, unmatched)


def test_a_whole_layer_that_was_learned_as_it_is_fits_where_it_has_its_shape(base):
    assert judge({f"{LAYER}.diff": (8, 16)}, base).fit == "fits"
    assert judge({f"{LAYER}.diff": (16, 8)}, base).fit == "wrong"
