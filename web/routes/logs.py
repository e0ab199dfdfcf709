"""The panel's log lines, log search, and the diagnostics bundle."""

from __future__ import annotations

import json
import logging

from aiohttp import web

from ...core.correlation import clean
from ...core.errors import InvalidError
from ...core.executor import in_thread
from ...core.logs import ROOT_LOGGER, SERVICES
from ...core.said import said
from ..container import Services
from ..http import responses
from ..http.errors import read_json
from ..services import frontend_report
from ..services.diagnostics import FILE_NAME, Source, bundle, issue_draft
from ..services.log_lines import newest_lines

MAX_LINES = 100
MAX_MESSAGE = 2000
MAX_LEVELS = 20
LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}


async def take(services: Services, request: web.Request) -> web.Response:
    """{lines: [{level, message, correlation_id, context}]}, written as service `frontend`."""
    body = await read_json(request, 256 * 1024)
    lines = body.get("lines")
    if not isinstance(lines, list) or len(lines) > MAX_LINES:
        raise InvalidError(
            "bad_lines", said("lines must be a list of at most {most}.", most=MAX_LINES), "Send fewer lines."
        )
    is_logged = logging.getLogger(ROOT_LOGGER).isEnabledFor
    records = [record for record in map(_record, lines) if is_logged(record.levelno)]
    await in_thread(lambda: [services.frontend_log.handle(record) for record in records])
    return web.Response(status=204)


def _record(line: object) -> logging.LogRecord:
    if not isinstance(line, dict) or not isinstance(line.get("message"), str):
        raise InvalidError("bad_lines", "A log line needs a message.", "Correct the line.")
    level = LEVELS.get(str(line.get("level", "INFO")).upper(), logging.INFO)
    message = line["message"][:MAX_MESSAGE]
    record = logging.LogRecord("isengard.panel", level, "", 0, "%s", (message,), None)
    record.correlation_id = clean(str(line.get("correlation_id") or ""))
    context = line.get("context")
    fits = isinstance(context, dict) and _is_flat(context) and len(json.dumps(context)) < MAX_MESSAGE
    record.context = context if fits else {}
    return record


def _is_flat(value: object, levels: int = MAX_LEVELS) -> bool:
    """Not nested deeper than anything the panel tells; writing a line goes through it by recursion."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels > 0 and all(_is_flat(item, levels - 1) for item in inner)


async def find(services: Services, request: web.Request) -> web.Response:
    """?correlation_id=&service=&limit=: the newest lines of the last days, oldest first."""
    limit = int(request.query.get("limit", "200"))
    correlation_id, service = request.query.get("correlation_id", ""), request.query.get("service", "")
    names = [service] if service else list(SERVICES)
    return responses.as_list(await in_thread(newest_lines, services.paths.logs, names, correlation_id, limit))


async def diagnostics(services: Services, request: web.Request) -> web.Response:
    """?frontend=: a zip file with what a bug report needs; no photo, no caption, no name."""
    frontend = frontend_report.told(request.query.get("frontend", ""))
    content = await in_thread(bundle, _source(services), frontend)
    return web.Response(body=content, headers=responses.zip_headers(FILE_NAME))


async def issue(services: Services, request: web.Request) -> web.Response:
    """?frontend=: what the tracker's form for a new issue is filled with."""
    frontend = frontend_report.told(request.query.get("frontend", ""))
    title, text = await in_thread(issue_draft, _source(services), frontend)
    return web.json_response({"title": title, "body": text})


def _source(services: Services) -> Source:
    return Source(
        services.paths,
        services.settings,
        services.host,
        services.characters,
        services.ledger,
        services.registry,
        services.loops,
    )
