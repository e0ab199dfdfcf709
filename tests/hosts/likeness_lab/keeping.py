"""What was told of simulated walls so far, in a file: a run of an hour can be taken up again. Scores only, nothing that describes a face."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from isengard.core.faces.choosing import choose

from .kinds import Cast
from .over_http import Answer, Told
from .verdicts import Sign, case_of, signs_of
from .walls import Wall


@dataclass(frozen=True)
class Computed:
    """What the rules say of a wall without a server."""

    signs: Sequence[Sign]
    best: str | None
    faults: Mapping[str, Sequence[str]]

    def is_told_by(self, answer: Answer) -> bool:
        """Tell whether a server chooses as the rules do."""
        return answer.best == self.best and answer.faults == self.faults


def computed(wall: Wall) -> Computed:
    case = case_of(wall)
    choice = choose(case.rows, case.own)
    return Computed(signs_of([wall]), choice.best, {file: list(why) for file, why in choice.faults.items()})


class Kept:
    """Read again from `file` where it is there, and written after every wall."""

    def __init__(self, file: Path) -> None:
        self._file = file
        told = json.loads(file.read_text()) if file.is_file() else {"computed": {}, "answers": {}}
        self.computed = {key: _computed(one) for key, one in told["computed"].items()}
        self.answers = {key: [_answer(one) for one in each] for key, each in told["answers"].items()}

    def keep(self) -> None:
        told = {
            "computed": {key: asdict(one) for key, one in self.computed.items()},
            "answers": {key: [asdict(one) for one in each] for key, each in self.answers.items()},
        }
        written = self._file.with_suffix(".new")
        written.write_text(json.dumps(told))
        written.replace(self._file)


def key_of(cast: Cast) -> str:
    """The same in the next run."""
    return f"{cast.person}-{cast.seed}"


def _computed(told: dict[str, Any]) -> Computed:
    signs = [Sign(**{**one, "found": tuple(one["found"]) if one["found"] else None}) for one in told["signs"]]
    return Computed(signs, told["best"], told["faults"])


def _answer(told: dict[str, Any]) -> Answer:
    return Answer(**{**told, "pictures": [Told(**one) for one in told["pictures"]]})
