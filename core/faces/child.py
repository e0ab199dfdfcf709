"""The face-reading child: JSON lines in, JSON lines out. Run as `python -I child.py LANDMARKS DESCRIBER FOLDER…`.

Must not import the package. First line out: {"ready": true}. Request {"picture": path}: a picture file of ours.
Answer {"faces": [{"side": pixels, "share": of the height, "numbers": [128 floats]}]}, largest first, or {"code", "message"}.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

#: Address space of this process.
MAX_MEMORY_BYTES = 2 * 1024**3
MAX_PIXELS = 40_000_000
#: Pixels of the longer side that is looked at: 78 ms a picture on one core, and faces from about 73 px are found.
LOOKED_AT = 1024
#: Up to so many pixels a picture without a face is looked at once more at twice its size (faces from 37 px).
AGAIN_UP_TO = 640
#: The detector's own confidence; real faces were seen down to 0.2, mistakes up to 0.13.
LEAST_CONFIDENCE = 0.2
MOST_FACES = 8


class FaceReader:
    def __init__(self, landmarks: str, describer: str) -> None:
        import _dlib_pybind11 as dlib

        self._detect = dlib.get_frontal_face_detector()
        self._landmarks = dlib.shape_predictor(landmarks)
        self._describer = dlib.face_recognition_model_v1(describer)

    def read(self, path: str) -> list[dict[str, Any]]:
        pixels = _pixels(path)
        boxes, _, _ = self._detect.run(pixels, 0, LEAST_CONFIDENCE)
        if not boxes and max(pixels.shape[:2]) <= AGAIN_UP_TO:
            boxes, _, _ = self._detect.run(pixels, 1, LEAST_CONFIDENCE)
        largest = sorted(boxes, key=lambda box: -box.area())[:MOST_FACES]
        return [
            {
                "side": box.width(),
                "share": box.height() / pixels.shape[0],
                "numbers": self._numbers(pixels, box),
            }
            for box in largest
        ]

    def _numbers(self, pixels: Any, box: Any) -> list[float]:
        shape = self._landmarks(pixels, box)
        return [round(float(value), 6) for value in self._describer.compute_face_descriptor(pixels, shape)]


def _pixels(path: str) -> Any:
    import numpy
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # our own, lower limit is checked below
    with Image.open(path, formats=("JPEG", "PNG")) as image:
        if image.width * image.height > MAX_PIXELS:
            raise ValueError("too many pixels")
        image.draft("RGB", (LOOKED_AT, LOOKED_AT))
        upright = image.convert("RGB")
        upright.thumbnail((LOOKED_AT, LOOKED_AT))
        return numpy.asarray(upright)


def main() -> None:
    landmarks, describer, *folders = sys.argv[1:]
    sys.path.extend(folders)
    _be_modest()
    reader = FaceReader(landmarks, describer)
    _answer({"ready": True})
    for line in sys.stdin.buffer:
        try:
            answer: dict[str, Any] = {"faces": reader.read(json.loads(line)["picture"])}
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
