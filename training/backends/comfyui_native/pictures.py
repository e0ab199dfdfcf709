"""The photos as ComfyUI's data set node reads them: scaled to the sizes that are trained at, their captions beside them."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

from PIL import Image, ImageOps

#: What models of every family divide sides by, several times over.
_GRID = 64
_KINDS = (".jpg", ".jpeg", ".png", ".webp")


def prepare(source: Path, target: Path, resolutions: list[int]) -> int:
    """Each photo once for each resolution; the count of files. One alone is there twice: older training nodes fail on a single one."""
    target.mkdir(parents=True, exist_ok=True)
    count = 0
    photos = sorted(file for file in source.iterdir() if file.suffix in _KINDS)
    for photo in photos:
        for resolution in resolutions:
            count += 1
            _put(photo, target / f"{count:05d}.jpg", resolution)
    if count == 1:
        for ending in (".jpg", ".txt"):
            shutil.copyfile(target / f"00001{ending}", target / f"00002{ending}")
    return max(count, 2) if count else 0


def fitted(width: int, height: int, resolution: int) -> tuple[int, int]:
    """The size that a photo is trained at: the resolution's area in the photo's own form, on the grid, never enlarged beyond it."""
    scale = min(1.0, math.sqrt(resolution * resolution / (width * height)))
    return _on_grid(width * scale), _on_grid(height * scale)


def _on_grid(side: float) -> int:
    return max(_GRID, round(side / _GRID) * _GRID)


def _put(photo: Path, target: Path, resolution: int) -> None:
    with Image.open(photo) as picture:
        width, height = picture.size
        size = fitted(width, height, resolution)
        ImageOps.fit(picture.convert("RGB"), size, Image.Resampling.LANCZOS).save(
            target, "JPEG", quality=95, subsampling=0
        )
    caption = photo.with_suffix(".txt")
    text = caption.read_text(encoding="utf-8") if caption.is_file() else ""
    target.with_suffix(".txt").write_text(text, encoding="utf-8")
