"""Walls of labelled people: who is trained on what, drawn, and measured by the project's own reader. Faces stay in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy
from isengard.core.faces.face import Face, Seen, Shares, seen_of
from isengard.core.faces.reading.dlib_faces import HogDetector, ResNetDescriber, ShapeMarker
from isengard.core.faces.reading.face_reading import PictureReader
from isengard.core.faces.reading.interface import Found
from isengard.core.faces.tools import FaceTools
from PIL import Image, ImageOps
from support.face_fixtures import importable

from .heads import upright
from .kinds import KINDS, SINGLE, Cast, Photo, pictures, without

#: A person needs so many photos: two held out, two or three trained on, one unseen.
LEAST_PHOTOS, HELD_OUT = 5, 2
SPLITS = 2
#: A head so small says nothing when it is laid large.
LEAST_FACE = 70
LONGEST = 1024
PHOTO_QUALITY = 95


@dataclass(frozen=True, repr=False)
class Shown:
    """A picture that was measured: what it is, and what the reader saw."""

    scene: str
    strength: float
    copies: bool
    seen: Seen


@dataclass(repr=False)
class Wall:
    person: str
    trained: list[Face]
    held_out: list[Face]
    without: dict[str, Seen]
    shown: dict[str, list[Shown]] = field(default_factory=dict)


class Measurer:
    """Photographs and pictures through what the reading child runs, in this process: no number of a face crosses a pipe or lies on a
    disk; a picture is a file only while it is looked at."""

    def __init__(self, tools: FaceTools) -> None:
        self._library = importable(tools.library)
        self._library.__enter__()
        files = {"landmarks": str(tools.landmarks), "describer": str(tools.describer)}
        self._marker = ShapeMarker(files)
        self._reader = PictureReader(HogDetector({}), self._marker, ResNetDescriber(files))
        self._folder = tempfile.TemporaryDirectory(prefix="isengard-likeness-")

    def close(self) -> None:
        self._folder.cleanup()
        self._library.__exit__(None, None, None)

    def seen(self, picture: Image.Image) -> Seen:
        """Of a photograph: a server that is asked over HTTP is given the same file."""
        return self._kept(picture, "photo.jpg", quality=PHOTO_QUALITY)

    def drawn(self, picture: Image.Image) -> Seen:
        """Of what ComfyUI draws, which compresses nothing away."""
        return self._kept(picture, "picture.png", compress_level=1)

    def _kept(self, picture: Image.Image, name: str, **how: int) -> Seen:
        file = Path(self._folder.name) / name
        picture.save(file, **how)
        try:
            return seen_of(self._reader.read(str(file)))
        finally:
            file.unlink()

    def perhaps(self, picture: Image.Image) -> list[Shares]:
        """Where somebody may be besides."""
        file = Path(self._folder.name) / "picture.jpg"
        picture.save(file, quality=92)
        try:
            return [tuple(box) for box in self._reader.perhaps(str(file))["perhaps"]]
        finally:
            file.unlink()

    def photo(self, file: Path) -> Photo | None:
        """A photograph's largest face; None where nobody or too small a face is in it."""
        with Image.open(file) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
        picture.thumbnail((LONGEST, LONGEST))
        found = self.people(picture)
        return found[0] if found and found[0].face.side >= LEAST_FACE else None

    def people(self, picture: Image.Image) -> list[Photo]:
        """Everybody in a picture, the largest face first."""
        pixels, found = numpy.asarray(picture), []
        for face in self.seen(picture).faces:
            box = [share * side for share, side in zip(face.box, 2 * picture.size, strict=True)]
            points = numpy.array(self._marker.mark(pixels, Found(*box)).points, float)
            found.append(Photo(picture, upright(picture, points), face))
        return found


def people_of(folder: Path, measurer: Measurer) -> dict[str, list[Photo]]:
    """Photos by person: a folder is one person."""
    found = {
        each.name: [one for file in sorted(each.iterdir()) if (one := measurer.photo(file)) is not None]
        for each in sorted(folder.iterdir())
        if each.is_dir()
    }
    return {name: photos for name, photos in found.items() if photos}


def casts(people: dict[str, list[Photo]], splits: int = SPLITS) -> Iterator[Cast]:
    """Who plays in each wall."""
    for number, (name, photos) in enumerate(people.items()):
        if len(photos) < LEAST_PHOTOS:
            continue
        for split in range(splits):
            chance = numpy.random.default_rng(100 * number + split)
            order = [photos[at] for at in chance.permutation(len(photos))]
            held, rest = order[:HELD_OUT], order[HELD_OUT:]
            count = 3 if len(rest) > 3 else 2
            strangers = _strangers(people, name, photos[0], chance)
            seed = 1000 * number + split
            yield Cast(name, seed, rest[:count], held, rest[count:], strangers[:3], strangers[3:4])


def _strangers(people: dict[str, list[Photo]], name: str, like: Photo, chance) -> list[Photo]:
    """One photo each of other people, those in colour for somebody in colour."""
    others = [photos[int(chance.integers(len(photos)))] for other, photos in people.items() if other != name]
    fitting = [photo for photo in others if photo.head.is_grey == like.head.is_grey]
    return [fitting[at] for at in chance.permutation(len(fitting))[:4]]


def measured(cast: Cast, measurer: Measurer, kinds=(*KINDS, *SINGLE)) -> Wall:
    """Draw and measure a whole wall."""
    base = {scene: measurer.drawn(image) for scene, image in without(cast).items()}
    trained, held_out = ([photo.face for photo in photos] for photos in (cast.trained, cast.held_out))
    wall = Wall(cast.person, trained, held_out, base)
    for kind in kinds:
        wall.shown[kind] = [
            Shown(one.scene, one.strength, one.copies, measurer.drawn(one.image))
            for one in pictures(cast, kind)
        ]
    return wall
