"""About how long a training takes and what it needs. A guess from the family's record until the same GPU has run it."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from ...core.families.families import Family
from ...core.jobs.ledger import JobFilter, Ledger
from ...core.records.job import Job
from ...core.records.job_states import JobState
from .memory_needs import file_mb, form_of, memory_need
from .presets import Numbers

_GB, _MB = 1e9, 1e6
#: Making one step of a sample picture costs about half a training step: forward passes only.
SAMPLE_STEP = 0.5
#: Seconds to start the trainer and load a model: measured 10 s of imports, then about 2 s for each GB.
START_S, LOAD_S_PER_GB = 20.0, 2.0
#: A sample picture as JPEG.
_SAMPLE_MB = 0.3
#: A step with every layer offloaded takes this much longer than with none: published are 4.6 s with none, 6.5 s with half and
#: 10 s with all (ostris/ai-toolkit#758, 22 billion numbers on a 5090 of 32 GB).
OFFLOAD_COST = 1.2
#: The newest trainings that times are learned from.
_LOOKED_AT = 100


@dataclass(frozen=True)
class Estimate:
    """`learned`: from earlier runs on that device. Bytes of video memory, memory and disk (checkpoints and samples);
    `guess_s`: what a step takes by the family's record."""

    seconds: float
    learned: bool
    vram_bytes: int
    ram_bytes: int
    disk_bytes: int
    guess_s: float = 0.0


def estimate(
    family: Family, numbers: Numbers, prompts: int, paces: dict[str, float] | None = None
) -> Estimate:
    """Time with sampling and saving, and the needs. `paces` as `learned_paces` gives them."""
    learned = (paces or {}).get(pace_key(family.key, numbers))
    guess = family.needs.seconds_per_step * _cost(family, numbers)
    pace = learned or guess
    rounds = numbers.steps // numbers.save_every + 1
    picture = family.trainer.sample_steps * pace * SAMPLE_STEP
    loading = START_S + LOAD_S_PER_GB * family.training_bytes / _GB
    seconds = loading + numbers.steps * pace * numbers.batch_size + rounds * prompts * picture
    needs = family.needs
    lora = file_mb(family, numbers)
    # each checkpoint, and once the optimizer's state, which is about two LoRAs in 8 bits
    disk = (rounds + 2) * lora * _MB + rounds * prompts * _SAMPLE_MB * _MB
    return Estimate(
        seconds,
        learned is not None,
        memory_need(family, numbers).vram_bytes,
        int(needs.ram_gb * _GB),
        int(disk),
        guess * numbers.batch_size,
    )


def disk_left(family: Family, training: Savings, step: int) -> int:
    """Bytes that a training which has come to `step` still writes: its saves, their samples, and once the optimizer's state."""
    lora = (training.save_mb or family.needs.lora_mb * training.rank / family.defaults.rank) * _MB
    rounds = max(0, training.steps - step) // training.save_every + 1
    return int(rounds * (lora + len(training.sample_prompts) * _SAMPLE_MB * _MB) + 2 * lora)


def completed_trainings(ledger: Ledger) -> list[Job]:
    """The newest ones that ended well."""
    completed = JobFilter(states=[JobState.COMPLETED], kinds=["training"])
    return ledger.jobs(completed, limit=_LOOKED_AT).items


def learned_paces(completed: Iterable[Job], device: str, backend: str) -> dict[str, float]:
    """Seconds a step with one photo by `pace_key`: the median of real trainings that ended well on that very device with that trainer.

    Those from before a device was told teach nothing: a ledger may have been on any machine.
    """
    by_kind: dict[str, list[float]] = {}
    for job in completed:
        pace = job.progress.seconds_per_step
        same_device = bool(device) and job.progress.device == device and job.backend == backend
        if pace and job.resolution and not job.placeholder and same_device:
            batch = (job.request.get("overrides") or {}).get("batch_size") or 1
            by_kind.setdefault(pace_key(job.family, job), []).append(pace / batch)
    return {key: statistics.median(paces) for key, paces in by_kind.items()}


class Savings(Protocol):
    """The choices of a training that say what it writes."""

    @property
    def steps(self) -> int: ...

    @property
    def rank(self) -> int: ...

    @property
    def save_every(self) -> int: ...

    @property
    def sample_prompts(self) -> list[str]: ...

    @property
    def save_mb(self) -> float: ...


class Paced(Protocol):
    """The facts that decide how long a step takes on a device, besides the family; the rank hardly does."""

    @property
    def resolution(self) -> list[int]: ...

    @property
    def quantize(self) -> bool: ...

    @property
    def low_vram(self) -> bool: ...

    @property
    def bits(self) -> int: ...

    @property
    def offload(self) -> float: ...


def pace_key(family: str, numbers: Paced) -> str:
    saving = "+quantize" * numbers.quantize + "+low_vram" * numbers.low_vram
    if numbers.quantize and numbers.bits < 8:
        saving += f"+{numbers.bits} bits"
    if numbers.offload:
        saving += f"+offload {numbers.offload:.0%}"
    return f"{family}@{','.join(map(str, sorted(numbers.resolution)))}{saving}"


def relative_pace(family: Family, numbers: Numbers, usual: Numbers) -> float:
    """How long a step takes against one with the `usual` numbers, by published times."""
    return _cost(family, numbers) * numbers.batch_size / (_cost(family, usual) * usual.batch_size)


def _cost(family: Family, numbers: Numbers) -> float:
    """A step of one photo against the family's own numbers: its pixels, and what saving memory costs."""

    def pixels(sides: list[int]) -> float:
        return statistics.fmean(side * side for side in sides)

    form = form_of(family, numbers)
    slower = form.pace if form is not None else 1.0
    share = pixels(numbers.resolution) / pixels(family.defaults.resolution)
    return share * slower * (1 + OFFLOAD_COST * numbers.offload)
