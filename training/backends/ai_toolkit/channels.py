"""What AI-Toolkit tells while it runs: its Job row, its loss database, and, where it has neither, the bars in its log."""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....core.storage.database import address_of
from ...interface import LossPoint
from ...job_folder.attempt_log import of_this_attempt

JOB_ID = "job"
_COLUMNS = "id TEXT PRIMARY KEY, status TEXT, info TEXT, step INTEGER, total_steps INTEGER, speed_string TEXT"
_FLAGS = ("stop", "return_to_queue", "save_now", "sample_now")
_BUSY_S = 2.0
_MAX_POINTS = 2000
LOG_TAIL_BYTES = 64 * 1024
_HEAD_BYTES = 4 * 1024 * 1024
_FULL = 100
_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_SPEED = re.compile(r"([\d.]+)\s*(iter/sec|sec/iter)")


@dataclass(frozen=True)
class JobRow:
    status: str
    info: str
    step: int
    seconds_per_step: float | None


@dataclass(frozen=True)
class Bar:
    """The newest tqdm line of the run; `rate` in seconds a step."""

    step: int
    total: int
    seconds_per_step: float | None
    loss: float | None
    learning_rate: float | None


def create_job_db(path: Path) -> None:
    """A fresh Job table with our one row; AI-Toolkit needs nothing else of its interface's database."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        flags = ", ".join(f"{flag} BOOLEAN DEFAULT 0" for flag in _FLAGS)
        connection.execute(f"CREATE TABLE Job ({_COLUMNS}, {flags})")
        connection.execute("INSERT INTO Job (id, status, info, step) VALUES (?, 'queued', '', 0)", (JOB_ID,))
    finally:
        connection.close()


def set_flag(path: Path, flag: str) -> None:
    """Raise `stop` or `save_now`; they are read every step. sqlite3.Error when the file is not there."""
    if flag not in _FLAGS:
        raise ValueError(f"AI-Toolkit knows no flag {flag}")
    connection = sqlite3.connect(
        f"{address_of(path)}?mode=rw", uri=True, timeout=_BUSY_S, isolation_level=None
    )
    try:
        connection.execute(f"UPDATE Job SET {flag}=1 WHERE id=?", (JOB_ID,))  # noqa: S608 - checked above
    finally:
        connection.close()


def read_job(path: Path) -> JobRow | None:
    """The row as the trainer left it, or None while it cannot be read."""
    rows = _query(path, "SELECT status, info, step, speed_string FROM Job WHERE id=?", (JOB_ID,))
    if not rows:
        return None
    status, info, step, speed = rows[0]
    return JobRow(str(status or ""), str(info or ""), int(step or 0), _seconds(str(speed or "")))


def read_losses(path: Path, after_step: int) -> list[LossPoint]:
    """Loss and learning rate of the steps after `after_step`, as counted from 1."""
    sql = (
        "SELECT l.step, l.value_real, r.value_real FROM metrics l LEFT JOIN metrics r"
        " ON r.step=l.step AND r.key='learning_rate' WHERE l.key='loss/loss' AND l.step >= ?"
        " ORDER BY l.step LIMIT ?"
    )
    rows = _query(path, sql, (after_step, _MAX_POINTS))
    # SQLite keeps "not a number" as NULL
    return [
        LossPoint(int(step) + 1, float("nan") if loss is None else float(loss), rate)
        for step, loss, rate in rows
    ]


def forget_losses(path: Path, after_step: int) -> None:
    """Forget what an attempt before has left of the steps after `after_step`: until the trainer does it itself, at its first step, the
    new attempt would be judged by those numbers. sqlite3.Error for a database that cannot be written."""
    if not path.exists():
        return
    connection = sqlite3.connect(
        f"{address_of(path)}?mode=rw", uri=True, timeout=_BUSY_S, isolation_level=None
    )
    try:
        for table in ("metrics", "steps"):
            connection.execute(f"DELETE FROM {table} WHERE step >= ?", (after_step,))  # noqa: S608 - ours
    finally:
        connection.close()


def read_held_out_loss(path: Path) -> float | None:
    """The newest loss on the photos that were held back."""
    rows = _query(path, "SELECT value_real FROM metrics WHERE key='val/loss' ORDER BY step DESC LIMIT 1", ())
    value = rows[0][0] if rows else None
    return float(value) if value is not None and math.isfinite(value) else None


def skipped_steps(path: Path, first: int, end: int) -> int:
    """Steps from `first` to before `end`, counted from 0, that ran out of video memory: those have a learning rate and no loss."""
    sql = (
        "SELECT COUNT(*) FROM metrics r LEFT JOIN metrics l ON l.step=r.step AND l.key='loss/loss'"
        " WHERE r.key='learning_rate' AND r.step >= ? AND r.step < ? AND l.step IS NULL"
    )
    rows = _query(path, sql, (first, end))
    return int(rows[0][0]) if rows else 0


def _query(path: Path, sql: str, parameters: tuple[object, ...]) -> list[tuple[Any, ...]]:
    if not path.exists():
        return []
    try:
        connection = sqlite3.connect(f"{address_of(path)}?mode=ro", uri=True, timeout=_BUSY_S)
    except sqlite3.Error:
        return []
    try:
        return connection.execute(sql, parameters).fetchall()
    except sqlite3.Error:
        return []
    finally:
        connection.close()


def read_tail(log: Path, limit: int = LOG_TAIL_BYTES) -> list[str]:
    """The last lines that the present attempt left in a trainer's log, bars split apart and colours removed."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - limit))
            text = stream.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    lines = [line for part in re.split(r"[\r\n]+", text) if (line := _ESCAPES.sub("", part).rstrip())]
    return of_this_attempt(lines)


