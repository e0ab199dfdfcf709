"""How the modules of a Stable Diffusion UNet are called: the checkpoint's own (ldm) names and diffusers' names.

The two number blocks differently; the mapping follows from the keys alone, whatever the depth (a tiny test model has one
level). Which names ComfyUI accepts was checked against ComfyUI 0.3.75 (facts: lora-roundtrip section 5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

#: Parts of a residual block: ldm -> diffusers.
RESNET_PARTS = {
    "in_layers.0": "norm1",
    "in_layers.2": "conv1",
    "emb_layers.1": "time_emb_proj",
    "out_layers.0": "norm2",
    "out_layers.3": "conv2",
    "skip_connection": "conv_shortcut",
}
FIXED = {
    "input_blocks.0.0": "conv_in",
    "time_embed.0": "time_embedding.linear_1",
    "time_embed.2": "time_embedding.linear_2",
    "out.0": "conv_norm_out",
    "out.2": "conv_out",
    "label_emb.0.0": "add_embedding.linear_1",
    "label_emb.0.2": "add_embedding.linear_2",
}


def diffusers_names(modules: Iterable[str]) -> dict[str, str]:
    """ldm module -> diffusers module for every module (key without `.weight`) of a UNet."""
    names = list(modules)
    places = _places(names)
    by_module = {ldm: name for ldm, name in FIXED.items() if ldm in set(names)}
    for module in names:
        match = re.match(r"((?:input|output)_blocks\.\d+\.\d+|middle_block\.\d+)(?:\.(.+))?$", module)
        if match and match.group(1) in places:
            place, rest = places[match.group(1)], match.group(2) or ""
            if place.endswith("conv"):
                by_module[module] = place
            elif rest:
                by_module[module] = (
                    f"{place}.{RESNET_PARTS.get(rest, rest) if '.resnets.' in place else rest}"
                )
    return by_module


def _places(modules: list[str]) -> dict[str, str]:
    """`input_blocks.4.1` -> `down_blocks.1.attentions.0` and so on."""
    blocks = _blocks(modules)
    places: dict[str, str] = {}
    level, index, per_level = 0, 0, []
    for number in range(1, 1 + max((n for side, n in blocks if side == "input"), default=0)):
        parts = blocks.get(("input", number), {})
        if parts.get(0) == "op":
            places[f"input_blocks.{number}.0"] = f"down_blocks.{level}.downsamplers.0.conv"
            per_level.append(index)
            level, index = level + 1, 0
            continue
        places[f"input_blocks.{number}.0"] = f"down_blocks.{level}.resnets.{index}"
        places[f"input_blocks.{number}.1"] = f"down_blocks.{level}.attentions.{index}"
        index += 1
    per_level.append(index)
    for part, name in ((0, "resnets.0"), (1, "attentions.0"), (2, "resnets.1")):
        places[f"middle_block.{part}"] = f"mid_block.{name}"
    number = 0
    for up, count in enumerate(reversed(per_level)):
        for index in range(count + 1):
            for part, kind in blocks.get(("output", number), {}).items():
                name = {"conv": "upsamplers.0.conv", "resnet": f"resnets.{index}"}.get(
                    kind, f"attentions.{index}"
                )
                places[f"output_blocks.{number}.{part}"] = f"up_blocks.{up}.{name}"
            number += 1
    return places


def _blocks(modules: list[str]) -> Mapping[tuple[str, int], dict[int, str]]:
    """(side, block) -> {part: resnet | attention | op | conv}."""
    blocks: dict[tuple[str, int], dict[int, str]] = {}
    for module in modules:
        match = re.match(r"(input|output)_blocks\.(\d+)\.(\d+)\.(\w+)", module)
        if match:
            side, number, part, word = (
                match.group(1),
                int(match.group(2)),
                int(match.group(3)),
                match.group(4),
            )
            kind = (
                word if word in ("op", "conv") else "resnet" if f"{word}." in _RESNET_WORDS else "attention"
            )
            blocks.setdefault((side, number), {})[part] = kind
    return blocks


_RESNET_WORDS = {"in_layers.", "emb_layers.", "out_layers.", "skip_connection."}
