"""A persistent child process that answers one JSON line with one JSON line: what reads strangers' files never runs in ours.

It is started at the first question, and again after it died or took too long. Its first line says that it is ready.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from .start import NOTHING, PIPE, Process, StillRuns, reader, start, windowless, writer

#: The child sees these variables and no others: no token ever reaches the code that reads strangers' files.
ENVIRONMENT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "LD_LIBRARY_PATH")
#: One that is not ready after so long never will be: a disk that does not answer, a library that waits for something.
START_S = 180.0
#: Between the end of what it says and its own.
_END_S = 5.0
#: Numeric libraries would take every core for a second of work.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class ChildDidNotStart(Exception):
    """A child that ended before it was ready: most likely one of its libraries is missing. Or it was not ready after `START_S`."""


class ChildIsStarting(Exception):
    """A child that runs and has not said yet that it is ready: a busy computer. It goes on; whoever asks again waits for the rest."""


class JsonChild:
    """Thread-safe: one question at a time. `arguments` are asked for at every start; `environment` is what it sees besides."""

    def __init__(
        self,
        script: Path,
        *,
        timeout_s: float,
        start_s: float = START_S,
        arguments: Callable[[], list[str]] = lambda: [],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._script = script
        self._timeout_s = timeout_s
        self._start_s = start_s
        self._started_at = 0.0
        self._arguments = arguments
        self._environment = {**_ONE_THREAD, **(environment or {})}
        self._lock = threading.Lock()
        self._process: Process | None = None
        self._answers: queue.Queue[bytes] = queue.Queue()
        self._ready = False
        #: of the one that ended last; None where it had to be killed
        self.exit_code: int | None = None

    def start(self, wait_s: float | None = None) -> None:
        """Now, where it does not run yet; waits for as long as for an answer. Raises ChildDidNotStart, ChildIsStarting."""
        with self._lock:
            self._running(self._timeout_s if wait_s is None else wait_s)

    def ask(self, question: dict[str, Any]) -> dict[str, Any] | None:
        """Its answer; None when it died over the question or took too long. Raises ChildDidNotStart, ChildIsStarting."""
        with self._lock:
            process = self._running(self._timeout_s)
            with contextlib.suppress(OSError):
                writer(process).write(json.dumps(question).encode("utf-8") + b"\n")
                writer(process).flush()
            line = self._next_line(self._timeout_s)
            answer: dict[str, Any] | None = json.loads(line) if line else None
            if answer is None:
                self.exit_code = process.poll() if line is None else _exit_code(process)
                self._end()
            return answer

    def close(self) -> None:
        with self._lock:
            self._end()

    @property
    def pid(self) -> int | None:
        """None while there is none."""
        return self._process.pid if self._process is not None else None

    def _next_line(self, wait_s: float) -> bytes | None:
        """Empty where it has ended, None where it says nothing for so long."""
        try:
            return self._answers.get(timeout=wait_s)
        except queue.Empty:
            return None

    def _running(self, wait_s: float) -> Process:
        process = self._process
        if process is None or process.poll() is not None:
            self._end()
            process = self._launch()
        if not self._ready:
            line = self._next_line(wait_s)
            if line is None and time.monotonic() - self._started_at < self._start_s:
                raise ChildIsStarting(self._script.name)
            if not line:
                self._end()
                raise ChildDidNotStart(self._script.name)
            self._ready = True
        return process

    def _launch(self) -> Process:
        self._answers, self._ready = queue.Queue(), False
        self._started_at = time.monotonic()
        process = self._process = start(
            [sys.executable, "-I", str(self._script), *self._arguments()],
            stdin=PIPE,
            stdout=PIPE,
            stderr=NOTHING,
            env=self._environment | {name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
            **windowless(),
        )
        threading.Thread(target=_pump, args=(process, self._answers), daemon=True).start()
        return process

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            self._process = None


def _exit_code(process: Process) -> int | None:
    """Of one that says nothing more: it is about to end."""
    with contextlib.suppress(StillRuns):
        process.wait(_END_S)
    return process.poll()


def library_folders(names: Iterable[str]) -> list[str]:
    """The folders in which this Python has these libraries: `-I` hides the user's own site-packages from the child."""
    specs = [importlib.util.find_spec(name) for name in names]
    return sorted({str(Path(spec.origin).parent.parent) for spec in specs if spec and spec.origin})


def _pump(process: Process, answers: queue.Queue[bytes]) -> None:
    with contextlib.suppress(ValueError):
        for line in reader(process):
            if line.endswith(b"\n"):  # else it ended in the middle of it
                answers.put(line)
    answers.put(b"")
