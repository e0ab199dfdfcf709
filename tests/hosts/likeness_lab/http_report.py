"""What servers told of simulated walls, as text, and whether it reaches what is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

from .kinds import AVERAGES, BAD, KINDS, SOFT
from .over_http import Answer, Told
from .report import AVERAGE, CAUGHT, FALSE


def report(answers: Sequence[Answer], title: str) -> tuple[str, bool]:
    """Tell the figures, and whether copies are caught, few others are taken for one, and nothing that nobody may be given is best."""
    told = [picture for answer in answers for picture in answer.pictures]
    caught, false, average = shares(told)
    bad = [answer for answer in answers if answer.best in BAD]
    people = len({answer.person for answer in answers})
    lines = [
        f"over HTTP, {title}: {len(answers)} walls of {people} people, {len(told)} pictures",
        f"  caught {_share(caught)} · false {_share(false)} · average face {_share(average)} · "
        f"softened copies {_share([_is_told(one) for one in told if one.kind in SOFT])}",
        *_pictures(told),
        *_versions(answers),
        f"  best: {_counted(answer.best or 'none' for answer in answers)}",
        f"  memorised, cooked, unlike or drifted best in {len(bad)} of {len(answers)} walls",
    ]
    holds = _mean(caught) >= CAUGHT and _mean(false) <= FALSE and _mean(average) <= AVERAGE and not bad
    return "\n".join(lines), holds


def walls(answers: Sequence[Answer]) -> list[str]:
    """A line for each wall: what is best, which were equally good, and why each of the others is not."""
    return [
        f"  {answer.person} best {answer.best or 'none':<9} equal {', '.join(answer.tied) or '-':<17} "
        + "; ".join(f"{kind} {'+'.join(why)}" for kind, why in answer.faults.items() if why)
        for answer in answers
    ]


def shares(told: Iterable[Told]) -> tuple[list[bool], list[bool], list[bool]]:
    """Of the copies, of the others and of the average faces: whether each was called a copy. Softened copies are none of these, nor is
    what shows no face."""
    seen = [one for one in told if one.kind not in SOFT and one.copied is not None]
    return (
        [_is_told(one) for one in seen if one.copies],
        [_is_told(one) for one in seen if not one.copies and one.kind not in AVERAGES],
        [_is_told(one) for one in seen if one.kind in AVERAGES],
    )


def _pictures(told: Sequence[Told]) -> list[str]:
    lines = []
    for kind in dict.fromkeys(one.kind for one in told):
        of_kind = [one for one in told if one.kind == kind]
        copies = [_is_told(one) for one in of_kind if one.copies]
        others = [_is_told(one) for one in of_kind if not one.copies]
        unknown = sum(one.copied is None for one in of_kind)
        lines.append(
            f"  {kind:<13} copies {_share(copies):>16}, others {_share(others):>16}, {unknown} cannot be told"
        )
    return lines


def _versions(answers: Sequence[Answer]) -> list[str]:
    lines = [f"  {'kind':<13}{'match':>7}{'flexible':>10}{'copied':>8}   faults"]
    for kind in KINDS:
        scores = [answer.scores[kind] for answer in answers]
        copied = [one["copied"] / one["told"] for one in scores if one.get("told")]
        faults = _counted(fault for answer in answers for fault in answer.faults[kind])
        lines.append(
            f"  {kind:<13}{_middle(scores, 'likeness'):>7.3f}{_middle(scores, 'flexible'):>10.2f}{median(copied or [0]):>8.2f}   {faults or '-'}"
        )
    return lines


def _middle(scores: Sequence[dict[str, float]], name: str) -> float:
    return median([one[name] for one in scores if name in one] or [0.0])


def _is_told(one: Told) -> bool:
    return bool(one.copied)


def _share(found: Sequence[bool]) -> str:
    return f"{_mean(found):.1%} of {len(found)}" if found else "-"


def _mean(found: Sequence[bool]) -> float:
    return sum(found) / max(len(found), 1)


def _counted(found: Iterable[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in Counter(found).most_common())
