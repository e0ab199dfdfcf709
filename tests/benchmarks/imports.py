"""How long ComfyUI waits for the pack at its start, by its own line, against a pack that is empty."""

from __future__ import annotations

import re

from .measure import Measure, at_most

MOST_S = 0.05
EMPTY = "NODE_CLASS_MAPPINGS = {}\n"


def import_times(log: str) -> dict[str, float]:
    """Pack -> seconds, from ComfyUI's log."""
    told = log.split("Import times for custom nodes:")[-1]
    return {
        name: float(seconds)
        for seconds, name in re.findall(r"([\d.]+) seconds.*custom_nodes/([^\s/]+)\n", told)
    }


def importing(logs: list[str], traced: str) -> list[Measure]:
    """From the logs of some starts, the lowest; `traced` is that of a start with PYTHONPROFILEIMPORTTIME."""
    ours, empty = (min(import_times(log)[name] for log in logs) for name in ("isengard", "empty"))
    return [
        at_most("import, by ComfyUI's own line", ours, empty, "s", most=MOST_S),
        at_most("import, our modules by -X importtime", *traced_ms(traced), "ms", most=1000 * MOST_S),
    ]


def traced_ms(log: str) -> tuple[float, float]:
    """The time in our own modules, and in ComfyUI's `comfy` package beside it."""
    before = log.split("Import times for custom nodes:", maxsplit=1)[0]
    lines = re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)", before)
    ours, comfy = (
        sum(int(micro) for micro, name in lines if name.split(".")[0] == package)
        for package in ("isengard", "comfy")
    )
    return ours / 1000, comfy / 1000
