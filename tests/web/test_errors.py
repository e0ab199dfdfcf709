"""Faults of the disk are said in words that help; everything else of ours is an internal error."""

from __future__ import annotations

import asyncio
import errno
import json

import pytest
from isengard.core.errors import NotFoundError, NotReadyError, StorageError
from isengard.web.http.errors import answered


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (OSError(errno.EROFS, "Read-only file system", "jobs/x"), 507, "folder_read_only"),
        (PermissionError(errno.EACCES, "Permission denied", "jobs/x"), 507, "folder_read_only"),
        (PermissionError(errno.EPERM, "Operation not permitted"), 500, "internal_error"),
        (OSError(errno.ENOSPC, "No space left on device"), 507, "disk_full"),
        (FileNotFoundError(errno.ENOENT, "No such file", "jobs/x"), 500, "internal_error"),
        (RuntimeError("jobs/x"), 500, "internal_error"),
    ],
)
def test_a_fault_becomes_an_answer(fault, status, code):
    async def call():
        raise fault

    answer = asyncio.run(answered(call, "POST /x"))
    error = json.loads(answer.text)["error"]
    assert (answer.status, error["code"]) == (status, code) and error["hint"] and "jobs/x" not in answer.text


@pytest.mark.parametrize(
    ("error", "serving", "level"),
    [
        (NotReadyError("starting", "Isengard is starting.", "Try again."), False, "DEBUG"),
        (StorageError("schema_newer", "Written by a newer version.", "Update."), False, "DEBUG"),
        (NotReadyError("network_unreachable", "The hub cannot be reached.", "Try again."), True, "INFO"),
        (NotFoundError("character_not_found", "There is no such person.", "Reload."), True, "INFO"),
        (StorageError("disk_full", "The disk is full.", "Free some space."), True, "ERROR"),
    ],
)
def test_only_what_is_broken_is_an_error_in_the_log(error, serving, level, logged):
    async def call():
        raise error

    asyncio.run(answered(call, "GET /x", serving=serving))
    assert [line.levelname for line in logged.records if line.getMessage() == "Request refused"] == [level]
