"""YuNet (OpenCV's model zoo): finds faces of 10 to 300 pixels in a square of 640, turned ones too, with five points each.

Its grids of 8, 16 and 32 pixels tell for each cell: whether it is a face (cls) and one at all (obj), the box (middle from the
cell's corner in cells, size as a logarithm of cells) and five points from that corner. A picture goes in as blue, green, red of
0 to 255, padded with black on the right and below. So OpenCV's FaceDetectorYN reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy
from PIL import Image

from .five_points import square_round
from .interface import Found, Maker
from .onnx_network import OnnxNetwork

SIDE, GRIDS = 640, (8, 16, 32)
#: Faces are those from this score on, and boxes that share so much with a surer one are the same. Starting values: not measured here.
LEAST_SCORE, SAME_FACE = 0.7, 0.3
#: A picture larger than this is looked at in parts where nothing was found in the whole; each part overlaps the next.
WHOLE, PART = 1024, 0.6
_OUTPUTS = [f"{kind}_{grid}" for kind in ("cls", "obj", "bbox", "kps") for grid in GRIDS]


class YuNetDetector:
    again_in_grey = False

    def __init__(self, files: Mapping[str, str]) -> None:
        self._network = OnnxNetwork(files["model"])

    def find(self, pixels: Any, *, larger: bool) -> list[Found]:
        found = self._look(pixels)
        if not len(found) and (larger or max(pixels.shape[:2]) > WHOLE):
            found = _surest(numpy.concatenate([self._look_at(pixels, *corner) for corner in _parts(pixels)]))
        return [square_round(face[5:].reshape(5, 2)) for face in found]

    def perhaps(self, pixels: Any) -> list[Found]:
        """No more than `find`: it sees faces of 10 pixels and turned ones."""
        return self.find(pixels, larger=True)

    def _look_at(self, pixels: Any, top: int, left: int) -> Any:
        high, wide = (round(PART * side) for side in pixels.shape[:2])
        found = self._look(pixels[top : top + high, left : left + wide])
        found[:, [0, 2, *range(5, 15, 2)]] += left
        found[:, [1, 3, *range(6, 15, 2)]] += top
        return found

    def _look(self, pixels: Any) -> Any:
        """Rows of left, top, right, bottom, score and five points, in the picture's pixels."""
        high, wide = pixels.shape[:2]
        scale = SIDE / max(high, wide)
        size = (max(1, round(wide * scale)), max(1, round(high * scale)))
        small = numpy.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))
        canvas = numpy.zeros((SIDE, SIDE, 3), numpy.float32)
        canvas[: size[1], : size[0]] = small[..., ::-1]
        computed = dict(zip(_OUTPUTS, self._network.run(canvas, _OUTPUTS), strict=True))
        rows = _surest(numpy.concatenate([_of_grid(computed, grid) for grid in GRIDS]))
        rows[:, [0, 1, 2, 3, *range(5, 15)]] /= scale
        return rows


PARTS: Mapping[str, Maker] = {"detector": YuNetDetector}


def _of_grid(computed: Mapping[str, Any], grid: int) -> Any:
    cells = SIDE // grid
    kinds = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}
    told = {kind: computed[f"{kind}_{grid}"].reshape(cells * cells, wide) for kind, wide in kinds.items()}
    score = numpy.sqrt(numpy.clip(told["cls"], 0, 1) * numpy.clip(told["obj"], 0, 1))
    sure = score[:, 0] >= LEAST_SCORE
    along, across = numpy.divmod(numpy.arange(cells * cells)[sure], cells)
    corner = numpy.stack([across, along], axis=1)
    middle = corner + told["bbox"][sure, :2]
    half = numpy.exp(told["bbox"][sure, 2:]) / 2
    points = told["kps"][sure] + numpy.tile(corner, 5)
    box = numpy.concatenate([middle - half, middle + half], axis=1)
    return numpy.concatenate([box * grid, score[sure], points * grid], axis=1)


def _surest(rows: Any) -> Any:
    """Of boxes that lie over each other the one with the highest score, the surest first."""
    left, kept = rows[numpy.argsort(-rows[:, 4])], []
    while len(left):
        kept.append(left[0])
        left = left[1:][_shared(left[0], left[1:]) <= SAME_FACE]
    return numpy.asarray(kept).reshape(-1, 15)


def _shared(box: Any, others: Any) -> Any:
    """What two boxes have in common, as a share of what they cover together."""
    corner, end = numpy.maximum(box[:2], others[:, :2]), numpy.minimum(box[2:4], others[:, 2:4])
    common = numpy.clip(end - corner, 0, None).prod(axis=1)
    areas = (others[:, 2:4] - others[:, :2]).prod(axis=1) + (box[2:4] - box[:2]).prod()
    return common / numpy.maximum(areas - common, 1e-9)


def _parts(pixels: Any) -> list[tuple[int, int]]:
    """(top, left) of four parts."""
    high, wide = pixels.shape[:2]
    return [(top, left) for top in (0, high - round(PART * high)) for left in (0, wide - round(PART * wide))]
