"""How long things have lain in the trash by our own count. The time at which something was deleted may be that of a clock that was
wrong then, or the clock may be wrong now: neither empties the trash before its time.

What is kept holds no name and no id, only their hashes, and of what is still in the trash.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .. import atomic
from ..clock import Clock, iso, moment
from ..paths import DataPaths

STATE_FILE = "trash-count.json"
#: Nobody has looked for longer: it is the clock that jumped, and none of it counts.
MOST_DAYS_AWAY = 200.0
#: Looked at once a day: a thing's last day need not be whole.
_SLACK = 0.5
#: Since when what was there before we counted has been: its own time alone decides.
_LONG_AGO = -100_000.0
_DAY_S = 86_400.0
_log = logging.getLogger("isengard.trash")

#: Whether we have seen what is called so (an id, or a file's name) in the trash for long enough.
Ripe = Callable[[str], bool]


def always(name: str) -> bool:
    """Answer for what a person empties now, and where nobody counts."""
    return True


def never(name: str) -> bool:
    """Answer where it could not be counted."""
    return False


@dataclass(frozen=True)
class _Count:
    """`days`: how many have been counted; `since`: at which of them each thing was first seen, by its hash."""

    at: datetime
    days: float
    since: Mapping[str, float]


def look(paths: DataPaths, clock: Clock, names: Collection[str], kept_days: int) -> Ripe:
    """Count what is in the trash now, all of it; the answer to what has been there for `kept_days`. OSError."""
    now, before = clock.now(), _read(paths)
    if before is None:
        days, since = 0.0, {_key(name): _LONG_AGO for name in names}
    else:
        passed = (now - before.at).total_seconds() / _DAY_S
        days = before.days + (passed if 0 < passed <= MOST_DAYS_AWAY else 0)
        since = {key: before.since.get(key, days) for key in map(_key, names)}
    atomic.write_json(paths.run / STATE_FILE, {"at": iso(now), "days": days, "since": since})
    return lambda name: days - since.get(_key(name), days) >= kept_days - _SLACK


def _key(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def _read(paths: DataPaths) -> _Count | None:
    """None before the first look, and for what cannot be read."""
    try:
        content: dict[str, Any] = json.loads((paths.run / STATE_FILE).read_text(encoding="utf-8"))
        since = {str(key): float(day) for key, day in content["since"].items()}
        return _Count(moment(content["at"]), float(content["days"]), since)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as damage:
        context = {"reason": type(damage).__name__}
        _log.warning("The count of what is in the trash begins anew", extra={"context": context})
        return None
