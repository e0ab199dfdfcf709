"""Several pictures from one photograph: crops, mirror, brightness. Run with an environment that has Pillow."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image, ImageEnhance, ImageOps


def main(source: Path, folder: Path, count: int) -> None:
    with Image.open(source) as opened:
        photo = opened.convert("RGB")
    width, height = photo.size
    for number in range(count):
        inset = 12 * number
        crop = photo.crop((inset, 0, width - inset // 2, height - 2 * inset))
        crop = ImageOps.mirror(crop) if number % 2 else crop
        crop = ImageEnhance.Brightness(crop).enhance(0.8 + 0.08 * number)
        crop.resize((640, round(640 * crop.height / crop.width))).save(
            folder / f"portrait_{number:02d}.jpg", quality=92
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
