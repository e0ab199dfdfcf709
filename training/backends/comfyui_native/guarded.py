"""Runs ComfyUI for as long as whoever started it lives, and behind everything else that computes on this machine.

Run by ComfyUI's Python as `python guarded.py NICE SCRIPT [WORDS]`; must not import the package. Its standard input is a pipe from the
trainer's process: however that ends, the pipe ends, and this process with it.
"""

from __future__ import annotations

import os
import runpy
import sys
import threading


def end_with_the_pipe() -> None:
    while os.read(0, 4096):
        pass
    os._exit(1)


def main() -> None:
    if hasattr(os, "nice"):
        os.nice(int(sys.argv[1]))
    threading.Thread(target=end_with_the_pipe, daemon=True).start()
    own, script = os.path.dirname(os.path.abspath(__file__)), os.path.abspath(sys.argv[2])  # noqa: PTH100, PTH120
    sys.argv = [script, *sys.argv[3:]]
    sys.path[:] = [entry for entry in sys.path if entry != own]
    if not sys.flags.isolated:
        sys.path.insert(0, os.path.dirname(script))  # noqa: PTH120
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main()
