"""The GPU lent to pictures for a while: one file says to whom, so that it survives restarts and every slot sees it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from ...core import atomic
from ...core.clock import Clock, iso, moment
from ...core.paths import DataPaths

FILE = "lending.json"
#: A file that nobody looks after any more (ComfyUI never came back) holds the GPU no longer than this.
FORGOTTEN_AFTER = timedelta(minutes=30)


@dataclass(frozen=True)
class Lending:
    """`until` is when the training goes on by itself; '' while it still saves and stops. `person` is since when a person has it, who may
    have asked while the saves of the training were drawn; '' where nobody has."""

    job_id: str
    asked_at: str
    until: str = ""
    person: str = ""

    def is_over(self, clock: Clock) -> bool:
        """Also when it would go on for longer than anything is lent: then the clock was set back."""
        return bool(self.until) and not timedelta(0) < moment(self.until) - clock.now() < FORGOTTEN_AFTER


def read(paths: DataPaths) -> Lending | None:
    """Read what is lent; None when nothing is, and for a file that is not ours."""
    try:
        content = json.loads(_file(paths).read_text(encoding="utf-8"))
        lending = Lending(
            **{name: str(content[name]) for name in ("job_id", "asked_at", "until")},
            person=str(content.get("person", "")),
        )
        for at in (lending.until or lending.asked_at, lending.person or lending.asked_at):
            moment(at)
        return lending
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(paths: DataPaths, lending: Lending) -> None:
    atomic.write_json(_file(paths), asdict(lending))


def clear(paths: DataPaths) -> None:
    _file(paths).unlink(missing_ok=True)


def holds_gpu(paths: DataPaths, clock: Clock) -> bool:
    """Tell whether no training may start on this machine's GPU now."""
    lending = read(paths)
    if lending is None:
        return False
    since = lending.until or lending.asked_at
    return abs(moment(since) - clock.now()) < FORGOTTEN_AFTER


def asked_before(clock: Clock, lending: Lending, seconds: float) -> bool:
    """Tell whether it was asked for longer ago than that, or a clock that was set says so."""
    return abs(moment(lending.asked_at) - clock.now()) > timedelta(seconds=seconds)


def lent_until(clock: Clock, seconds: float) -> str:
    return iso(clock.now() + timedelta(seconds=seconds))


def _file(paths: DataPaths) -> Path:
    return paths.run / FILE
