"""The auto-encoder of Wan 2.1, which Krea 2 and Qwen-Image use: ComfyUI reads its width from the file."""

from __future__ import annotations

from .tensors import Shapes, Tensors, biased, filled

WIDTH, LATENTS = 32, 16
#: Which of the three steps between four levels halve time too, on the way down.
IN_TIME = (False, True, True)
PARTS = dict[str, tuple[int, ...]]


def wan_vae(width: int = WIDTH) -> Tensors:
    """All of its tensors. `width`: 96 in the published file."""
    return filled({**_encoder(width), **_decoder(width)}, seed=5, biases=0.0)


def _encoder(width: int) -> Shapes:
    shapes = biased("encoder.conv1", width, 3, 3, 3, 3)
    at, number = width, 0
    for level, wide in enumerate((width, 2 * width, 4 * width, 4 * width)):
        for _ in range(2):
            shapes |= _residual(f"encoder.downsamples.{number}", at, wide)
            at, number = wide, number + 1
        if level < 3:
            shapes |= biased(f"encoder.downsamples.{number}.resample.1", at, at, 3, 3)
            shapes |= (
                biased(f"encoder.downsamples.{number}.time_conv", at, at, 3, 1, 1) if IN_TIME[level] else {}
            )
            number += 1
    shapes |= _middle("encoder", at) | _norm("encoder.head.0", at)
    shapes |= biased("encoder.head.2", 2 * LATENTS, at, 3, 3, 3)
    return (
        shapes
        | biased("conv1", 2 * LATENTS, 2 * LATENTS, 1, 1, 1)
        | biased("conv2", LATENTS, LATENTS, 1, 1, 1)
    )


def _decoder(width: int) -> Shapes:
    at, number = 4 * width, 0
    shapes = biased("decoder.conv1", at, LATENTS, 3, 3, 3) | _middle("decoder", at)
    for level, wide in enumerate((4 * width, 4 * width, 2 * width, width)):
        for _ in range(3):
            shapes |= _residual(f"decoder.upsamples.{number}", at, wide)
            at, number = wide, number + 1
        if level < 3:
            shapes |= biased(f"decoder.upsamples.{number}.resample.1", at // 2, at, 3, 3)
            in_time = IN_TIME[2 - level]
            shapes |= biased(f"decoder.upsamples.{number}.time_conv", 2 * at, at, 3, 1, 1) if in_time else {}
            at, number = at // 2, number + 1
    return shapes | _norm("decoder.head.0", at) | biased("decoder.head.2", 3, at, 3, 3, 3)


def _norm(name: str, size: int) -> PARTS:
    return {f"{name}.gamma": (size, 1, 1, 1)}


def _residual(name: str, inputs: int, out: int) -> PARTS:
    parts = _norm(f"{name}.residual.0", inputs) | biased(f"{name}.residual.2", out, inputs, 3, 3, 3)
    parts |= _norm(f"{name}.residual.3", out) | biased(f"{name}.residual.6", out, out, 3, 3, 3)
    return parts | (biased(f"{name}.shortcut", out, inputs, 1, 1, 1) if inputs != out else {})


def _middle(side: str, size: int) -> PARTS:
    parts = _residual(f"{side}.middle.0", size, size)
    parts |= {f"{side}.middle.1.norm.gamma": (size, 1, 1)}
    parts |= biased(f"{side}.middle.1.to_qkv", 3 * size, size, 1, 1) | biased(
        f"{side}.middle.1.proj", size, size, 1, 1
    )
    return parts | _residual(f"{side}.middle.2", size, size)
