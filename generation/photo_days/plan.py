"""The plan of a photo day: which combinations are drawn, in which order, with which words and sizes. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ...core.records.photo_day import Motif, PhotoDayOrder, PlannedPicture, Shape

#: Width to height.
RATIOS: Mapping[Shape, float] = {"square": 1.0, "portrait": 2 / 3, "wide": 3 / 2}
_UNIT = 64
#: Where a recipe says no size.
SIDE = 512.0


def combinations(styles: int, scenes: int, shapes: int, count: int) -> list[tuple[int, int, int]]:
    """Choose `count` combinations of so many styles, scenes and shapes, as places in their lists.

    Picture i takes scene i mod C, style (i + i div lcm(S, C)) mod S and shape (j + j div lcm(S*C, F)) mod F with j = i mod S*C*F: each
    combination once before any comes again, neighbours differ, and however many are drawn, no scene comes more than once more often
    than another.
    """
    pairs = styles * scenes
    pair_round, shape_round = math.lcm(styles, scenes), math.lcm(pairs, shapes)
    chosen = []
    for i in range(count):
        j = i % (pairs * shapes)
        pair = j % pairs
        chosen.append(((pair + pair // pair_round) % styles, pair % scenes, (j + j // shape_round) % shapes))
    return chosen


def planned(order: PhotoDayOrder, seed: int, defaults: Mapping[str, float]) -> list[PlannedPicture]:
    """Plan every picture of an order in the order in which they are drawn; picture n has the seed `seed` + n.

    `defaults` are the recipe's numbers: its width and height say how many pixels a picture has where the order does not."""
    styles: Sequence[Motif | None] = order.styles or [None]
    scenes: Sequence[Motif | None] = order.scenes or [None]
    area = (order.width or defaults.get("width", SIDE), order.height or defaults.get("height", SIDE))
    pictures = []
    for n, (s, c, f) in enumerate(combinations(len(styles), len(scenes), len(order.shapes), order.count)):
        style, scene, shape = styles[s], scenes[c], order.shapes[f]
        width, height = sized(area, RATIOS[shape])
        pictures.append(
            PlannedPicture(
                n=n,
                style=style.label if style else "",
                scene=scene.label if scene else "",
                shape=shape,
                prompt=composed(order.prompt, style, scene),
                width=width,
                height=height,
                seed=seed + n,
            )
        )
    return pictures


def composed(prompt: str, style: Motif | None, scene: Motif | None) -> str:
    """Put the scene behind what every picture shows, then the style around both."""
    text = f"{prompt.strip()}, {scene.prompt.strip()}" if scene else prompt.strip()
    if style is None:
        return text
    return (
        style.prompt.replace("{prompt}", text)
        if "{prompt}" in style.prompt
        else f"{text}, {style.prompt.strip()}"
    )


def sized(size: tuple[float, float], ratio: float) -> tuple[int, int]:
    """About as many pixels as `size` has in the wanted shape, in multiples of 64."""
    area = size[0] * size[1]
    return _whole(math.sqrt(area * ratio)), _whole(math.sqrt(area / ratio))


def _whole(side: float) -> int:
    return max(_UNIT, round(side / _UNIT) * _UNIT)
