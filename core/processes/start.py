"""Starting programs: nothing else of the pack does. Always a list of arguments, never a shell.

Standard library only: the shim, which must not import the package, loads this file by its path.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, cast

Process = subprocess.Popen[bytes]
#: What stands at one of a program's three ends: a pipe to us, nothing, or (its errors) where its output goes.
PIPE, NOTHING, WITH_OUTPUT = subprocess.PIPE, subprocess.DEVNULL, subprocess.STDOUT
#: Raised by `Process.wait` with a limit.
StillRuns = subprocess.TimeoutExpired
End = int | IO[Any]


def start(
    argv: Sequence[str],
    *,
    stdin: End = NOTHING,
    stdout: End = NOTHING,
    stderr: End = NOTHING,
    cwd: str | Path | None = None,
    env: Mapping[str, str] | None = None,
    **options: Any,
) -> Process:
    """Start a program; `options`: `detached()`, `windowless()`, and what Popen knows beside. OSError where it cannot be started."""
    return subprocess.Popen(
        list(argv), stdin=stdin, stdout=stdout, stderr=stderr, cwd=cwd, env=env, **options
    )


def answer(argv: Sequence[str], *, seconds: float) -> str:
    """Ask a program: what it prints, '' where it is missing, fails, or takes longer than `seconds`. No window opens for it, not even
    from a worker, which has none; letters that are not UTF-8 (Windows' programs write its code page) are lost, not the answer."""
    try:
        done = subprocess.run(
            list(argv), stdin=NOTHING, capture_output=True, timeout=seconds, check=False, **windowless()
        )
    except (OSError, StillRuns):
        return ""
    return "" if done.returncode else done.stdout.decode("utf-8", "replace").replace("\r\n", "\n")


def writer(process: Process) -> IO[bytes]:
    """The pipe to a program that was started with `stdin=PIPE`."""
    return cast("IO[bytes]", process.stdin)


def reader(process: Process) -> IO[bytes]:
    """The pipe from a program that was started with `stdout=PIPE`."""
    return cast("IO[bytes]", process.stdout)


def detached() -> dict[str, Any]:
    """Options for a process that outlives us and hears nothing of our terminal."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def windowless() -> dict[str, Any]:
    """Options for a process of ours without a console window of its own."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW}
    return {}


def in_a_group() -> dict[str, Any]:
    """Options for a process that leads a group of its own, which can be ended with all that it started. Windows gives it time after what
    people work with, as the shim sees to elsewhere."""
    if sys.platform == "win32":
        after_others = subprocess.BELOW_NORMAL_PRIORITY_CLASS
        return {
            "creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW | after_others
        }
    return {"start_new_session": True}
