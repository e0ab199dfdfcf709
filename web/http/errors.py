"""The one place where errors become HTTP answers, and one of the two that catch everything."""

from __future__ import annotations

import errno
import json
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from ...core import correlation, errors
from ...core.errors import data_folder_gone
from ...core.records.refusal import in_words
from ...core.records.spoken import sentences
from ...core.redaction import redacted
from .pace import Pace

_STATUS: tuple[tuple[type[errors.IsengardError], int], ...] = (
    (errors.UnauthorizedError, 401),
    (errors.ForbiddenError, 403),
    (errors.NotFoundError, 404),
    (errors.MethodError, 405),
    (errors.TimedOutError, 408),
    (errors.ConflictError, 409),
    (errors.TooLargeError, 413),
    (errors.UnsupportedMediaError, 415),
    (errors.MisdirectedError, 421),
    (errors.NotImplementedYetError, 501),
    (errors.NotReadyError, 503),
    (errors.StorageError, 507),
    (errors.InvalidError, 400),
)
_LOST = errors.NotReadyError("connection_lost", "The connection was lost.", "Try again.")
_log = logging.getLogger("isengard.web")


def status_of(error: errors.IsengardError) -> int:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def body_of(error: errors.IsengardError) -> dict[str, dict[str, Any]]:
    """The error envelope of every route; `said` where its sentences have gaps."""
    words = {"message": redacted(error.message), "hint": redacted(error.hint)}
    gaps = sentences(words)
    body = {"code": error.code, **words, "correlation_id": correlation.current()}
    return {"error": {**body, "said": gaps} if gaps else body}


async def answered(
    call: Callable[[], Awaitable[web.StreamResponse]],
    route: str,
    *,
    serving: bool = True,
    library: Path | None = None,
) -> web.StreamResponse:
    """The answer of `call`; any error as its envelope, unexpected ones logged with their traceback.

    While we do not serve (`serving` is False) the reason was logged once, when it came: a page that asks again every few
    seconds must not fill ComfyUI's console with it. `library` is the library's file, to tell the loss of
    the data folder from other faults: somebody may have made an empty folder in its place.
    """
    try:
        return await call()
    except errors.IsengardError as error:
        status = status_of(error)
        context = {"route": route, "code": error.code, "status": status, "reason": error.message}
        _log.log(_level(error, serving=serving), "Request refused", extra={"context": context})
        return web.json_response(body_of(error), status=status)
    except ValidationError as invalid:
        refusal = described(invalid)
        _log.info("Request refused", extra={"context": {"route": route, "reason": refusal.message}})
        return web.json_response(body_of(refusal), status=400)
    except web.HTTPException:
        raise
    except OSError as fault:
        return _broken(data_folder_gone() if _is_gone(library) else fault, route)
    except Exception:
        return _broken(data_folder_gone(), route) if _is_gone(library) else _unexpected(route)


def _level(error: errors.IsengardError, *, serving: bool) -> int:
    """What is not ready yet is no fault, and neither is a request that cannot be answered as it stands."""
    if not serving:
        return logging.DEBUG
    expected = status_of(error) < 500 or isinstance(error, errors.NotReadyError)
    return logging.INFO if expected else logging.ERROR


def _is_gone(library: Path | None) -> bool:
    return library is not None and not library.exists()


def _broken(fault: OSError | errors.StorageError, route: str) -> web.Response:
    """Within an except clause: of the line, of the disk, or ours."""
    if isinstance(fault, ConnectionResetError):
        # a page was closed: nobody reads this, and ComfyUI's console shows no traceback
        return web.json_response(body_of(_LOST), status=status_of(_LOST))
    failure = fault if isinstance(fault, errors.StorageError) else _of_the_disk(fault)
    if failure is None:
        return _unexpected(route)
    _log.error("Request failed", exc_info=True, extra={"context": {"route": route, "code": failure.code}})
    return web.json_response(body_of(failure), status=status_of(failure))


def _unexpected(route: str) -> web.Response:
    """Within an except clause."""
    _log.exception("Request failed", extra={"context": {"route": route}})
    failure = errors.IsengardError(
        "internal_error",
        "Something went wrong inside Isengard.",
        "Try again. If it happens again, report it under Settings and help, Report a problem; the log has more under its id.",
    )
    return web.json_response(body_of(failure), status=500)


def _of_the_disk(fault: OSError) -> errors.StorageError | None:
    """What a person can mend; None for any other fault."""
    if fault.errno in (errno.ENOSPC, errno.EDQUOT):
        return errors.StorageError("disk_full", "The disk is full.", "Free some space, then try again.")
    refused = (
        fault.errno in (errno.EACCES, errno.EPERM) and fault.filename is not None
    )  # sockets have no file
    if refused or fault.errno == errno.EROFS:
        return errors.StorageError(
            "folder_read_only",
            "Isengard can't write to the data folder: its disk became read-only, or its permissions changed.",
            "Make it writable again, then try again.",
        )
    return None


def described(invalid: ValidationError) -> errors.InvalidError:
    """The first thing wrong with a body, in words."""
    return errors.InvalidError("bad_request", in_words(invalid), "Correct this field and try again.")


def _number(text: str) -> float | int:
    """5.0 is the whole number 5 in JSON; one that a float cannot hold exactly stays a float."""
    value = float(text)
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


async def read_json(request: web.Request, limit: int = 1024 * 1024) -> dict[str, object]:
    """The JSON object of a request. InvalidError `bad_json`, TooLargeError `body_too_large`, TimedOutError `body_slow`."""
    data = bytearray()
    pace = Pace()
    try:
        while chunk := await pace.next(request.content.readany()):
            pace.came(len(chunk))
            data += chunk
            if len(data) > limit:
                raise errors.TooLargeError(
                    "body_too_large", "This request is too large.", "Send less at once."
                )
    except (ValueError, web.RequestPayloadError) as fault:
        raise errors.InvalidError("bad_json", "This is not valid JSON.", "Send a JSON object.") from fault
    return json_object(bytes(data) or b"{}")


def json_object(data: bytes) -> dict[str, object]:
    """Read a JSON object. InvalidError `bad_json`."""
    try:
        value = json.loads(data, parse_float=_number)
    except (ValueError, RecursionError) as fault:
        raise errors.InvalidError("bad_json", "This is not valid JSON.", "Send a JSON object.") from fault
    if not isinstance(value, dict):
        raise errors.InvalidError("bad_json", "This is not a JSON object.", "Send an object in braces.")
    return value
