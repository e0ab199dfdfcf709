"""The newest lines of our logs, as values."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FILES_SEARCHED = 3


def newest_lines(logs: Path, names: Iterable[str], wanted: str, limit: int) -> list[dict[str, Any]]:
    """The newest lines of the services `names`, only those of a correlation id where one is wanted; oldest first."""
    lines: list[dict[str, Any]] = []
    for name in names:
        kept: deque[dict[str, Any]] = deque(maxlen=limit)
        for file in sorted((logs / name).glob("*.log"))[-FILES_SEARCHED:]:
            with file.open(encoding="utf-8", errors="replace") as stream:
                kept.extend(line for text in stream if (line := _line(text, wanted)) is not None)
        lines += kept
    lines.sort(key=lambda line: str(line.get("timestamp", "")))
    return lines[-limit:]


def _line(text: str, wanted: str) -> dict[str, Any] | None:
    if wanted and wanted not in text:
        return None
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) and (not wanted or line.get("correlation_id") == wanted) else None
