"""ComfyUI's pictures as bytes, and what is wrong with one: seen in its numbers, since a file of bytes shows NaN as black."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...core.records.generation import Look

#: A picture all of whose values lie this close together (of 1) shows nothing.
FLAT = 1.5 / 255
#: The shortest side for which structure between cells says something.
LEAST_SIDE = 256
#: Neighbouring cells of noise agree by no more than this (measured: -0.10 to 0.14, also where it was drawn at an eighth
#: of the size, as latents are), those of photographs by 0.7 and more.
NOISE = 0.2


def eight_bit(image: Any) -> Any:
    """Turn a picture of a batch, (height, width, channels) of 0 to 1, into a NumPy array of 0 to 255; grey ones without their
    one channel, as Pillow wants them. What is no number becomes 0."""
    import numpy as np

    pixels = np.clip(255.0 * np.nan_to_num(image.float().cpu().numpy()), 0, 255).astype(np.uint8)
    return pixels[..., 0] if pixels.shape[-1] == 1 else pixels


def as_batch(image: Any) -> Any:
    """Turn a Pillow picture into ComfyUI's batch of one, of 0 to 1: (1, height, width, 3), or (1, height, width) of a mask."""
    import numpy as np
    import torch

    return torch.from_numpy(np.asarray(image, dtype=np.float32) / 255.0)[None]


def is_finite(image: Any) -> bool:
    """Tell whether all its values are numbers: where a model overflows they are not, and every viewer shows black."""
    import numpy as np

    return bool(np.isfinite(image.float().cpu().numpy()).all())


def look_of(image: Any) -> Look:
    """Tell what a picture of numbers shows: '' a picture, else `flat` or `noise`."""
    from ...core.generations.picture_cells import CELLS, structure_of

    values = image.float().cpu().numpy()[..., :3]
    if float((values.max(axis=(0, 1)) - values.min(axis=(0, 1))).max()) < FLAT:
        return "flat"
    grey = values.mean(axis=2)
    height, width = (side // CELLS for side in grey.shape)
    if min(grey.shape) < LEAST_SIDE:
        return ""
    cells = grey[: height * CELLS, : width * CELLS].reshape(CELLS, height, CELLS, width).mean(axis=(1, 3))
    return "noise" if structure_of(cells) < NOISE else ""
