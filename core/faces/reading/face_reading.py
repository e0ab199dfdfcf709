"""Reading a picture's faces with the parts that were chosen: find, look again where none is found, mark, align, describe, measure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy

from .face_measures import CHIP, measured, scene_of
from .interface import Describer, Detector, Found, Marker, PictureDescriber
from .picture_files import decoded, shrunk

#: Pixels of the longer side that is looked at: 78 ms a picture on one core, and faces from about 73 px are found.
LOOKED_AT = 1024
#: One without a face is looked at once more: at this size where its file has it (a face of 120 px in a photo of 3,600: 0 of 36
#: found at 1024, all at 2048), else at twice its own (from 37 px).
AGAIN_AT = 2048
#: From so many pixels a picture is as good for that as one of AGAIN_AT: a camera's 4,000 are decoded once, at a half, for both looks.
NEARLY_AGAIN = 1984
MOST_FACES = 8
#: Room around an aligned face, as a share of it.
CHIP_PADDING = 0.2


@dataclass(frozen=True)
class PictureReader:
    """`pictures`: what describes a whole picture, by role."""

    detector: Detector
    marker: Marker
    describer: Describer
    pictures: dict[str, PictureDescriber] = field(default_factory=dict)

    def read(self, path: str) -> dict[str, Any]:
        """Answer {"faces": […], largest first, "scene": {…}}; OSError or ValueError where it is not a picture of ours."""
        whole, size = decoded(path, LOOKED_AT)
        picture = shrunk(whole, LOOKED_AT)
        faces = self.detector.find(numpy.asarray(picture), larger=False)
        seen = picture
        if not faces and max(size) <= LOOKED_AT:
            faces = self._again(seen, larger=True)
        elif not faces:
            if max(whole.size) < min(NEARLY_AGAIN, max(size)):
                whole, _ = decoded(path, NEARLY_AGAIN)
            seen = shrunk(whole, AGAIN_AT)
            faces = self._again(seen, larger=False)
        largest = sorted(faces, key=lambda face: -face.width * face.height)[:MOST_FACES]
        pixels = numpy.asarray(seen) if largest else None
        scene = scene_of(picture) | self._described(picture)
        return {"faces": [self._face(pixels, face, size[0]) for face in largest], "scene": scene}

    def perhaps(self, path: str) -> dict[str, Any]:
        """Answer {"perhaps": [[left, top, right, bottom], …]} as shares of the picture: whoever may be in it; raises as `read`."""
        pixels = numpy.asarray(shrunk(decoded(path, LOOKED_AT)[0], LOOKED_AT))
        high, wide = pixels.shape[:2]
        boxes = [
            (one.left / wide, one.top / high, one.right / wide, one.bottom / high)
            for one in self.detector.perhaps(pixels)
        ]
        return {"perhaps": [[min(1.0, max(0.0, edge)) for edge in box] for box in boxes]}

    def _again(self, picture: Any, *, larger: bool) -> list[Found]:
        grey = picture.convert("L") if self.detector.again_in_grey else picture
        return self.detector.find(numpy.asarray(grey), larger=larger)

    def _face(self, pixels: Any, found: Found, width: int) -> dict[str, Any]:
        high, wide = pixels.shape[:2]
        marked = self.marker.mark(pixels, found)
        numbers = self.describer.describe(self.describer.align(pixels, marked))
        return {
            "side": round(found.width * width / wide),
            "share": found.height / high,
            "box": [found.left / wide, found.top / high, found.right / wide, found.bottom / high],
            "numbers": [round(value, 6) for value in numbers],
            **measured(pixels, marked.points, self.marker.chip(pixels, marked, CHIP, CHIP_PADDING)),
        }

    def _described(self, picture: Any) -> dict[str, Any]:
        pixels = numpy.asarray(picture)
        return {
            role: [round(value, 6) for value in describer.describe(pixels)]
            for role, describer in self.pictures.items()
        }
