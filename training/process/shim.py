"""Stands between the worker and a trainer: however the worker dies, the trainer's whole tree goes with it.

Run as `python -I <absolute path>/shim.py` by the worker's own Python. The first line on stdin is JSON {argv, cwd, env, log,
pid_file, silence_s, keep_fds, libraries}; after it the worker sends a line at every heartbeat. End of input, or silence for
`silence_s`, kills the tree. Exits with the trainer's code (128 + n after signal n). Needs psutil, which it finds in `libraries`
where the worker has it; must not import the package. No secret touches argv or the disk.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import sys
import threading
import time
from typing import Any

#: Seconds between looks at whether the worker lives, and at what the trainer has started.
POLL_S, TREE_S = 0.1, 1.0
#: Exit codes of the shim's own: could not start the trainer; killed it because the worker was gone.
NOT_STARTED = 96
WORKER_GONE = 97
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_SIGKILL = 9
#: How far a trainer stands behind what people work with: a tenth of a processor that others want whole, all of one that nobody wants. Further
#: behind, a busy browser or render would stop it; the GPU waits for the processor that feeds it.
NICE = 10


def _load(name: str, *below: str) -> Any:
    """A file of the pack without the package."""
    pack = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120
    path = os.path.join(pack, *below, f"{name}.py")  # noqa: PTH118
    spec = importlib.util.spec_from_file_location(f"isengard_{name}", path)
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Pulse:
    """The worker's heartbeat as heard on stdin."""

    def __init__(self, silence_s: float) -> None:
        self._silence_s = silence_s
        self._last = time.monotonic()
        self._ended = False

    def listen(self) -> None:
        for _ in sys.stdin.buffer:
            self._last = time.monotonic()
        self._ended = True

    def gone(self) -> bool:
        return self._ended or time.monotonic() - self._last > self._silence_s


def _prctl(option: int, value: int) -> None:
    """Linux only, best effort: other systems have the heartbeat alone."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    try:
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
    except (OSError, AttributeError):
        return


def _as_a_trainer() -> None:
    """In the new process, before it is one: it dies with us, and gives way to others. Where Linux shares its time out by sessions (autogroup),
    a nice value counts within one alone, so the trainer's stands back as a whole."""
    _prctl(_PR_SET_PDEATHSIG, _SIGKILL)
    if sys.platform != "win32":  # which has it from `in_a_group`
        os.nice(NICE)
    with contextlib.suppress(OSError):  # not every kernel has it
        group = os.open("/proc/self/autogroup", os.O_WRONLY)
        os.write(group, str(NICE).encode("ascii"))
        os.close(group)


def _start(order: dict[str, Any]) -> Any:
    programs = _load("start", "core", "processes")
    options: dict[str, Any] = programs.in_a_group()
    if sys.platform != "win32":
        options["preexec_fn"] = _as_a_trainer
        options["pass_fds"] = tuple(order.get("keep_fds", ()))
    with open(order["log"], "ab") as log:  # noqa: PTH123
        return programs.start(
            order["argv"],
            cwd=order["cwd"],
            env=order["env"],
            stdout=log,
            stderr=programs.WITH_OUTPUT,
            **options,
        )


def _watch(trainer: Any, pulse: Pulse, tree: Any, below: Any) -> int | None:
    """Until the trainer has ended (its code) or the worker is gone (None)."""
    ended, next_look = tree.end_of(trainer), 0.0
    while not ended.wait(POLL_S) and not pulse.gone():
        if time.monotonic() >= next_look:
            below.look()
            next_look = time.monotonic() + TREE_S
    code: int | None = trainer.poll()
    return code


def main() -> int:
    """Start, watch, end; never leave anything running behind."""
    order = json.loads(sys.stdin.buffer.readline())
    sys.path.append(
        order["libraries"]
    )  # what -I leaves out (a user's own site-packages, PYTHONPATH) may hold psutil
    tree = _load("process_tree", "training", "process")
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    pulse = Pulse(float(order["silence_s"]))
    threading.Thread(target=pulse.listen, daemon=True).start()
    try:
        trainer = _start(order)
    except OSError as fault:
        with open(order["log"], "a", encoding="utf-8") as log:  # noqa: PTH123
            log.write(f"The trainer could not be started: {fault}\n")
        return NOT_STARTED
    tree.write_pid_file(order["pid_file"], trainer.pid)
    below = tree.Tree(os.getpid())
    code = _watch(trainer, pulse, tree, below)
    below.kill_below()
    if code is None:
        trainer.wait()
        return WORKER_GONE
    return handed_on(code)


def handed_on(code: int) -> int:
    """A trainer's code as our own: 128 + n after signal n; Windows' have no sign, and os._exit takes none above 2**31."""
    if sys.platform == "win32":
        return code - 2**32 if code >= 2**31 else code
    return 128 - code if code < 0 else code


if __name__ == "__main__":
    # os._exit: the listening thread may hold stdin's lock, which would spoil a normal interpreter end.
    os._exit(main())
