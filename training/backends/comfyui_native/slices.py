"""How a training is cut into prompts. ComfyUI's node forgets its optimizer when a prompt ends, so few and long ones learn best; it saves
only at their end, so one must not outlast a person who waits for a pause (docs/add-a-trainer.md has the figures)."""

from __future__ import annotations

import math

#: Steps of the first prompt, which shows how fast this machine is.
FIRST = 20
#: Never fewer, however slow: an optimizer that begins anew needs some to find its pace.
FEWEST = 20
#: How long a prompt may take: a pause waits two minutes for a save.
LONGEST_S = 90.0


def next_slice(done: int, steps: int, save_every: int, pace: float | None) -> int:
    """The steps of the next prompt; never beyond a save, and what is left until it is divided evenly. `pace` in seconds a step,
    None before the first."""
    left = min(save_every - done % save_every, steps - done)
    longest = FIRST if pace is None else max(FEWEST, int(LONGEST_S / max(pace, 1e-6)))
    return math.ceil(left / math.ceil(left / longest))
