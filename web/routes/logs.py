"""The panel's log lines, log search, and the diagnostics summary."""

from __future__ import annotations

import asyncio
import json
import logging
import platform
import sys
from collections import deque
from pathlib import Path
from typing import Any

from aiohttp import web

from ...core.correlation import clean
from ...core.errors import InvalidError
from ...core.ledger import JobFilter
from ...core.logs import SERVICES
from ...core.redaction import redact_value
from ...core.version import VERSION
from .. import responses
from ..errors import read_json
from ..services import Services

MAX_LINES = 100
MAX_MESSAGE = 2000
LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}
FILES_SEARCHED = 3


async def take(services: Services, request: web.Request) -> web.Response:
    """{lines: [{level, message, correlation_id, context}]}, written as service `frontend`."""
    body = await read_json(request, 256 * 1024)
    lines = body.get("lines")
    if not isinstance(lines, list) or len(lines) > MAX_LINES:
        raise InvalidError("bad_lines", f"lines must be a list of at most {MAX_LINES}.", "Send fewer lines.")
    records = [_record(line) for line in lines]
    await asyncio.to_thread(lambda: [services.frontend_log.handle(record) for record in records])
    return web.Response(status=204)


def _record(line: object) -> logging.LogRecord:
    if not isinstance(line, dict) or not isinstance(line.get("message"), str):
        raise InvalidError("bad_lines", "A log line needs a message.", "Correct the line.")
    level = LEVELS.get(str(line.get("level", "INFO")).upper(), logging.INFO)
    message = line["message"][:MAX_MESSAGE]
    record = logging.LogRecord("isengard.panel", level, "", 0, "%s", (message,), None)
    record.correlation_id = clean(str(line.get("correlation_id") or ""))
    context = line.get("context")
    record.context = context if isinstance(context, dict) and len(json.dumps(context)) < MAX_MESSAGE else {}
    return record


async def find(services: Services, request: web.Request) -> web.Response:
    """?correlation_id=&service=&limit=: the newest lines of the last days, oldest first."""
    limit = responses.number_of(request, "limit", 200, 1000)
    wanted, service = request.query.get("correlation_id", ""), request.query.get("service", "")
    if service and service not in SERVICES:
        raise InvalidError(
            "bad_service", f"service must be one of {', '.join(SERVICES)}.", "Choose one of these."
        )
    names = [service] if service else list(SERVICES)
    return responses.as_list(await asyncio.to_thread(_find, services.paths.logs, names, wanted, limit))


def _find(logs: Path, names: list[str], wanted: str, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name in names:
        kept: deque[dict[str, Any]] = deque(maxlen=limit)
        for file in sorted((logs / name).glob("*.log"))[-FILES_SEARCHED:]:
            with file.open(encoding="utf-8", errors="replace") as stream:
                kept.extend(line for text in stream if (line := _line(text, wanted)) is not None)
        found += kept
    found.sort(key=lambda line: str(line.get("timestamp", "")))
    return found[-limit:]


def _line(text: str, wanted: str) -> dict[str, Any] | None:
    if wanted and wanted not in text:
        return None
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) and (not wanted or line.get("correlation_id") == wanted) else None


async def diagnostics(services: Services, request: web.Request) -> web.Response:
    """What a bug report needs, redacted; no photo, no caption, no name."""
    return web.json_response(redact_value(await asyncio.to_thread(_diagnostics, services)))


def _diagnostics(services: Services) -> dict[str, Any]:
    jobs = services.ledger.jobs(JobFilter(), limit=20).items
    backends = services.registry.all("training_backends").values()
    return {
        "version": VERSION,
        "comfyui": services.host.version,
        "mode": services.settings.mode,
        "python": sys.version.split()[0],
        "system": platform.platform(),
        "sources": dict(services.settings.sources),
        "workers": [worker.model_dump(mode="json") for worker in services.ledger.workers()],
        "backends": [backend.state().model_dump(mode="json") for backend in backends],
        "plugin_problems": [vars(problem) for problem in services.registry.problems],
        "jobs": [
            job.model_dump(mode="json", include={"id", "kind", "state", "attempt", "backend", "error"})
            for job in jobs
        ],
        "log": _find(services.paths.logs, ["api", "worker"], "", 100),
    }
