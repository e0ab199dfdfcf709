"""ComfyUI's pictures as bytes."""

from __future__ import annotations

from typing import Any


def eight_bit(image: Any) -> Any:
    """One picture of a batch, (height, width, channels) of 0 to 1, as a NumPy array of 0 to 255."""
    import numpy as np

    return np.clip(255.0 * image.cpu().numpy(), 0, 255).astype(np.uint8)
