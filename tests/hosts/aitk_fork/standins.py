"""Stand-ins for what the registry's fork 0.2.7 imports and does not bring: kohya's networks and library, leco, ip_adapter.

Only the LoRA network does anything; the rest are names that training a LoRA never calls. LoKr, which the fork does not know, is
LyCORIS' own module in the place of one that nothing here trains.
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


#: What the fork is told for LoKr: the type whose module is replaced.
LOKR = "dora"


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


def put_lokr(factor: int) -> None:
    """LyCORIS' LoKr with both matrices whole where the fork would make DoRA modules, begun as AI-Toolkit 0.12 begins it: the second
    matrix is zero, and nothing else scales it."""
    import torch
    from lycoris.modules.lokr import LokrModule
    from ostris_ai_toolkit.toolkit import lora_special
    from ostris_ai_toolkit.toolkit.network_mixins import ToolkitModuleMixin

    class Lokr(ToolkitModuleMixin, LokrModule):
        def __init__(self, lora_name, org_module, multiplier, lora_dim, alpha, network=None, **_):
            ToolkitModuleMixin.__init__(self, network=network)
            LokrModule.__init__(self, lora_name, org_module, multiplier, lora_dim, alpha, factor=factor)
            self.scalar = torch.nn.Parameter(torch.tensor(1.0), requires_grad=False)
            torch.nn.init.zeros_(self.lokr_w2)
            # the fork asks a pair's for its device, its kind of numbers and its shape
            self.lora_down = self.lora_up = types.SimpleNamespace(weight=self.lokr_w2.detach())

        def forward(self, x, *args, **kwargs):
            network, before = self.network_ref(), self.org_forward(x, *args, **kwargs)
            if not network.is_active or network._multiplier == 0:
                return before
            change = self.get_weight(self.org_module[0].weight).view(self.shape).to(x.dtype)
            return before + self.op(x, change, None, **self.extra_args) * network.torch_multiplier.mean()

    lora_special.DoRAModule = Lokr
