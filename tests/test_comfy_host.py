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
from isengard import comfy_host, comfy_weights
from isengard.core.loras.fit import judged


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
    assert comfy_weights.coverage(model(layer), {"block.weight": patch(inputs, outputs)}) == (1, wrong)


@pytest.mark.parametrize("layer", [torch.nn.Linear, PackedLinear])
def test_a_part_of_a_fused_layer_has_the_rows_of_that_part(layer):
    patches = {("block.weight", (0, 0, 16)): patch(64, 16), ("block.weight", (0, 16, 16)): patch(64, 32)}
    assert comfy_weights.coverage(model(layer), patches) == (2, 1)


@pytest.mark.parametrize("layer", [torch.nn.Linear, PackedLinear])
@pytest.mark.parametrize(("second", "wrong"), [((8, 16), 0), ((8, 8), 1), ((4, 16), 1)])
def test_a_lokr_is_measured_by_what_it_multiplies_to(layer, second, wrong):
    """As ComfyUI's LoKrAdapter holds it: what does not fit fails while drawing, with a line on the console alone."""
    held = (torch.zeros(4, 4), torch.zeros(second), None, None, None, None, None, None, None)
    patches = {"block.weight": SimpleNamespace(name="lokr", weights=held)}
    assert comfy_weights.coverage(model(layer), patches) == (1, wrong)


def test_a_patch_for_a_weight_that_the_model_lacks_is_not_taken():
    """ComfyUI's map of FLUX names weights that FLUX.2 has not: 304 of a FLUX.1 LoRA's 494 modules went nowhere unsaid."""
    patches = {"block.weight": patch(64), "elsewhere.weight": patch(64)}
    assert comfy_weights.coverage(model(torch.nn.Linear), patches) == (1, 0)


class Bytes(torch.nn.Parameter):
    """As bitsandbytes keeps weights: bytes, and beside them the shape they stand for once they are packed."""

    def __new__(cls, *size, of=None):
        made = super().__new__(cls, torch.zeros(size, dtype=torch.uint8), requires_grad=False)
        made.quant_state = None if of is None else SimpleNamespace(shape=torch.Size(of))
        return made


def kept_as(**weights):
    """A model of ComfyUI's whose layer is kept in another way."""
    layer = torch.nn.Module()
    for name, weight in weights.items():
        layer.register_parameter(name, weight)
    return Drawer(layer)


class Drawer(torch.nn.Module):
    """As ComfyUI's BaseModel: what draws is inside."""

    def __init__(self, block):
        super().__init__()
        self.diffusion_model = torch.nn.Module()
        self.diffusion_model.block = block


class Engine(torch.nn.Module):
    """As TensorRT's loader makes it: what draws is no module at all."""

    def __init__(self):
        super().__init__()
        self.diffusion_model = SimpleNamespace()


NF4 = Bytes(1024, 1, of=(32, 64))
UNPACKED_NF4 = Bytes(1024, 1)
NUNCHAKU = {
    "qweight": Bytes(32, 32),
    "wscales": torch.nn.Parameter(torch.zeros(1, 32)),
    "bias": torch.nn.Parameter(torch.zeros(32)),
}
PLAIN = torch.nn.Parameter(torch.zeros(32, 64))


@pytest.mark.parametrize(
    ("inside", "inputs", "verdict"),
    [
        (kept_as(weight=PLAIN), 64, "fits"),
        (kept_as(weight=PLAIN), 32, "wrong"),
        (kept_as(weight=PLAIN, scale=Bytes(2, 2)), 32, "wrong"),
        (kept_as(other=PLAIN), 64, "wrong"),
        (kept_as(weight=NF4), 64, "fits"),
        (kept_as(weight=NF4), 32, "wrong"),
        (kept_as(weight=UNPACKED_NF4), 64, "unchecked"),
        (kept_as(**NUNCHAKU), 64, "unchecked"),
        (Engine(), 64, "unchecked"),
    ],
)
def test_a_loader_that_keeps_weights_in_its_own_way_is_not_called_another_model(inside, inputs, verdict):
    patches = {"diffusion_model.block.weight": patch(inputs)}
    taken, wrong = comfy_weights.coverage(inside, patches)
    unread = comfy_weights.unread(inside, patches, 1)
    assert judged(taken - wrong, 1, misshaped=wrong, unread=unread) == verdict


def test_bytes_are_named_by_the_shape_they_stand_for_and_what_is_no_module_has_none():
    assert comfy_weights.shapes_of(kept_as(weight=NF4).diffusion_model) == {"block.weight": (32, 64)}
    assert comfy_weights.shapes_of(Engine().diffusion_model) == {}


class Hooks:
    """As ComfyUI's group of hooks, without any."""

    def clone(self):
        return Hooks()

    def set_keyframes_on_hooks(self, keyframes):
        self.keyframes = keyframes


