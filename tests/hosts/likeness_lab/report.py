"""The figures of measured walls as text, and whether they reach what is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median

from .kinds import BAD, FIT, KINDS
from .verdicts import Case, Sign, bad_ones, case_of, chosen, halves_of, rates, signs_of, thresholds
from .walls import Wall

CAUGHT, FALSE, AVERAGE = 0.95, 0.02, 0.05


def report(walls: Sequence[Wall]) -> tuple[str, bool]:
    """Tell the figures, and whether copies are caught, few others are taken for one, and nothing memorised, cooked, unlike or of
    somebody else is ever best."""
    found, cases = signs_of(walls), [case_of(wall) for wall in walls]
    all_of = rates(found)
    holds = all_of.caught >= CAUGHT and all_of.false <= FALSE and all_of.average <= AVERAGE
    head = f"{len(walls)} walls of {len({wall.person for wall in walls})} people"
    lines = [head, *_copies(found), "", *_kinds(cases), "", *_choices(cases)]
    return "\n".join(lines), holds and bad_ones(cases) == 0


def _copies(found: Sequence[Sign]) -> list[str]:
    lines = [f"copies: {rates(found)}"]
    for kind in dict.fromkeys(one.kind for one in found):
        of_kind = [one for one in found if one.kind == kind]
        told = sum(one.told() for one in of_kind)
        untold = sum(one.found is None for one in of_kind)
        lines.append(f"  {kind:<13}{told:>4} of {len(of_kind):>4} called copies, {untold} cannot be told")
    halves = halves_of(found)
    for chosen_on, shown_on in (halves, halves[::-1]):
        nearest, gap = thresholds([one for one in found if one.person in chosen_on])
        rest = [one for one in found if one.person in shown_on]
        lines.append(
            f"chosen on {len(chosen_on)} people: u < {nearest:.3f}, gap > {gap:.2f}; on the other {len(shown_on)}: {rates(rest, nearest, gap)}"
        )
        lines.append(f"  the rule's own thresholds on those: {rates(rest)}")
    return lines


def _kinds(cases: Sequence[Case]) -> list[str]:
    lines = [f"{'kind':<13}{'likeness':>9}{'F':>6}{'C':>6}{'faces':>7}  (medians over the walls)"]
    for at, kind in enumerate(KINDS):
        of_kind = [case.rows[at] for case in cases]
        shares = [len(row.scores) / len(row.cells) for row in of_kind]
        lines.append(
            f"{kind:<13}{median(row.likeness or 0 for row in of_kind):>9.3f}{median(row.flexible or 0 for row in of_kind):>6.2f}"
            f"{median(row.copies for row in of_kind):>6.2f}{median(shares):>7.2f}"
        )
    return lines


def _choices(cases: Sequence[Case]) -> list[str]:
    asked = {
        "in the order of training": {},
        "backwards": {"order": "backwards"},
        "mixed": {"order": "1"},
        "backwards without C": {"blind_to": "copies", "order": "backwards"},
        "backwards without F": {"blind_to": "flexibility", "order": "backwards"},
    }
    lines = [f"best, {name}: {_told(chosen(cases, **how))}" for name, how in asked.items()]
    return [*lines, f"never fit to be best, chosen in all walls and 22 orders: {bad_ones(cases)} times"]


def _told(found: Counter[str]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in found.most_common()) + (
        "" if set(found) <= FIT | BAD else " (none: nothing fit)"
    )
