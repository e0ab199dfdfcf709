"""run/recovered-<code>.json: what was rebuilt after damage or loss, kept until a person has read it. The newest of a kind wins."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import get_args

from pydantic import ValidationError

from .. import atomic
from ..errors import NotFoundError
from ..paths import DataPaths
from ..records.recovery import Recovery, RecoveryCode

_log = logging.getLogger("isengard.recoveries")


class Recoveries:
    """Notices of one data folder, whoever rebuilt: a server or a worker, here or on another machine."""

    def __init__(self, paths: DataPaths) -> None:
        self._folder, self._root = paths.run, paths.root

    def tell(self, recovery: Recovery) -> None:
        """Note a recovery. Never fails: what was lost is back already, this is only its word."""
        try:
            atomic.write_json(self._file(recovery.code), recovery.model_dump(mode="json"))
        except OSError as fault:
            context = {"code": recovery.code, "reason": str(fault)}
            _log.warning("A recovery could not be noted", extra={"context": context})

    def tell_one_more(self, recovery: Recovery) -> None:
        """Note a recovery beside those of its kind that nobody has read yet."""
        before = _read(self._file(recovery.code))
        count = recovery.count + (before.count if before is not None else 0)
        self.tell(recovery.model_copy(update={"count": count}))

    def untold(self) -> list[Recovery]:
        """Notices that nobody has read yet, oldest first. A damaged file may have gone since, with a person who was forgotten."""
        notices = [_read(self._file(code)) for code in get_args(RecoveryCode)]
        oldest_first = sorted(
            (notice for notice in notices if notice is not None), key=lambda notice: notice.at
        )
        return [
            notice if (self._root / notice.file).exists() else notice.model_copy(update={"file": ""})
            for notice in oldest_first
        ]

    def dismiss(self, code: str) -> None:
        """Remove a notice that was read: it never comes back. NotFoundError for what is not such a code."""
        if code not in get_args(RecoveryCode):
            raise NotFoundError("recovery_not_found", "There is no such message.", "Reload this page.")
        self._file(code).unlink(missing_ok=True)

    def _file(self, code: str) -> Path:
        return self._folder / f"recovered-{code}.json"


def _read(file: Path) -> Recovery | None:
    try:
        return Recovery.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as damage:
        context = {"file": file.name, "reason": type(damage).__name__}
        _log.warning("A recovery's note cannot be read", extra={"context": context})
        return None
