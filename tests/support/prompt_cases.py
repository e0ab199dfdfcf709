"""Prompts as people write them, and what ComfyUI is to get of each: read by Python's tests and by the panel's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


def text_of(case: dict[str, Any]) -> str:
    part, times = case.get("repeated", ["", 0])
    return case["text"] + part * times


def wanted_of(case: dict[str, Any], family: str, *, weighs: bool) -> set[str]:
    """The texts that a family may get: one, or one for each choice. The same for all where nothing else is said."""
    otherwise = case.get("weighed", text_of(case).replace("{trigger}", "annqvx"))
    wanted = case.get(family) or (otherwise if weighs else case.get("read", otherwise))
    return {wanted} if isinstance(wanted, str) else set(wanted)