class Patcher:
    """As ComfyUI's patchers: hooks are registered on it; a dynamic one is loaded again by `cached_patcher_init` alone."""

    def __init__(self, model, *, dynamic=False, again=None):
        self.model, self.dynamic, self.cached_patcher_init = model, dynamic, again
        self.registered = []

    def is_dynamic(self):
        return self.dynamic

    def register_all_hook_patches(self, hooks, target):
        self.registered.append(hooks)


class OldClip:
    """Before 0.16."""

    def __init__(self, patcher, model=None):
        self.patcher, self.cond_stage_model = patcher, model or patcher.model

    def clone(self):
        return type(self)(Patcher(self.patcher.model), self.cond_stage_model)


class DynamicClip(OldClip):
    """Since 0.16: what is taken out of dynamic memory is read again, and the clone keeps the model of before."""

    def clone(self, disable_dynamic=False):
        patcher = Patcher(model(torch.nn.Linear)) if disable_dynamic else self.patcher
        return type(self)(patcher, self.cond_stage_model)


@pytest.mark.parametrize("kind", [OldClip, DynamicClip])
def test_a_text_encoder_that_gets_hooks_encodes_by_the_model_they_are_put_onto(kind):
    hooks = Hooks()
    before = kind(Patcher(model(torch.nn.Linear), dynamic=kind is DynamicClip))
    own = comfy_weights.hooked(before, hooks, target={})
    assert own.patcher.registered == [hooks] and own.cond_stage_model is own.patcher.model
    assert (own.cond_stage_model is before.cond_stage_model) == (kind is OldClip)
    assert before.patcher.registered == [] and own.use_clip_schedule is False


class PackedWeight(torch.Tensor):
    """As GGUF's loaders keep weights: bytes that say the shape they stand for."""

    @property
    def shape(self):
        return torch.Size((32, 64))


def packed():
    inside = model(torch.nn.Linear)
    inside.block.weight = torch.nn.Parameter(
        torch.zeros(32, 36, dtype=torch.uint8).as_subclass(PackedWeight), requires_grad=False
    )
    return inside


def in_bytes():
    inside = model(torch.nn.Linear)
    inside.block.weight = NF4
    return inside


@pytest.mark.parametrize(
    ("inside", "dynamic", "again", "takes"),
    [
        (model(torch.nn.Linear), False, None, True),
        (model(PackedLinear), True, ("loader", ()), True),
        (model(torch.nn.Linear), True, None, False),
        (packed(), False, None, False),
        (in_bytes(), False, None, False),
    ],
    ids=["plain", "ComfyUI's loader", "another pack's loader", "packed", "in bytes"],
)
def test_which_models_take_a_lora_in_a_part_of_the_picture(inside, dynamic, again, takes):
    host, patches = comfy_host.ComfyHost(None), {"block.weight": patch(64)}
    fit = comfy_host.LoraFit(patches, 1, 1, 0)
    base, words = Patcher(inside, dynamic=dynamic, again=again), OldClip(Patcher(torch.nn.Linear(2, 2)))
    assert host.takes_hooks(base, words, fit) is takes
    plain = Patcher(model(torch.nn.Linear))
    assert host.takes_hooks(plain, OldClip(base), fit) is takes
    unread = comfy_host.LoraFit({}, 0, 1, 0, 1)
    assert host.takes_hooks(plain, OldClip(plain), unread) is False, "it would draw a stranger"


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


@pytest.mark.parametrize(
    ("written", "locale"),
    [
        ('{"Comfy.Locale": "de"}', "de"),
        ('{"Comfy.Locale": null}', ""),
        ("{}", ""),
        ("[]", ""),
        ("{", ""),
        (None, ""),
    ],
)
def test_the_language_that_comfyui_is_set_to_is_read_where_one_is_chosen(
    written, locale, tmp_path, monkeypatch
):
    folder = tmp_path / "default"
    folder.mkdir()
    if written is not None:
        (folder / "comfy.settings.json").write_text(written)
    monkeypatch.setattr(comfy_host.ComfyHost, "user_directory", tmp_path)
    assert comfy_host.ComfyHost(SimpleNamespace()).locale == locale


@pytest.mark.parametrize(
    ("arguments", "writes"),
    [({}, True), ({"disable_metadata": False}, True), ({"disable_metadata": True}, False)],
)
def test_pictures_hold_their_graph_unless_comfyui_is_told_to_write_none(monkeypatch, arguments, writes):
    cli = ModuleType("comfy.cli_args")
    cli.args = SimpleNamespace(**arguments)
    monkeypatch.setitem(sys.modules, "comfy", ModuleType("comfy"))
    monkeypatch.setitem(sys.modules, "comfy.cli_args", cli)
    assert comfy_host.ComfyHost.writes_graphs.fget(SimpleNamespace(_arguments=cli.args)) is writes
