"""How small and how turned a face may be: `python tests/hosts/likeness_lab/sizes.py FOLDER`, with the test environment's Python; FOLDER as
`dev.py likeness` takes it. Each photograph's face is drawn so many pixels high in pictures of several sizes, and the project's own
reader looks at them: in how many it finds the face, and how alike that is to the person's other photographs."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

TESTS = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TESTS))
FACES = (40, 50, 60, 64, 80, 120, 160)
PICTURES = (512, 1024, 3600)
ANGLES = (0.0, 0.15, 0.30, 0.45, 0.60, 1.0)
TILTS = (0, 15, 30, 45)
#: A face is drawn smaller only.
LARGEST = 160


def main(folder: Path) -> int:
    import conftest  # noqa: F401 - makes this checkout the package `isengard`
    from hosts.likeness_lab import walls
    from isengard.core.faces.tools import find_tools
    from isengard.core.paths import DataPaths
    from support.face_fixtures import ready_face_tools

    data = ready_face_tools().parents[1]
    measurer = walls.Measurer(find_tools(DataPaths(data, data / "logs")))
    try:
        people = walls.people_of(folder, measurer)
        for line in (*_of_sizes(people, measurer), "", *_of_angles(people), "", *_of_tilts(people, measurer)):
            print(line, flush=True)
    finally:
        measurer.close()
    return 0


def _large(people):
    """(a photo, the person's others) where the face has the pixels."""
    for photos in people.values():
        for photo in photos:
            others = [other.face for other in photos if other is not photo]
            if photo.face.side >= LARGEST and others:
                yield photo, others


def _of_sizes(people, measurer):
    head = "".join(f"{f'{side} px':>22}" for side in PICTURES)
    yield f"{'face':<8}{head}   (found of all: likeness to the person's others)"
    for face in FACES:
        cells = []
        for side in PICTURES:
            found, scores, count = 0, [], 0
            for number, (photo, others) in enumerate(_large(people)):
                if side == PICTURES[-1] and number % 3:  # large ones take a second each
                    continue
                count += 1
                score = _score(measurer, _placed(photo, face, side), others)
                found += score is not None
                scores += [score] if score is not None else []
            cells.append(f"{f'{found} of {count}: {median(scores or [0]):.3f}':>22}")
        yield f"{face:<8}{''.join(cells)}"


def _of_angles(people):
    """By how far the head is turned in the photographs as they are."""
    found = {low: [] for low in ANGLES[:-1]}
    for photo, others in _large(people):
        low = max(at for at in ANGLES[:-1] if abs(photo.face.yaw) >= at)
        found[low].append(_likeness(photo.face, others))
    yield "turned (yaw)   faces   likeness to the person's others: median, least"
    for (low, scores), high in zip(found.items(), ANGLES[1:], strict=True):
        told = f"{median(scores):.3f}, {min(scores):.3f}" if scores else "-"
        yield f"{low:.2f} to {high:.2f}{len(scores):>9}   {told}"


def _of_tilts(people, measurer):
    yield "tilted       found   likeness to the person's others: median"
    for tilt in TILTS:
        scores = [
            _score(measurer, _placed(photo, LARGEST, 512).rotate(tilt, fillcolor=(120, 125, 130)), others)
            for photo, others in _large(people)
        ]
        seen = [score for score in scores if score is not None]
        yield f"{tilt:>3} degrees{f'{len(seen)} of {len(scores)}':>12}   {median(seen or [0]):.3f}"


def _placed(photo, face: int, side: int):
    """The photograph so large that its face has `face` pixels, in a grey picture of `side`."""
    from PIL import Image

    scale = face / photo.face.side
    size = [max(1, round(one * scale)) for one in photo.picture.size]
    small = photo.picture.resize(size, Image.Resampling.LANCZOS)
    left, top, right, bottom = photo.face.box
    middle = (left + right) / 2 * size[0], (top + bottom) / 2 * size[1]
    picture = Image.new("RGB", (side, side), (120, 125, 130))
    picture.paste(small, (round(side / 2 - middle[0]), round(side / 2 - middle[1])))
    return picture


def _score(measurer, picture, others):
    """None where no face is found in the middle."""
    for face in measurer.seen(picture).faces:
        left, top, right, bottom = face.box
        if left < 0.5 < right and top < 0.5 < bottom:
            return _likeness(face, others)
    return None


def _likeness(face, others):
    from isengard.core.faces.likeness import score_of

    return score_of(face, others)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
