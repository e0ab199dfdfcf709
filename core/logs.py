"""JSON logs in the specification's format: one folder a service, one file a day, gzip after 7 days, gone after 30."""

from __future__ import annotations

import gzip
import logging
import shutil
import threading
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from . import atomic, correlation
from .clock import Clock, SystemClock, iso
from .paths import LOG_FOLDERS
from .private_files import append_to
from .redaction import redact, redact_value

SERVICES = LOG_FOLDERS
COMPRESS_AFTER_DAYS = 7
DELETE_AFTER_DAYS = 30
#: So many days without a log may be those of a clock that is wrong now.
_SURE_DAYS = 2
_DAY_S = 86_400.0
ROOT_LOGGER = "isengard"


class LineFormatter(JsonFormatter):
    """`timestamp, level, service, correlation_id, message, context`, redacted, and nothing else."""

    def __init__(self, service: str, clock: Clock) -> None:
        super().__init__(json_ensure_ascii=False, json_default=lambda value: redact(str(value)))
        self._service = service
        self._clock = clock

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return log_data

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        """Text by text, before it is JSON: redacting the line itself would eat quotes and leave no JSON behind."""
        context = redact_value(getattr(record, "context", {}) or {})
        if record.exc_info:
            context["exception"] = redact(str(self.formatException(record.exc_info)))
        log_data.update(
            timestamp=iso(self._clock.now()),
            level=record.levelname,
            service=self._service,
            correlation_id=redact(getattr(record, "correlation_id", "") or correlation.current()),
            message=redact(record.getMessage()),
            context={"logger": record.name, **context},
        )


class DailyFileHandler(logging.Handler):
    """Appends to `<folder>/YYYY-MM-DD.log`; at the first line of a day it compresses and deletes old files."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        super().__init__()
        self._folder = folder
        self._clock = clock
        self._day: date | None = None
        self._tidied_at = 0.0
        self._write_lock = threading.Lock()
        self._failing = False

    def emit(self, record: logging.LogRecord) -> None:
        """A disk that takes no lines is told once, on the console, until it takes them again; not at every line."""
        try:
            self.write(self.format(record))
            self._failing = False
        except OSError as fault:
            if not self._failing:
                logging.getLogger().error("[Isengard] its log cannot be written: %s", fault.strerror or fault)
            self._failing = True

    def write(self, line: str) -> None:
        today = self._clock.now().date()
        with self._write_lock:
            if today != self._day:
                # not those above it: a data folder that was taken away is not made again
                self._folder.mkdir(exist_ok=True, mode=0o700)
                tidy(self._folder, today, self._has_seen(today))
                self._day, self._tidied_at = today, self._clock.monotonic()
            file = self._folder / f"{today.isoformat()}.log"
            # half a surrogate pair, which JSON can carry and UTF-8 cannot, stays JSON: \ud800
            with append_to(file) as stream:
                stream.write(line + "\n")

    def _has_seen(self, today: date) -> bool:
        """Whether so much time has passed here, too, since the day before."""
        passed_days = (self._clock.monotonic() - self._tidied_at) / _DAY_S
        return self._day is not None and (today - self._day).days - passed_days < _SURE_DAYS


def tidy(folder: Path, today: date, seen: bool = False) -> None:
    """Compress logs older than 7 days and delete those older than 30; only files named like ours are touched.

    One that cannot be, since another program shows it (Windows) or the disk is full, waits for the next day: no new line does. Unless
    the days before `today` were `seen` to pass, a clock that is ahead deletes nothing on its first day.
    """
    days = {file: day for file in folder.iterdir() if (day := _day_of(file)) is not None}
    sure = today if seen else _sure(today, days.values())
    for file, day in days.items():
        with suppress(OSError):
            _tidy(file, today - day, sure - day)


def _sure(today: date, days: Iterable[date]) -> date:
    """The day that it is at least: today where there are logs of the last days, else the day after the newest."""
    newest = max((day for day in days if day < today), default=today)
    return today if today - newest <= timedelta(days=_SURE_DAYS) else newest + timedelta(days=1)


def _tidy(file: Path, age: timedelta, sure_age: timedelta) -> None:
    if sure_age > timedelta(days=DELETE_AFTER_DAYS):
        file.unlink(missing_ok=True)
    elif age > timedelta(days=COMPRESS_AFTER_DAYS) and file.suffix == ".log":
        with file.open("rb") as source:
            atomic.write_with(file.with_name(file.name + ".gz"), partial(_gzip, source))
        file.unlink(missing_ok=True)


def _gzip(source: Any, target: Any) -> None:
    with gzip.GzipFile(fileobj=target, mode="wb", filename="") as packed:
        shutil.copyfileobj(source, packed)


def _day_of(file: Path) -> date | None:
    name = file.name.removesuffix(".gz")
    if not name.endswith(".log"):
        return None
    try:
        return date.fromisoformat(name.removesuffix(".log"))
    except ValueError:
        return None


def setup_logging(
    service: str, folder: Path, level: str = "INFO", clock: Clock | None = None
) -> DailyFileHandler:
    """Send everything below the logger `isengard` to `folder/<service>/`; replaces an earlier set-up. Returns the handler."""
    clock = clock or SystemClock()
    logger = logging.getLogger(ROOT_LOGGER)
    for old in [handler for handler in logger.handlers if isinstance(handler, DailyFileHandler)]:
        logger.removeHandler(old)
    handler = daily_handler(service, folder, clock)
    logger.addHandler(handler)
    logger.setLevel(level)
    logger.propagate = False  # ComfyUI's console stays ComfyUI's
    return handler


def daily_handler(service: str, folder: Path, clock: Clock) -> DailyFileHandler:
    """A handler for one service; the server uses a second one for the panel's own lines (`frontend`)."""
    if service not in SERVICES:
        raise ValueError(f"unknown log service {service!r}")
    handler = DailyFileHandler(folder / service, clock)
    handler.setFormatter(LineFormatter(service, clock))
    return handler
