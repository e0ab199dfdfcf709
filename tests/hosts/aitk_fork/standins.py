"""Stand-ins for what the registry's fork 0.2.7 imports and does not bring: kohya's networks and library, leco, ip_adapter.

Only the LoRA network does anything; the rest are names that training a LoRA never calls.
"""

from __future__ import annotations

import importlib.machinery
import sys
import types

NAMES_ONLY = (
    *("library", "library.model_util", "leco", "leco.model_util", "leco.train_util", "networks"),
    *(
        "ip_adapter",
        "ip_adapter.ip_adapter",
        "ip_adapter.attention_processor",
        "ip_adapter.resampler",
        "ip_adapter.utils",
    ),
)


class AnyName(types.ModuleType):
    """A module that has every name: a class nobody may use."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        import torch

        return type(name, (torch.nn.Module,), {})


def install() -> None:
    """Put every stand-in into sys.modules."""
    without_cuda()
    for name in NAMES_ONLY:
        module = AnyName(name)
        module.__spec__ = importlib.machinery.ModuleSpec(name, None, is_package=True)
        module.__path__ = []
        sys.modules[name] = module
    lora = types.ModuleType("networks.lora")
    lora.LoRANetwork, lora.get_block_index = network_class(), lambda name: -1
    sys.modules["networks.lora"] = lora


def without_cuda() -> None:
    """torchvision's library is a CUDA build: its operators must be known before it is imported."""
    import torch

    if torch.version.cuda is None:
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        sys.modules[__name__].operators = library


def network_class() -> type:
    """The few methods of kohya's LoRANetwork that the fork's own network class builds on."""
    import torch

    class LoRANetwork(torch.nn.Module):
        UNET_TARGET_REPLACE_MODULE = ["Transformer2DModel"]
        UNET_TARGET_REPLACE_MODULE_CONV2D_3X3 = ["ResnetBlock2D", "Downsample2D", "Upsample2D"]
        TEXT_ENCODER_TARGET_REPLACE_MODULE = ["CLIPAttention", "CLIPMLP"]
        NUM_OF_BLOCKS = 12

        def apply_to(self, text_encoder, unet, apply_text_encoder=True, apply_unet=True):
            self.text_encoder_loras = self.text_encoder_loras if apply_text_encoder else []
            self.unet_loras = self.unet_loras if apply_unet else []
            for module in (*self.text_encoder_loras, *self.unet_loras):
                module.apply_to()
                self.add_module(module.lora_name, module)

        def prepare_optimizer_params(self, text_encoder_lr, unet_lr, default_lr):
            self.requires_grad_(True)
            groups = []
            for modules, rate in ((self.text_encoder_loras, text_encoder_lr), (self.unet_loras, unet_lr)):
                parameters = [parameter for module in modules for parameter in module.parameters()]
                if parameters:
                    groups.append({"params": parameters, "lr": default_lr if rate is None else rate})
            return groups

        def prepare_grad_etc(self, text_encoder, unet):
            self.requires_grad_(True)

        def on_epoch_start(self, text_encoder, unet):
            self.train()

        def get_trainable_params(self):
            return self.parameters()

    return LoRANetwork
