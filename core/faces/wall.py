"""What the pictures of a wall tell of one version: a row to choose among. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .choosing import WallRow
from .face import Face, Seen
from .flexibility import Drawn, flexibility
from .likeness import faces_of_people, judge
from .yardstick import TrainedOn, Yardstick, copies_photo


@dataclass(frozen=True)
class WallPicture:
    """A picture of a wall as it was seen. `scene`: one of scenes.py, or what else tells it from the others at its strength;
    `stranger`: its prompt has no trigger; `strength` 0: drawn without the LoRA."""

    scene: str
    strength: float
    seen: Seen
    stranger: bool = False


def wall_row(
    file: str,
    pictures: Sequence[WallPicture],
    without: Sequence[WallPicture],
    yardstick: Yardstick,
    training: TrainedOn,
) -> WallRow:
    """Make the row of a version from its pictures, and from those `without` the LoRA, which all versions share."""
    shown = [picture for picture in pictures if not picture.stranger]
    looks = [_copies(picture, yardstick, training) for picture in shown]
    told = [look for look in looks if look is not None]
    row = WallRow(
        file,
        {(picture.scene, picture.strength): _score(picture, yardstick) for picture in shown},
        copied=sum(told),
        told=len(told),
        flexible=_flexibility(shown, without, yardstick),
    )
    strangers, bare = (_strangers(group, yardstick) for group in (pictures, without))
    if not strangers:
        return row
    return replace(row, stranger=max(strangers), stranger_without=max(bare, default=None))


def face_of(seen: Seen, yardstick: Yardstick) -> Face | None:
    """Find the face in a picture of one person."""
    return faces_of_people(seen.faces, [yardstick.references])[0]


def _score(picture: WallPicture, yardstick: Yardstick) -> float | None:
    return judge(picture.seen.faces, yardstick.references, own=yardstick.reach).score


def _strangers(pictures: Sequence[WallPicture], yardstick: Yardstick) -> list[float]:
    scores = [_score(picture, yardstick) for picture in pictures if picture.stranger]
    return [score for score in scores if score is not None]


def _copies(picture: WallPicture, yardstick: Yardstick, training: TrainedOn) -> bool | None:
    face = face_of(picture.seen, yardstick)
    return None if face is None else copies_photo(face, training)


def _flexibility(
    shown: Sequence[WallPicture], without: Sequence[WallPicture], yardstick: Yardstick
) -> float | None:
    strengths: dict[float, dict[str, Drawn]] = {}
    for picture in shown:
        if (drawn := _drawn(picture, yardstick)) is not None:
            strengths.setdefault(picture.strength, {})[picture.scene] = drawn
    bare = {picture.scene: _drawn(picture, yardstick) for picture in without if not picture.stranger}
    return flexibility(strengths, {scene: drawn for scene, drawn in bare.items() if drawn is not None})


def _drawn(picture: WallPicture, yardstick: Yardstick) -> Drawn | None:
    scene = picture.seen.scene
    return None if scene is None else Drawn(scene, face_of(picture.seen, yardstick))
