"""What `dev.py families` printed when it was run by hand, and before that command its forerunner: one row a run. Facts, no code."""

from __future__ import annotations

#: pack's commit, model and route, ComfyUI, known by its tensors, trained by AI-Toolkit 0.12.26, parts of the LoRA that fit, base
#: drawn again / with the LoRA, memory of ComfyUI, seconds that training and three pictures took
RUNS: list[tuple[str, ...]] = [
    ("c492228", "Z-Image Turbo with its adapter", "0.33.0", "yes", "2 steps, offline", "all", "0.00 / 7.64", "7.2 GB", "29 + 19 (busy)"),
    ("c492228", "Z-Image Turbo with its adapter", "0.3.75", "yes", "2 steps", "all", "0.00 / 11.11", "7.1 GB", "38 + 27 (busy)"),
    ("581570a", "Z-Image base", "0.33.0", "yes", "2 steps, offline", "all", "0.00 / 10.00", "7.2 GB", "39 + 25 (busy)"),
    ("c492228", "Z-Image base", "0.3.75", "yes", "2 steps", "all", "0.00 / 9.95", "7.0 GB", "24 + 17 (busy)"),
    ("581570a", "Z-Image De-Turbo", "0.33.0", "yes", "2 steps, offline", "all", "0.00 / 9.85", "7.2 GB", "59 + 17 (busy)"),
    ("581570a", "Z-Image De-Turbo", "0.3.75", "yes", "2 steps", "all", "0.00 / 9.67", "7.1 GB", "35 + 15 (busy)"),
    ("581570a", "Chroma", "0.33.0", "yes", "2 steps, offline", "all", "0.00 / 44.23", "5.2 GB", "31 + 31 (busy)"),
    ("c492228", "Chroma", "0.3.75", "yes", "2 steps", "all", "0.00 / 44.64", "5.3 GB", "36 + 27 (busy)"),
    ("581570a", "Krea 2 Raw", "0.33.0", "yes", "2 steps, offline", "all", "0.00 / 1.92", "6.4 GB", "88 + 11 (busy)"),
    ("3f63c7f", "Krea 2 Turbo with its adapter", "0.33.0", "yes", "2 steps, offline", "all", "0.00 / 0.85", "5.7 GB", "94 + 8 (busy)"),
    ("c492228", "FLUX.2 Klein 4B", "0.33.0", "yes", "2 steps, offline", "all", "0.00 / 2.05", "6.2 GB", "37 + 37 (busy)"),
    ("0307a4d", "FLUX.2 Klein 4B, from a picture", "0.33.0", "yes", "no: a made LoRA", "all", "0.00 / 3.20", "6.0 GB", "37 (busy)"),
    ("0307a4d", "FLUX.2 Klein 4B, into a picture", "0.33.0", "yes", "no: a made LoRA", "all", "0.00 / 2.01", "6.0 GB", "33 (busy)"),
    ("581570a", "FLUX.2 Klein 9B", "0.33.0", "yes", "2 steps, offline", "all", "0.00 / 2.86", "9.9 GB", "62 + 52 (busy)"),
    ("c492228", "SDXL", "0.33.0", "yes", "2 steps, offline, from the file", "all", "0.00 / 52.11", "10.0 GB", "57 + 58 (busy)"),
    ("c492228", "SDXL", "0.3.75", "yes", "2 steps, from the file", "all", "0.00 / 62.82", "9.9 GB", "27 + 17 (busy)"),
    ("c492228", "SD 1.5", "0.33.0", "yes", "2 steps, offline, from the file", "all", "0.00 / 53.95", "7.1 GB", "79 + 30 (busy)"),
    ("c492228", "SD 1.5", "0.3.75", "yes", "2 steps, from the file", "all", "0.00 / 41.35", "7.0 GB", "21 + 18 (busy)"),
    ("3f63c7f", "Qwen-Image-2512", "0.33.0", "yes", "2 steps, offline", "all", "0.00 / 27.53", "5.1 GB", "27 + 8 (busy)"),
    ("c492228", "Qwen-Image-2512", "0.3.75", "yes", "2 steps", "all", "0.00 / 27.15", "5.0 GB", "19 + 20 (busy)"),
    ("c492228", "Qwen-Image-2512, in 3 bits", "0.33.0", "yes", "2 steps, in 3 bits", "all", "0.00 / 25.88", "5.1 GB", "54 + 8 (busy)"),
    ("b270427", "Qwen-Image-2512, in 3 bits", "0.33.0", "yes", "2 steps, offline, in 3 bits", "all", "not drawn", "-", "184 (busy)"),
    ("2416cd6", "Qwen-Image-Edit, from photos", "0.33.0", "yes", "no: photos alone", "-", "0.00 / 3.49", "8.5 GB", "580 (busy)"),
    ("c492228", "Qwen-Image-Edit, photos and a LoRA", "0.33.0", "yes", "no: a made LoRA", "all", "0.00 / 3.10", "9.9 GB", "343 (busy)"),
    ("3f63c7f", "FLUX.1 dev", "0.33.0", "yes", "2 steps, offline", "all", "0.00 / 30.40", "6.2 GB", "61 + 22 (busy)"),
    ("e8c0e34", "FLUX.1 dev", "0.3.75", "yes", "2 steps by the fork 0.2.7, offline", "all", "0.00 / 35.49", "6.0 GB", "84 + 16 (busy)"),
    ("c492228", "FLUX.1 dev", "0.3.75", "yes", "2 steps", "all", "0.00 / 32.33", "6.1 GB", "35 + 22 (busy)"),
]  # fmt: skip
