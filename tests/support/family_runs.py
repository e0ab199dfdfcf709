"""What `dev.py families` printed when it was run by hand, and before that command its forerunner: one row a run. Facts, no code."""

from __future__ import annotations

#: pack's commit, model and route, ComfyUI, known by its tensors, trained by AI-Toolkit 0.12.26, parts of the LoRA that fit, base
#: drawn again / with the LoRA, memory of ComfyUI, seconds that training and three pictures took
OLD, NOW, LAST = "fd765b0", "0307a4d", "b270427"
RUNS: list[tuple[str, ...]] = [
    (LAST, "Z-Image Turbo with its adapter", "0.33.0", "yes", "2 steps, offline", "all", "0.00 / 7.17", "7.2 GB", "41 + 45 (busy)"),
    (NOW, "Z-Image base", "0.33.0", "yes", "2 steps", "all", "0.00 / 9.63", "7.2 GB", "24 + 12 (busy)"),
    (NOW, "Z-Image De-Turbo", "0.33.0", "yes", "2 steps", "all", "0.00 / 9.66", "7.2 GB", "23 + 12 (busy)"),
    (NOW, "Chroma", "0.33.0", "yes", "2 steps", "all", "0.00 / 43.05", "5.2 GB", "28 + 22 (busy)"),
    (NOW, "Krea 2 Raw", "0.33.0", "yes", "2 steps", "all", "0.00 / 1.81", "5.7 GB", "34 + 8 (busy)"),
    (NOW, "Krea 2 Turbo with its adapter", "0.33.0", "yes", "2 steps", "all", "0.00 / 0.83", "5.8 GB", "51 + 11 (busy)"),
    (NOW, "FLUX.2 Klein 4B, from a picture", "0.33.0", "yes", "no: a made LoRA", "all", "0.00 / 3.20", "6.0 GB", "37 (busy)"),
    (NOW, "FLUX.2 Klein 4B, into a picture", "0.33.0", "yes", "no: a made LoRA", "all", "0.00 / 2.01", "6.0 GB", "33 (busy)"),
    (LAST, "FLUX.2 Klein 4B", "0.33.0", "yes", "2 steps, offline", "all", "0.00 / 2.21", "6.2 GB", "181 + 158 (busy)"),
    (LAST, "SDXL", "0.33.0", "yes", "2 steps, offline, from the file", "all", "0.00 / 53.59", "13.8 GB", "428 + 167 (busy)"),
    (LAST, "SD 1.5", "0.33.0", "yes", "2 steps, offline, from the file", "all", "0.00 / 47.36", "9.0 GB", "297 + 34 (busy)"),
    ("2416cd6", "Qwen-Image-Edit, from photos", "0.33.0", "yes", "no: photos alone", "-", "0.00 / 3.49", "8.5 GB", "580 (busy)"),
    ("16d5236", "Qwen-Image-2512", "0.33.0", "yes", "2 steps", "14 of 14", "0.00 / 26.99", "5.1 GB", "120 + 88 (busy)"),
    (NOW, "FLUX.1 dev", "0.33.0", "yes", "2 steps", "all", "0.00 / 31.94", "6.2 GB", "68 + 50 (busy)"),
    ("e8c0e34", "FLUX.1 dev", "0.3.75", "yes", "2 steps by the fork 0.2.7, offline", "all", "0.00 / 35.49", "6.0 GB", "84 + 16 (busy)"),
    (LAST, "Qwen-Image-2512, in 3 bits", "0.33.0", "yes", "2 steps, offline, in 3 bits", "all", "not drawn", "-", "184 (busy)"),
    (OLD, "FLUX.1 dev", "0.33.0, 0.3.75", "yes", "2 steps", "20 of 20", "0 / 0.87", "5.8 GB", "28 (quiet)"),
    (OLD, "SDXL", "0.33.0, 0.3.75", "yes", "4 steps, from the file", "140 of 140", "0 / 52.1", "8.2 GB", "66"),
    (OLD, "FLUX.2 Klein 9B", "0.33.0", "yes", "2 steps", "10 of 10", "0 / 4.4", "10.8 GB", "33 (quiet)"),
    (OLD, "Z-Image, base in 8 bits", "0.33.0, 0.3.75", "yes", "2 steps", "8 of 8", "0 / 10.1", "7.4 GB", "23 (quiet)"),
]  # fmt: skip
