"""What our one file about ComfyUI's inside does with layers and parameters that newer ComfyUIs have.

ComfyUI 0.3.75, which the tests run, has neither: the layers here save themselves as ComfyUI's quantised ones do since 0.8,
and the CLIPs take what ComfyUI's take (facts: current-comfyui, faults 1 and 4, which were run on 0.33.0 by hand).
"""

from __future__ import annotations

import sys
from importlib import metadata
from types import ModuleType, SimpleNamespace

import pytest
import torch
from isengard import comfy_host


class PackedLinear(torch.nn.Linear):
    """Two numbers in a byte: what it saves is half as wide as it is."""

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        destination[prefix + "weight"] = torch.zeros(
            self.out_features, self.in_features // 2, dtype=torch.uint8
        )
        destination[prefix + "comfy_quant"] = torch.zeros(20, dtype=torch.uint8)


def model(layer):
    inside = torch.nn.Module()
    inside.block = layer(64, 32, bias=False)
    return inside


def patch(inputs, outputs=32, rank=4):
    """As ComfyUI's LoRAAdapter holds a pair."""
    return SimpleNamespace(
        name="lora", weights=(torch.zeros(outputs, rank), torch.zeros(rank, inputs), None, None)
    )


@pytest.mark.parametrize("layer", [torch.nn.Linear, PackedLinear])
@pytest.mark.parametrize(("inputs", "outputs", "wrong"), [(64, 32, 0), (32, 32, 1), (64, 16, 1)])
def test_a_lora_is_measured_against_the_layer_and_not_against_how_it_is_stored(layer, inputs, outputs, wrong):
    assert comfy_host._coverage(model(layer), {"block.weight": patch(inputs, outputs)}) == (1, wrong)


@pytest.mark.parametrize("layer", [torch.nn.Linear, PackedLinear])
def test_a_part_of_a_fused_layer_has_the_rows_of_that_part(layer):
    patches = {("block.weight", (0, 0, 16)): patch(64, 16), ("block.weight", (0, 16, 16)): patch(64, 32)}
    assert comfy_host._coverage(model(layer), patches) == (2, 1)


def test_a_patch_for_a_weight_that_the_model_lacks_is_not_taken():
    """ComfyUI's map of FLUX names weights that FLUX.2 has not: 304 of a FLUX.1 LoRA's 494 modules went nowhere unsaid."""
    patches = {"block.weight": patch(64), "elsewhere.weight": patch(64)}
    assert comfy_host._coverage(model(torch.nn.Linear), patches) == (1, 0)


class OldClip:
    def clone(self):
        return "cloned"


class DynamicClip:
    def clone(self, disable_dynamic=False):
        return "cloned without dynamic memory" if disable_dynamic else "cloned"


def test_a_clip_that_gets_hooks_is_taken_out_of_dynamic_memory_where_there_is_such_a_thing():
    assert comfy_host._hookable(OldClip()) == "cloned"
    assert comfy_host._hookable(DynamicClip()) == "cloned without dynamic memory"


@pytest.mark.parametrize(
    ("root", "asked", "told"),
    [
        (None, "comfyanonymous/ComfyUI@latest", metadata.version("comfyui-frontend-package")),
        (None, "Comfy-Org/ComfyUI_frontend@1.58.1", "Comfy-Org/ComfyUI_frontend@1.58.1"),
        ("/somewhere", "comfyanonymous/ComfyUI@latest", "its own folder (--front-end-root)"),
    ],
)
def test_the_frontend_is_the_package_or_what_was_put_in_its_place(monkeypatch, root, asked, told):
    cli = ModuleType("comfy.cli_args")
    cli.DEFAULT_VERSION_STRING = "comfyanonymous/ComfyUI@latest"
    cli.args = SimpleNamespace(front_end_root=root, front_end_version=asked)
    monkeypatch.setitem(sys.modules, "comfy", ModuleType("comfy"))
    monkeypatch.setitem(sys.modules, "comfy.cli_args", cli)
    assert comfy_host.ComfyHost(None).frontend == told


class Schema(SimpleNamespace):
    __dataclass_fields__ = {"node_id": None, "is_dev_only": None}


def test_a_capability_is_told_by_what_is_there(monkeypatch):
    """Whatever the version says; and what is asked of a module that has gone is not there."""
    api, execution = ModuleType("comfy_api.latest"), ModuleType("execution")
    api.io = SimpleNamespace(Schema=Schema)
    execution.validate_prompt = lambda: {"type": "missing_node_type"}
    for name, module in (("comfy_api.latest", api), ("execution", execution), ("comfy.sd", None)):
        monkeypatch.setitem(sys.modules, name, module)
    routes = [SimpleNamespace(method="GET", path="/api/jobs"), SimpleNamespace(prefix="/static")]
    host = comfy_host.ComfyHost(SimpleNamespace(routes=routes))
    found = {row["name"] for row in host.capabilities() if row["present"]}
    assert found == {"jobs", "dev_only_nodes", "missing_node_type"}
    assert host.has("jobs") and not host.has("cancel_job")
    with pytest.raises(KeyError):
        host.has("flying")
