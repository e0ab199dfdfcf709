"""Whether a LoRA's file changes anything, in every layout that ComfyUI reads."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from isengard.core.loras.safetensors_file import finite_and_nonzero, read_header
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_tensors


@pytest.mark.parametrize(
    ("holds", "changes"),
    [
        # what ComfyUI's own training leaves that has learned nothing: random downs, zeros in all else
        ({"a.lora_up.weight": 0, "a.lora_down.weight": 1, "a.diff_b": 0, "n.diff": 0}, False),
        ({"a.lora_up.weight": 0, "a.lora_down.weight": 1, "a.diff_b": 0, "n.diff": 1}, True),
        ({"a.lora_up.weight": 0, "a.lora_down.weight": 1, "a.diff_b": 1}, True),
        ({"a.lora_up.weight": 1, "a.lora_down.weight": 1, "n.diff": 0}, True),
        # halves of two layers are no pair
        ({"a.lora_up.weight": 1, "a.lora_down.weight": 0, "b.lora_up.weight": 0, "b.lora_down.weight": 1}, False),
        ({"a.lora_up.weight": 1, "b.lora_down.weight": 1}, False),
        ({"a.lora_up.weight": 1, "a.lora_mid.weight": 0, "a.lora_down.weight": 1}, False),
        ({"a.lora_B.default.weight": 1, "a.lora_A.default.weight": 1}, True),
        ({"a_lora.up.weight": 1, "a_lora.down.weight": 1}, True),
        ({"a.lora.up.weight": 1, "a.lora.down.weight": 1}, True),
        ({"a.lora_linear_layer.up.weight": 1, "a.lora_linear_layer.down.weight": 1}, True),
        ({"a.lora_B": 1, "a.lora_A": 1}, True),
        ({"a.hada_w1_a": 1, "a.hada_w1_b": 1, "a.hada_w2_a": 1, "a.hada_w2_b": 1}, True),
        ({"a.hada_w1_a": 1, "a.hada_w1_b": 1, "a.hada_w2_a": 0, "a.hada_w2_b": 1}, False),
        ({"a.oft_blocks": 1}, True),
        ({"a.oft_blocks": 0, "a.alpha": 1}, False),
        ({"a.dora_scale": 1, "a.lora_up.weight": 0, "a.lora_down.weight": 1}, False),
    ],
)  # fmt: skip
def test_what_changes_nothing_is_seen_in_every_layout(tmp_path, holds, changes):
    file = tmp_path / "l.safetensors"
    save_file({name: np.full((2, 2), value, np.float32) for name, value in holds.items()}, file)
    assert finite_and_nonzero(file, read_header(file)) == (True, changes)


@pytest.mark.parametrize("dtype", [torch.float8_e4m3fn, torch.float8_e5m2, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("value", [1.0, -0.5, 0.0, -0.0, float("nan"), 448.0])
def test_small_kinds_of_numbers_are_read_like_others(tmp_path, dtype, value):
    """LoRAs are given out in 8 bits too; they were said to hold nothing."""
    weights = torch.full((2, 2), value).to(dtype)
    file = tmp_path / "l.safetensors"
    save_tensors({"a.lora_up.weight": weights, "a.lora_down.weight": weights.clone()}, file)
    wide = weights.float()
    expected = (bool(wide.isfinite().all()), bool((wide != 0).any()))
    assert finite_and_nonzero(file, read_header(file)) == expected
