"""How well a trained version still does what it is asked, by the wall's own scenes. Pure.

F = 1/2 * (tests passed / tests that the pictures without the LoRA pass) + 1/2 * max(0, (hit - 1/k) / (1 - 1/k)).
Tests, each against the portrait of the same strength: the whole body's face at most 0.6 times as high, the bright yellow of the
raincoat 0.04 of the picture more, the laugh's mouth opened by 0.1 more. `hit`: the share of pictures whose layout and colours
lie nearest to the picture without the LoRA of their own scene, among k scenes at the same seeds (facts: likeness 3). Where a model
that describes whole pictures was chosen, its vectors are asked instead: which is nearest needs no calibration.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from .face import Face, Scene

PORTRAIT, FULL_BODY, OUTFIT, EXPRESSION = "portrait", "full_body", "outfit", "expression"
SMALLER, YELLOWER, WIDER_OPEN = 0.6, 0.04, 0.1


@dataclass(frozen=True)
class Drawn:
    """Picture of the wall: how it looks as a whole, and the person's face in it, None where none was found."""

    scene: Scene
    face: Face | None


def flexibility(strengths: Mapping[float, Mapping[str, Drawn]], without: Mapping[str, Drawn]) -> float | None:
    """F of 0 to 1: pictures by strength and scene, and those `without` the LoRA by scene. None where nothing can be compared."""
    able = _passed(without)
    parts = [part for part in (_tests(strengths, able), _hits(strengths, without)) if part is not None]
    return round(sum(parts) / len(parts), 3) if parts else None


def _tests(strengths: Mapping[float, Mapping[str, Drawn]], able: set[str]) -> float | None:
    """The share of those tests which the base itself passes; a whole body too small for a face passes its own."""
    tried = passed = 0
    for pictures in strengths.values():
        tests = {name for name in able if name in pictures and PORTRAIT in pictures}
        tried += len(tests)
        passed += len(tests & _passed(pictures))
    return passed / tried if tried else None


def _passed(pictures: Mapping[str, Drawn]) -> set[str]:
    portrait = pictures.get(PORTRAIT)
    if portrait is None:
        return set()
    tests = {FULL_BODY: _is_smaller, OUTFIT: _is_yellower, EXPRESSION: _is_wider_open}
    return {name for name, test in tests.items() if name in pictures and test(pictures[name], portrait)}


def _is_smaller(whole: Drawn, portrait: Drawn) -> bool:
    if portrait.face is None:
        return False
    return whole.face is None or whole.face.share <= SMALLER * portrait.face.share


def _is_yellower(outfit: Drawn, portrait: Drawn) -> bool:
    return outfit.scene.yellow - portrait.scene.yellow >= YELLOWER


def _is_wider_open(laugh: Drawn, portrait: Drawn) -> bool:
    if laugh.face is None or portrait.face is None:
        return False
    return laugh.face.mouth_open - portrait.face.mouth_open >= WIDER_OPEN


def _hits(strengths: Mapping[float, Mapping[str, Drawn]], without: Mapping[str, Drawn]) -> float | None:
    scenes = len(without)
    pictures = [(name, drawn) for row in strengths.values() for name, drawn in row.items() if name in without]
    if scenes < 2 or not pictures:
        return None
    hit = sum(_nearest(drawn.scene, without) == name for name, drawn in pictures) / len(pictures)
    return max(0.0, (hit - 1 / scenes) / (1 - 1 / scenes))


def _nearest(scene: Scene, without: Mapping[str, Drawn]) -> str:
    return min(without, key=lambda name: difference(scene, without[name].scene))


def difference(one: Scene, other: Scene) -> float:
    """How unlike two pictures look: 1 less the correlation of their layouts, and half the distance of their colours, 0 to 3; where
    a model for that has described both, 1 less the cosine of what it says, 0 to 2."""
    if one.variety and other.variety:
        return 1 - math.fsum(a * b for a, b in zip(one.variety, other.variety, strict=True))
    lengths = math.hypot(*one.layout) * math.hypot(*other.layout)
    alike = math.fsum(a * b for a, b in zip(one.layout, other.layout, strict=True))
    colours = math.fsum(abs(a - b) for a, b in zip(one.colours, other.colours, strict=True)) / 2
    return 1 - (alike / lengths if lengths else 0.0) + colours
