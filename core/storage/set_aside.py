"""record.corrupt-<id>.json: the text of one damaged record of a database, kept in the data folder, and its word to a person."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from .. import atomic
from ..clock import Clock, iso
from ..paths import DataPaths
from ..records.recovery import Recovery, RecoveryCode
from .recovery_notices import Recoveries

_log = logging.getLogger("isengard.documents")


def set_aside(
    paths: DataPaths, clock: Clock, *, table: str, record_id: str, text: str, came_back: bool
) -> None:
    """Keep what the row said and tell it; once, however often the same text is met. Its row is the caller's.

    `came_back`: the record was rebuilt from the file beside what it describes. Never fails, as that has happened already.
    """
    file = paths.root / f"record.corrupt-{record_id}.json"
    content = {"table": table, "id": record_id, "text": text}
    if _read(file) == content:
        return
    try:
        atomic.write_json(file, content)
    except OSError as fault:
        context = {"record": record_id, "reason": str(fault)}
        _log.warning("A damaged record could not be kept", extra={"context": context})
    code: RecoveryCode = "records_rebuilt" if came_back else "records_left_out"
    Recoveries(paths).tell_one_more(Recovery(code=code, at=iso(clock.now()), count=1, file=file.name))
    details = {"table": table, "record": record_id, "rebuilt": came_back, "kept_as": file.name}
    _log.error("A damaged record was set aside", extra={"context": details})


def _read(file: Path) -> object:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
