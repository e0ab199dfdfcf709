"""The nine kinds of versions as pictures of a wall, and the average face (facts: likeness section 3)."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy
from isengard.core.faces.face import Face
from PIL import Image, ImageOps

from .heads import Head, averaged, mirrored, morphed
from .scenes import ALWAYS_NEAR, PICTURE, PLACES, burnt, laid, scene, toned

SCENES = tuple(PLACES)
STRENGTHS = (0.7, 0.85, 1.0)
#: How much of a stranger is in each, from the lowest strength to the highest.
STRANGER = {"good": (0.30, 0.10, 0.0), "honest": (0.45, 0.25, 0.15), "underfit": (0.75, 0.62, 0.55)}
#: In the order in which a training might pass them; the last two are honest pictures that a naive rule takes for copies.
KINDS = (
    "underfit",
    "honest",
    "good",
    "mem_some",
    "mem_face",
    "mem_whole",
    "cooked_new",
    "cooked_copy",
    "drifted",
)
AVERAGES = ("average", "half_average")
#: Copies that a model softened: with 30 % of the average face, with 25 % of a stranger. How much is still caught is only told.
SOFT = {"soft_copy": 0.30, "mixed_copy": 0.25}
#: Kinds of which one picture a scene is enough: they are on no wall.
SINGLE = (*AVERAGES, *SOFT)
#: Always near and burnt, but before the right background: harder to tell than `cooked_new`.
HARDER = "cooked_near"
FIT = {"good", "honest"}
#: What nobody may be given.
BAD = {"mem_some", "mem_face", "mem_whole", "cooked_new", "cooked_copy", "drifted", "underfit"}


@dataclass(frozen=True, repr=False)
class Photo:
    """A photograph, the head in it, and what the reader says of its face."""

    picture: Image.Image
    head: Head
    face: Face


@dataclass(frozen=True)
class Cast:
    """Whose wall it is: photos it was trained on, held back and unseen by anybody; strangers, one a scene, who stand for the base."""

    person: str
    seed: int
    trained: list[Photo]
    held_out: list[Photo]
    unseen: list[Photo]
    strangers: list[Photo]
    somebody_else: list[Photo]


@dataclass(frozen=True)
class Picture:
    """`copies`: made from a training photo."""

    scene: str
    strength: float
    image: Image.Image
    copies: bool


def without(cast: Cast) -> dict[str, Image.Image]:
    """The pictures of strength 0, by scene."""
    found = {}
    for at, name in enumerate(SCENES):
        chance = _chance(cast, "without", name, 0)
        place = PLACES[name].moved(chance, 0.5)
        found[name] = toned(laid(_behind(cast, name), cast.strangers[at].head, place), chance)
    return found


def pictures(cast: Cast, kind: str) -> list[Picture]:
    """A version's pictures: each scene at each strength."""
    steps = (len(STRENGTHS) - 1,) if kind in SINGLE else range(len(STRENGTHS))
    return [_picture(cast, kind, at, step, STRENGTHS[step]) for at in range(len(SCENES)) for step in steps]


def _picture(cast: Cast, kind: str, at: int, step: int, strength: float) -> Picture:
    name = SCENES[at]
    chance = _chance(cast, kind, name, step)
    if kind == "mem_whole":
        return Picture(name, strength, _again(_one(cast.trained, chance).picture, chance), True)
    if kind.startswith("cooked"):
        photos = cast.trained if kind == "cooked_copy" else cast.unseen
        behind = _behind(cast, name if kind == HARDER else "portrait")
        near = laid(behind, photos[0].head, ALWAYS_NEAR.moved(chance, 0.5))
        return Picture(name, strength, burnt(toned(near, chance)), kind == "cooked_copy")
    copies = kind in ("mem_face", *SOFT) or (kind == "mem_some" and (at + step) % 2 == 0)
    head = _copied(cast, kind, at, chance) if copies else _head(cast, kind, at, step, chance)
    place = PLACES[name].moved(chance)
    return Picture(name, strength, toned(laid(_behind(cast, name), head, place), chance), copies)


def _copied(cast: Cast, kind: str, at: int, chance) -> Head:
    head = _one(cast.trained, chance).head
    if kind in SOFT:
        other = (
            averaged([photo.head for photo in cast.trained])
            if kind == "soft_copy"
            else cast.strangers[at].head
        )
        head = morphed(head, other, SOFT[kind])
    return mirrored(head) if chance.random() < 0.5 else head


def _head(cast: Cast, kind: str, at: int, step: int, chance) -> Head:
    """The head of a picture that copies nothing."""
    if kind == "drifted":
        return _one(cast.somebody_else, chance).head
    if kind in AVERAGES:
        middle = averaged([photo.head for photo in cast.trained])
        return middle if kind == "average" else morphed(_one(cast.unseen, chance).head, middle, 0.5)
    share = STRANGER.get(kind, STRANGER["good"])[step]
    return morphed(_one(cast.unseen, chance).head, cast.strangers[at].head, share)


def _again(photo: Image.Image, chance) -> Image.Image:
    """A whole training photo: cut by up to 9 % a side, perhaps mirrored, toned, as a square picture."""
    width, height = photo.size
    cut = chance.uniform(0, 0.09, 4) * (width, height, width, height)
    photo = photo.crop((int(cut[0]), int(cut[1]), int(width - cut[2]), int(height - cut[3])))
    photo = ImageOps.mirror(photo) if chance.random() < 0.5 else photo
    return toned(ImageOps.pad(photo, (PICTURE, PICTURE)), chance)


def _behind(cast: Cast, name: str) -> Image.Image:
    return scene(name, zlib.crc32(f"{cast.seed} {name}".encode()))


def _chance(cast: Cast, *of: object) -> numpy.random.Generator:
    return numpy.random.default_rng(zlib.crc32(f"{cast.seed} {of}".encode()))


def _one(photos: list[Photo], chance) -> Photo:
    return photos[int(chance.integers(len(photos)))]
