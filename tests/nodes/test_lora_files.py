"""LoRA files in memory: read once while they are in use, and gone at once when ComfyUI is asked to empty its memory."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
import torch
from isengard.comfy_host import KEPT_FILES, ComfyHost, LoraFit
from safetensors.numpy import save_file
from support.loras import TINY, tensors

pytestmark = pytest.mark.slow


@pytest.fixture
def flags():
    return {}


@pytest.fixture
def host(comfy_api, flags):
    """The real adapter; its ComfyUI only notes what it is asked for between two prompts."""
    return ComfyHost(SimpleNamespace(prompt_queue=SimpleNamespace(set_flag=flags.__setitem__)))


@pytest.fixture
def file(tmp_path):
    def file(name):
        path = tmp_path / f"{name}.safetensors"
        save_file(tensors(TINY, 1), path)
        return path

    return file


def test_a_file_is_read_once_until_it_changes(host, file):
    ann = file("ann")
    first = host.read_lora(ann)
    assert host.read_lora(ann) is first
    os.utime(ann, ns=(1, 1))
    assert host.read_lora(ann) is not first


def test_only_the_last_ones_are_kept(host, file):
    first = host.read_lora(file("first"))
    for number in range(KEPT_FILES):
        host.read_lora(file(f"other-{number}"))
    assert host.read_lora(file("first")) is not first


def test_emptying_comfyuis_memory_empties_ours(host, file, flags):
    """After somebody was forgotten their LoRA was still in memory, as its file's numbers and as a model's patches."""
    ann = file("ann")
    base = torch.nn.Linear(1, 1)
    first = host.read_lora(ann)
    host._fits[base] = [(first, None, LoraFit({}, 0, 0, 0))]
    host.free()
    assert host.read_lora(ann) is not first and not host._fits
    assert flags == {"unload_models": True, "free_memory": True}
