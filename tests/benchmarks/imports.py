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


def importing(logs: list[str]) -> list[Measure]:
    """From the logs of some starts, the lowest."""
    ours, empty = (min(import_times(log)[name] for log in logs) for name in ("isengard", "empty"))
    return [at_most("import at ComfyUI's start", ours, empty, "s", most=MOST_S)]
