"""A custom node pack for test hosts: whatever is sampled takes two steps. A wall of forty pictures at the usual 512 pixels and number of steps
takes a processor longer than the whole training that it is drawn beside; what is drawn with it matters to no test."""

from typing import Any

import nodes

STEPS = 2
NODE_CLASS_MAPPINGS: dict[str, Any] = {}
_whole = nodes.common_ksampler


def _in_few_steps(model: Any, seed: int, steps: int, *rest: Any, **named: Any) -> Any:
    return _whole(model, seed, min(steps, STEPS), *rest, **named)


nodes.common_ksampler = _in_few_steps
