"""A custom node pack for tests: a checkpoint whose layers are packed as GGUF loaders keep them, with a patcher like theirs.

Written by us after what such a loader does, none of its code: the weight is a tensor of bytes that says the shape it stands
for, never copies itself, and carries its patches to the moment it is unpacked; the patcher hands them to it.
"""

from __future__ import annotations

import comfy.lora
import comfy.model_patcher
import comfy.ops
import comfy.sd
import comfy.utils
import folder_paths
import torch

#: Each row begins with its scale, as the four bytes of a float.
HEAD = 4


class PackedTensor(torch.Tensor):
    """Bytes that stand for a weight of `tensor_shape`."""

    @staticmethod
    def __new__(cls, data, *, tensor_shape):
        return super().__new__(cls, data)

    def __init__(self, data, *, tensor_shape):
        super().__init__()
        self.tensor_shape, self.patches = tensor_shape, []

    def to(self, *args, **kwargs):
        kwargs.pop("copy", None)
        new = super().to(*args, **kwargs)
        new.tensor_shape, new.patches = self.tensor_shape, list(self.patches)
        return new

    def clone(self, *args, **kwargs):
        return self

    def detach(self, *args, **kwargs):
        return self

    @property
    def shape(self):
        return getattr(self, "tensor_shape", None) or self.size()


def pack(weight: torch.Tensor) -> PackedTensor:
    scale = weight.float().abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127
    levels = (weight.float() / scale).round().to(torch.int8).view(torch.uint8)
    return PackedTensor(torch.cat([scale.view(torch.uint8), levels], dim=1), tensor_shape=weight.shape)


def unpacked(packed: PackedTensor) -> torch.Tensor:
    rows = packed.as_subclass(torch.Tensor)
    weight = rows[:, HEAD:].view(torch.int8).float() * rows[:, :HEAD].contiguous().view(torch.float32)
    for patches, key in packed.patches:
        weight = comfy.lora.calculate_weight(patches, weight, key)
    return weight


class PackedLinear(comfy.ops.manual_cast.Linear):
    def forward(self, given, *_, **__):
        bias = None if self.bias is None else self.bias.to(given.dtype)
        return torch.nn.functional.linear(given, unpacked(self.weight).to(given.dtype), bias)

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        """What it takes in memory; nobody reads values from it."""
        destination[f"{prefix}weight"] = torch.empty(self.weight.size(), dtype=torch.uint8, device="meta")
        if self.bias is not None:
            destination[f"{prefix}bias"] = self.bias


class PackedPatcher(comfy.model_patcher.ModelPatcher):
    def patch_weight_to_device(self, key, device_to=None, inplace_update=False):
        weight = comfy.utils.get_attr(self.model, key)
        if not isinstance(weight, PackedTensor):
            return super().patch_weight_to_device(key, device_to, inplace_update)
        if key in self.patches:
            patched = weight.to(device_to)
            patched.patches = [(self.patches[key], key)]
            comfy.utils.set_attr_param(self.model, key, patched)
        return None

    def unpatch_model(self, device_to=None, unpatch_weights=True):
        for weight in self.model.parameters() if unpatch_weights else ():
            if isinstance(weight, PackedTensor):
                weight.patches = []
        return super().unpatch_model(device_to=device_to, unpatch_weights=unpatch_weights)

    def load(self, *args, force_patch_weights=False, **kwargs):
        super().load(*args, force_patch_weights=True, **kwargs)

    def clone(self, *args, **kwargs):
        """Also called on a patcher of ComfyUI's own, to make one of these of it."""
        kind = self.__class__
        self.__class__ = PackedPatcher
        made = comfy.model_patcher.ModelPatcher.clone(self, *args, **kwargs)
        made.__class__ = PackedPatcher
        self.__class__ = kind
        return made


class PackedCheckpoint:
    """CheckpointLoaderSimple, its attention layers packed."""

    RETURN_TYPES = ("MODEL", "CLIP", "VAE")
    FUNCTION = "load"
    CATEGORY = "test"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"ckpt_name": (folder_paths.get_filename_list("checkpoints"),)}}

    def load(self, ckpt_name):
        path = folder_paths.get_full_path("checkpoints", ckpt_name)
        model, clip, vae = comfy.sd.load_checkpoint_guess_config(path)[:3]
        for layer in model.model.diffusion_model.modules():
            if isinstance(layer, torch.nn.Linear):
                layer.__class__ = PackedLinear
                layer.weight = torch.nn.Parameter(pack(layer.weight.data), requires_grad=False)
        return PackedPatcher.clone(model), clip, vae


NODE_CLASS_MAPPINGS = {"TestPackedCheckpoint": PackedCheckpoint}
