"""What "Improve this set" proposes for real photographs: `python tests/hosts/likeness_lab/crops.py FOLDER SHEETS [GROUPS]`, with the test
environment's Python. FOLDER holds a folder of photographs for each person, GROUPS photographs of several people, each of which is put into everybody's
set by itself. All are drawn large, so that a crop has pixels enough. Tells of each crop how large the face is before and after, who is in it and how many; SHEETS gets pictures of all crops, before and
after side by side, to look whether a head is cut. They show real people: keep them out of every repository."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

TESTS = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TESTS))
PICTURES = (".jpg", ".jpeg", ".png")
#: Pictures side by side on a sheet, and their height in pixels.
COLUMNS, ROWS, HEIGHT = 4, 4, 280
#: Longer side of every photograph: most that can be had are small.
LARGE = 3000


def main(folder: Path, sheets: Path, groups: Path | None = None) -> int:
    import conftest  # noqa: F401 - makes this checkout the package `isengard`
    from hosts.likeness_lab import walls
    from isengard.core.faces.tools import find_tools
    from isengard.core.paths import DataPaths
    from support.face_fixtures import ready_face_tools

    data = ready_face_tools().parents[1]
    measurer = walls.Measurer(find_tools(DataPaths(data, data / "logs")))
    made, left = [], []
    try:
        shared = _looked_at(groups, measurer) if groups else {}
        for person in sorted(one for one in folder.iterdir() if one.is_dir()):
            own = _looked_at(person, measurer)
            crops, why = _of_person(own, measurer)
            for file, group in shared.items():
                of_group, why_not = _of_person({**own, file: group}, measurer)
                crops += [crop for crop in of_group if crop[0].photo_id == file]
                why += why_not[len(why) :]
            made += [(person.name, *crop) for crop in crops]
            left += why
    finally:
        measurer.close()
    _tell(made, left)
    _draw(made, sheets)
    return 0


def _looked_at(folder: Path, measurer):
    """As the server looks at photos, by their file."""
    from isengard.core.faces.improving.proposals import LookedAt
    from isengard.core.photo_decoding.decoder import PhotoDecoder
    from PIL import Image, ImageOps

    found, decoder = {}, PhotoDecoder()
    for file in sorted(one for one in folder.iterdir() if one.suffix in PICTURES):
        with Image.open(file) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
        scale = LARGE / max(picture.size)
        picture = picture.resize([round(side * scale) for side in picture.size])
        with tempfile.NamedTemporaryFile(suffix=".jpg") as kept:
            picture.save(kept.name, quality=95)
            frame = decoder.within_frame(Path(kept.name))
        faces, perhaps = measurer.seen(picture).faces, measurer.perhaps(picture)
        found[str(file)] = (
            picture,
            LookedAt(str(file), *picture.size, faces=faces, perhaps=perhaps, frame=frame),
        )
    decoder.close()
    return found


def _of_person(photos, measurer):
    """(file, crop, picture, faces in the crop, likeness to the person), and why others have none."""
    from isengard.core.faces.improving.person import likeness_to, person_of
    from isengard.core.faces.improving.proposals import propose

    looked_at = [photo for _, photo in photos.values()]
    person, found = person_of({photo.id: photo.faces for photo in looked_at}), propose(looked_at)
    crops = []
    for crop in found.proposals:
        picture = photos[crop.photo_id][0]
        faces = measurer.seen(picture.crop(crop.box)).faces
        likeness = max((likeness_to(face, person) for face in faces), default=0.0) if person else None
        crops.append((crop, picture, len(faces), likeness))
    return crops, list(found.left.values())


def _tell(made, left) -> None:
    for person, crop, _, faces, likeness in made:
        print(
            f"{person} {Path(crop.photo_id).name:<24}{crop.kind:<7} face {crop.before} to {crop.after}, {faces} faces, "
            f"likeness {likeness if likeness is None else round(likeness, 2)}"
        )
    for kind in sorted({crop.kind for _, crop, *_ in made}):
        of_kind = [one for one in made if one[1].kind == kind]
        shares = [(one[1].before, one[1].after) for one in of_kind if one[1].before]
        before, after = (median([pair[at] for pair in shares] or [0]) for at in (0, 1))
        hers = sum(one[4] is None or one[4] >= 0.4 for one in of_kind)
        alone = sum(one[3] == 1 for one in of_kind)
        print(
            f"{kind:<7}{len(of_kind):>4}: face's height {before:.3f} to {after:.3f} of the picture's (medians), "
            f"the person's {hers}, one face {alone}"
        )
    print(f"left as they are: { {why: left.count(why) for why in sorted(set(left))} }")


def _draw(made, sheets: Path) -> None:
    from PIL import Image, ImageDraw

    sheets.mkdir(parents=True, exist_ok=True)
    for number in range(0, len(made), COLUMNS * ROWS):
        sheet = Image.new("RGB", (COLUMNS * 2 * HEIGHT, ROWS * (HEIGHT + 20)), "white")
        pen = ImageDraw.Draw(sheet)
        for at, (person, crop, picture, *_) in enumerate(made[number : number + COLUMNS * ROWS]):
            left, top = at % COLUMNS * 2 * HEIGHT, at // COLUMNS * (HEIGHT + 20)
            before, after = picture.copy(), picture.crop(crop.box)
            ImageDraw.Draw(before).rectangle(crop.box, outline="red", width=max(3, before.height // 150))
            for one, more in ((before, 0), (after, HEIGHT)):
                one.thumbnail((HEIGHT - 6, HEIGHT))
                sheet.paste(one, (left + more, top))
            pen.text((left, top + HEIGHT), f"{number + at} {person} {crop.kind}", fill="black")
        sheet.save(sheets / f"crops-{number // (COLUMNS * ROWS):02d}.png")


if __name__ == "__main__":
    raise SystemExit(main(*map(Path, sys.argv[1:])))
