"""What the README says that one needs is what the panel recommends, downloads and reckons with."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest
from isengard.core.families.families import Families, Family
from isengard.core.records.worker import Gpu
from isengard.core.version import numbers
from isengard.training.backends.ai_toolkit.setup import pins
from isengard.training.machine.machine_facts import Machine
from isengard.training.planning.recommendation import ModelFit, TrainingMachine, fits_of

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
GB = 2**30
FAMILIES = Families().offered()
CARDS = (6, 8, 12, 16, 24, 32, 48)
ABLE = ("cache_text", "quantize", "low_vram", "batch_size", "bits", "resolution", "offload", "rank")
#: (GB of the smallest card, "and more", the model, GB of the computer's memory, GB to download, minutes or hours of a training)
ROWS = re.findall(
    r"^\| (\d+) GB( and more)? \| (.+?) \| (\d+) GB \| ([\d.]+) GB \| ([\d.]+ (?:to [\d.]+ )?(?:min|h)) \|$",
    README,
    re.MULTILINE,
)


def row_of(card: int) -> tuple[str, ...]:
    return next(row for row in reversed(ROWS) if int(row[0]) == card or (row[1] and int(row[0]) <= card))


@functools.cache
def first_of(card: int) -> ModelFit:
    gpu = Gpu(uuid="GPU-1", name="RTX", total_bytes=card * GB, free_bytes=card * GB)
    here = Machine("Linux", "/data", 32 * GB, 0, 10**12, [gpu])
    return fits_of(FAMILIES, TrainingMachine(here, "0.33.0", ABLE))[0]


def fetched_gb(family: Family) -> float:
    """On an empty computer: the trainer, what it reads, and what pictures are drawn with."""
    trained_on = family.base_file if family.trains_from == "file" else None
    drawn_with = sum(file.size for file in family.files if file is not trained_on)
    return pins.shipped().environments[0].download_gb + (family.training_bytes + drawn_with) / 1e9


@pytest.mark.parametrize("card", CARDS)
def test_a_card_gets_the_model_the_download_and_the_time_that_the_readme_says(card):
    _, _, model, memory, download, time = row_of(card)
    first = first_of(card)
    assert (first.fit, first.family.label) == ("recommended", model)
    assert first.family.needs.ram_gb == float(memory)
    assert fetched_gb(first.family) == pytest.approx(float(download), rel=0.02)
    least, most = re.search(r"([\d.]+) (?:to ([\d.]+) )?", time).groups()
    unit = 60 if time.endswith("min") else 3600
    assert float(least) * 0.8 <= first.seconds / unit <= float(most or least) * 1.2


def test_the_readme_names_the_comfyui_that_a_recommended_model_needs():
    lowest, *later = re.findall(r"ComfyUI ([\d.]+) or newer \(([\d.]+) for (.+?)\)", README)[0]
    needs = {first_of(card).family.label: first_of(card).family.min_comfyui for card in CARDS}
    newer = {label: release for label, release in needs.items() if numbers(release) > numbers(lowest)}
    assert {label: later[0] for label in newer if label.startswith(later[1])} == newer
