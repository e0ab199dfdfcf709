"""The scenes of the wall that compares versions, as the panel orders them (js/data/version_grid.js). Pure.

Seeds are fixed, so that a wall of today can be held against one of last week; a scene is known by its seed.
"""

from __future__ import annotations

from .flexibility import EXPRESSION, FULL_BODY, OUTFIT, PORTRAIT

FIRST_SEED = 20261124
STRENGTHS = (0.7, 0.85, 1.0, 1.15)
#: Without a trigger: whoever looks like the person there is a sign of too much training.
STRANGER = "stranger"
#: `{trigger}` is filled in when it is drawn, `{class}` when it is ordered.
SCENES = {
    PORTRAIT: "portrait photo of {trigger}, {class}, looking at the camera, soft light",
    FULL_BODY: "full body photo of {trigger}, {class}, standing in a street, head to toe",
    OUTFIT: "photo of {trigger}, {class}, wearing a bright yellow raincoat, in the rain",
    EXPRESSION: "close-up photo of {trigger}, {class}, laughing out loud",
    STRANGER: "portrait photo of a {class}, looking at the camera, soft light",
}
_NAMES = tuple(SCENES)


def seed_of(scene: str) -> int:
    return FIRST_SEED + _NAMES.index(scene)


def scene_of_seed(seed: int | None) -> str:
    """Find the scene drawn with this seed; '' where it is not one of the wall's."""
    at = (seed or 0) - FIRST_SEED
    return _NAMES[at] if 0 <= at < len(_NAMES) else ""
