"""Runs ComfyUI for as long as whoever started it lives.

Run by ComfyUI's Python as `python guarded.py SCRIPT [WORDS]`; must not import the package. Its standard input is a pipe from the
trainer's process: however that ends, the pipe ends, and this process with it.
"""

from __future__ import annotations

import os
import runpy
import sys
import threading


def take_the_pipe() -> int:
    """Keep it to ourselves: what ComfyUI starts gets an empty standard input. On Windows a program that was given one that somebody is
    reading hangs at its start."""
    pipe, nothing = os.dup(0), os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return pipe


def end_with(pipe: int) -> None:
    while os.read(pipe, 4096):
        pass
    os._exit(1)


def main() -> None:
    threading.Thread(target=end_with, args=(take_the_pipe(),), daemon=True).start()
    own, script = os.path.dirname(os.path.abspath(__file__)), os.path.abspath(sys.argv[1])  # noqa: PTH100, PTH120
    sys.argv = [script, *sys.argv[2:]]
    sys.path[:] = [entry for entry in sys.path if entry != own]
    if not sys.flags.isolated:
        sys.path.insert(0, os.path.dirname(script))  # noqa: PTH120
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main()
