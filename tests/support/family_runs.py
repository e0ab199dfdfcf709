"""What `dev.py families` printed when it was run by hand: one row a run, with the ComfyUI and the trainer. Facts, no code."""

from __future__ import annotations

#: model and route, ComfyUI, known, trained by, LoRA's parts, again / with the LoRA, memory of ComfyUI, seconds
RUNS: list[tuple[str, ...]] = []
