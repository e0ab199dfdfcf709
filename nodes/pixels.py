"""ComfyUI's pictures as bytes."""

from __future__ import annotations

from typing import Any


def eight_bit(image: Any) -> Any:
    """One picture of a batch, (height, width, channels) of 0 to 1, as a NumPy array of 0 to 255; grey ones without their
    one channel, as Pillow wants them."""
    import numpy as np

    pixels = np.clip(255.0 * image.float().cpu().numpy(), 0, 255).astype(np.uint8)
    return pixels[..., 0] if pixels.shape[-1] == 1 else pixels
