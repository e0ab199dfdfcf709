"""What `dev.py families` printed when it was run by hand, and before that command its forerunner: one row a run. Facts, no code."""

from __future__ import annotations

#: pack's commit, model and route, ComfyUI, known by its tensors, trained by AI-Toolkit 0.12.26, parts of the LoRA that fit, base
#: drawn again / with the LoRA, memory of ComfyUI, seconds that training and three pictures took
OLD = "fd765b0"
RUNS: list[tuple[str, ...]] = [
    ("16d5236", "Qwen-Image-2512", "0.33.0", "yes", "2 steps", "14 of 14", "0.00 / 26.99", "5.1 GB", "120 + 88 (busy)"),
    (OLD, "FLUX.1 dev", "0.33.0, 0.3.75", "yes", "2 steps", "20 of 20", "0 / 0.87", "5.8 GB", "28 (quiet)"),
    (OLD, "SDXL", "0.33.0, 0.3.75", "yes", "4 steps, from the file", "140 of 140", "0 / 52.1", "8.2 GB", "66"),
    (OLD, "SD 1.5", "0.33.0", "yes", "2 steps, from the file", "192 of 192", "0 / 60.5", "6.5 GB", "20 (quiet)"),
    (OLD, "FLUX.2 Klein 4B", "0.33.0", "yes", "2 steps", "10 of 10", "0 / 16.6", "6.1 GB", "45 (quiet)"),
    (OLD, "FLUX.2 Klein 9B", "0.33.0", "yes", "2 steps", "10 of 10", "0 / 4.4", "10.8 GB", "33 (quiet)"),
    (OLD, "Z-Image, base in 8 bits", "0.33.0, 0.3.75", "yes", "2 steps", "8 of 8", "0 / 10.1", "7.4 GB", "23 (quiet)"),
    (OLD, "Krea 2 Raw, 1024 wide, by a workflow before ours", "0.33.0", "yes", "2 steps", "40 of 40", "0 / 0.8", "5.6 GB", "296 (busy)"),
]  # fmt: skip
