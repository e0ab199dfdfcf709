"""The face-reading child: JSON lines in, JSON lines out. Run as `python -I child.py LANDMARKS DESCRIBER FOLDER…`.

Must not import the package. First line out: {"ready": true}. Request {"picture": path}: a picture file of ours.
Answer {"faces": [{"side": pixels of the file's picture, "share": of the height, "box": [left, top, right, bottom] as shares,
"numbers": [128 floats], and what face_measures.py says}], largest first, "scene": …}, or {"code", "message"}.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from typing import Any

#: Address space of this process.
MAX_MEMORY_BYTES = 2 * 1024**3
MAX_PIXELS = 40_000_000
#: Pixels of the longer side that is looked at: 78 ms a picture on one core, and faces from about 73 px are found.
LOOKED_AT = 1024
#: One without a face is looked at once more: at this size where its file has it (a face of 120 px in a photo of 3,600: 0 of 36
#: found at 1024, all at 2048), else at twice its own (from 37 px).
AGAIN_AT = 2048
#: The detector's own confidence; real faces were seen down to 0.2, mistakes up to 0.13.
LEAST_CONFIDENCE = 0.2
MOST_FACES = 8
#: Room around an aligned face, as a share of it.
CHIP_PADDING = 0.2


class FaceReader:
    def __init__(self, landmarks: str, describer: str) -> None:
        import _dlib_pybind11 as dlib

        self._dlib = dlib
        self._detect = dlib.get_frontal_face_detector()
        self._landmarks = dlib.shape_predictor(landmarks)
        self._describer = dlib.face_recognition_model_v1(describer)
        self._measures = _measures()

    def read(self, path: str) -> dict[str, Any]:
        picture, width = _picture(path, LOOKED_AT)
        pixels, boxes = self._found(picture)
        if not boxes:
            again = picture if width <= LOOKED_AT else _picture(path, AGAIN_AT)[0]
            pixels, boxes = self._found(again, larger=width <= LOOKED_AT)
        largest = sorted(boxes, key=lambda box: -box.area())[:MOST_FACES]
        faces = [self._face(pixels, box, width) for box in largest]
        return {"faces": faces, "scene": self._measures.scene_of(picture)}

    def _found(self, picture: Any, *, larger: bool = False) -> tuple[Any, Any]:
        import numpy

        pixels = numpy.asarray(picture)
        return pixels, self._detect.run(pixels, int(larger), LEAST_CONFIDENCE)[0]

    def _face(self, pixels: Any, box: Any, width: int) -> dict[str, Any]:
        high, wide = pixels.shape[:2]
        shape = self._landmarks(pixels, box)
        points = [(part.x, part.y) for part in shape.parts()]
        chip = self._dlib.get_face_chip(pixels, shape, self._measures.CHIP, CHIP_PADDING)
        return {
            "side": round(box.width() * width / wide),
            "share": box.height() / high,
            "box": [box.left() / wide, box.top() / high, box.right() / wide, box.bottom() / high],
            "numbers": [
                round(float(value), 6) for value in self._describer.compute_face_descriptor(pixels, shape)
            ],
            **self._measures.measured(pixels, points, chip),
        }


def _measures() -> Any:
    """The module beside this one, by its path: -I hides the folder, and the package is not to be imported."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "face_measures.py")  # noqa: PTH100, PTH118, PTH120
    spec = importlib.util.spec_from_file_location("isengard_face_measures", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _picture(path: str, longest: int) -> tuple[Any, int]:
    """An RGB picture of at most so many pixels a side, and the file's own width."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # our own, lower limit is checked below
    with Image.open(path, formats=("JPEG", "PNG")) as image:
        width = image.width
        if width * image.height > MAX_PIXELS:
            raise ValueError("too many pixels")
        image.draft("RGB", (longest, longest))
        upright = image.convert("RGB")
        upright.thumbnail((longest, longest))
        return upright, width


def main() -> None:
    landmarks, describer, *folders = sys.argv[1:]
    sys.path.extend(folders)
    _be_modest()
    reader = FaceReader(landmarks, describer)
    _answer({"ready": True})
    for line in sys.stdin.buffer:
        try:
            answer: dict[str, Any] = reader.read(json.loads(line)["picture"])
        except (OSError, SyntaxError, ValueError, RuntimeError, MemoryError) as fault:
            answer = {"code": "picture_unreadable", "message": type(fault).__name__}
        _answer(answer)


def _be_modest() -> None:
    """Below everybody else's priority, and no more memory than it needs."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
        os.nice(5)


def _answer(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