def read_bar(lines: Sequence[str], name: str) -> Bar | None:
    """The newest progress bar of the run called `name`; other bars (downloads, latents) are left alone."""
    return next(_bars(reversed(lines), name), None)


def began_at(lines: Sequence[str], name: str) -> int | None:
    """The step at which the run called `name` began, as its first bar in `lines` says."""
    return next((bar.step for bar in _bars(lines, name)), None)


def _bars(lines: Iterable[str], name: str) -> Iterator[Bar]:
    pattern = re.compile(
        rf"^{re.escape(name)}:\s+\d+%\|.*\|\s*(?P<step>\d+)/(?P<total>\d+) \[[\d:]+<[\d:?]+,"
        r"\s*(?P<rate>[\d.]+|\?)(?P<unit>it/s|s/it)(?:, lr: (?P<lr>[\d.e+-]+))?(?:.*?\bloss: (?P<loss>[\d.e+-]+))?"
    )
    for line in lines:
        match = pattern.match(line)
        if match:
            yield Bar(
                step=int(match["step"]),
                total=int(match["total"]),
                seconds_per_step=_rate(match["rate"], match["unit"]),
                loss=_number(match["loss"]),
                learning_rate=_number(match["lr"]),
            )


#: Bars of the time before the first step -> our phase. The newest bar that is not yet full counts.
_BARS = (
    (
        re.compile(
            r"^(?:Fetching \d+ files|Downloading .*|[\w.-]+\.(?:safetensors|json|model|bin|gguf)):\s+(\d+)%"
        ),
        "downloading",
    ),
    (re.compile(r"^Caching (?:latents|text embeddings).*?:\s+(\d+)%"), "caching"),
)


def busy_with(lines: list[str]) -> str:
    """`downloading` or `caching` while such a bar is the last thing in the log, else ''."""
    for line in reversed(lines[-3:]):
        for pattern, phase in _BARS:
            match = pattern.match(line)
            if match and int(match[1]) < _FULL:
                return phase
    return ""


def images_found(log: Path) -> int | None:
    """Count of photos that the trainer says it can read; the data set is listed once for each resolution."""
    try:
        with log.open("rb") as stream:
            text = stream.read(_HEAD_BYTES).decode("utf-8", errors="replace")
    except OSError:
        return None
    counts = re.findall(r"Found (\d+) images", text)
    return min(map(int, counts)) if counts else None


def _number(text: str | None) -> float | None:
    """None for what is none (yet): a line may be half written."""
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _rate(number: str, unit: str) -> float | None:
    rate = _number(number)
    if rate is None or rate <= 0:
        return None
    return rate if unit == "s/it" else 1 / rate


def _seconds(speed: str) -> float | None:
    match = _SPEED.search(speed)
    rate = _number(match[1]) if match is not None else None
    if match is None or rate is None or rate <= 0:
        return None
    return rate if match[2] == "sec/iter" else 1 / rate
