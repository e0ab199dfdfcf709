"""What the rules of core/faces say of measured walls: copies, flexibility, the choice."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from isengard.core.faces.choosing import WallRow, choose
from isengard.core.faces.copying import GAP, NEAREST, signs
from isengard.core.faces.wall import WallPicture, wall_row
from isengard.core.faces.yardstick import TrainedOn, Yardstick, yardstick_of

from .kinds import AVERAGES, BAD, KINDS, SOFT
from .walls import Wall

#: Thresholds that are tried, and how many false ones a choice of them may bring.
RATIOS = [0.6 + 0.025 * step for step in range(13)]
GAPS = [0.02 * step for step in range(11)]
MOST_FALSE, MOST_AVERAGES = 0.01, 0.03
MANY_ORDERS = 20


@dataclass(frozen=True)
class Sign:
    """A picture with a face: whose wall, which kind, whether it copies, and the two signs of it (None: cannot be told)."""

    person: str
    kind: str
    copies: bool
    found: tuple[float, float] | None

    def told(self, nearest: float = NEAREST, gap: float = GAP) -> bool:
        return self.found is not None and self.found[0] < nearest and self.found[1] > gap


def signs_of(walls: Iterable[Wall]) -> list[Sign]:
    return [
        Sign(wall.person, kind, one.copies, signs(one.seen.faces[0], wall.trained, wall.held_out))
        for wall in walls
        for kind, shown in wall.shown.items()
        for one in shown
        if one.seen.faces
    ]


@dataclass(frozen=True)
class Rates:
    """Shares of the copies that are caught, and of the others and of the average faces that are taken for copies."""

    caught: float
    false: float
    average: float
    copies: int
    others: int
    averages: int

    def __str__(self) -> str:
        return (
            f"caught {self.caught:.1%} of {self.copies} · false {self.false:.1%} of {self.others} · "
            f"average face {self.average:.1%} of {self.averages}"
        )


def rates(found: Sequence[Sign], nearest: float = NEAREST, gap: float = GAP) -> Rates:
    copies = [one.told(nearest, gap) for one in found if one.copies and one.kind not in SOFT]
    others = [one.told(nearest, gap) for one in found if not one.copies and one.kind not in AVERAGES]
    averages = [one.told(nearest, gap) for one in found if one.kind in AVERAGES]
    shares = (sum(each) / max(len(each), 1) for each in (copies, others, averages))
    return Rates(*shares, len(copies), len(others), len(averages))


def thresholds(found: Sequence[Sign]) -> tuple[float, float]:
    """The (ratio, gap) that catch most copies at few false ones; of those nearly as good the strictest, since a false one may cost a
    good version its place while a memorised one copies again and again."""
    tried = {(nearest, gap): rates(found, nearest, gap) for nearest in RATIOS for gap in GAPS}
    fine = {at: one for at, one in tried.items() if one.false <= MOST_FALSE and one.average <= MOST_AVERAGES}
    most = max((one.caught for one in (fine or tried).values()), default=0)
    nearly = [at for at, one in (fine or tried).items() if one.caught >= most - 0.01]
    return min(nearly, key=lambda at: (at[0], -at[1]))


def halves_of(found: Iterable[Sign]) -> tuple[set[str], set[str]]:
    """Every other person, and the rest."""
    people = sorted({one.person for one in found})
    return set(people[::2]), set(people[1::2])


def thresholds_of_others(found: Sequence[Sign]) -> dict[str, tuple[float, float]]:
    """For each person the thresholds that the other half of the people chose."""
    halves = halves_of(found)
    return {
        person: thresholds([one for one in found if one.person in others])
        for half, others in (halves, halves[::-1])
        for person in half
    }


def row_of(wall: Wall, kind: str) -> WallRow:
    """A version's row as the server makes one."""
    shown = [WallPicture(one.scene, one.strength, one.seen) for one in wall.shown[kind]]
    without = [WallPicture(scene, 0.0, seen) for scene, seen in wall.without.items()]
    return wall_row(kind, shown, without, yardstick(wall), _training(wall))


def yardstick(wall: Wall) -> Yardstick:
    return yardstick_of([*wall.held_out, *wall.trained], [_training(wall)])


def _training(wall: Wall) -> TrainedOn:
    return TrainedOn(wall.trained, wall.held_out)


@dataclass(frozen=True)
class Case:
    """A wall as the choice sees it."""

    rows: list[WallRow]
    own: float | None


def case_of(wall: Wall) -> Case:
    return Case([row_of(wall, kind) for kind in KINDS], yardstick(wall).own)


def chosen(cases: Sequence[Case], *, blind_to: str = "", order: str = "training") -> Counter[str]:
    """How often which kind is best; `blind_to` copies or flexibility; `order` training, backwards or a number that mixes."""
    blinded = {"copies": {"copied": 0}, "flexibility": {"flexible": None}}.get(blind_to, {})
    found: Counter[str] = Counter()
    for case in cases:
        rows = _ordered([replace(row, **blinded) for row in case.rows], order)
        found[choose(rows, case.own).best or "none"] += 1
    return found


def _ordered(rows: list[WallRow], order: str) -> list[WallRow]:
    if order == "training":
        return rows
    if order == "backwards":
        return rows[::-1]
    return random.Random(order).sample(rows, len(rows))


def bad_ones(cases: Sequence[Case]) -> int:
    """How often, over all walls and orders, a version is best that nobody may be given."""
    orders = ["training", "backwards", *(str(number) for number in range(MANY_ORDERS))]
    found = [chosen(cases, order=order) for order in orders]
    return sum(count for each in found for kind, count in each.items() if kind in BAD)
