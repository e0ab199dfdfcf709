"""The record of what is installed: source, Python, and one locked environment for each system and CUDA generation."""

from __future__ import annotations

import platform
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import toml
from pydantic import Field

from .....core.errors import NotReadyError
from .....core.processes.start import answer
from .....core.records.base import Record
from .....core.said import said
from .....core.settings import Settings
from .....core.version import numbers
from ....machine.gpus import gpus

FOLDER = Path(__file__).resolve().parent
LOCKS = FOLDER / "locks"
SHORT = 12


class EnvironmentPin(Record):
    """`maker`: whose GPUs it is for, '' for the processor; `min_driver`: NVIDIA's. `first` is installed before the lock, from
    `first_index`."""

    name: str
    system: str
    lock: str
    maker: str = ""
    min_driver: int = 0
    #: the compute capabilities that its wheels hold kernels for, lowest and highest; empty: any
    compute: list[str] = Field(default_factory=list)
    without: list[str] = Field(default_factory=list)
    first: list[str] = Field(default_factory=list)
    first_index: str = ""
    download_gb: float
    disk_gb: float
    status: str = "proven"

    def runs_on(self, compute: str) -> bool:
        """Tell whether its wheels can use a GPU of that capability; nothing is held against one that does not tell."""
        return self.beyond(compute) == 0

    def beyond(self, compute: str) -> int:
        """1 for a GPU that is too new for the wheels, -1 for one that is too old, else 0."""
        if not self.compute or not compute:
            return 0
        lowest, highest, given = (numbers(text) for text in (*self.compute, compute))
        return 1 if given > highest else -1 if given < lowest else 0


class Pins(Record):
    """`tree` '' where the owner's own source is used: then nothing is known to check it against."""

    repository: str
    commit: str
    version: str
    tree: str
    licence: str
    python: str
    ram_gb: float
    environments: list[EnvironmentPin]

    @property
    def short(self) -> str:
        return re.sub(r"[^A-Za-z0-9._-]", "_", self.commit)[:SHORT]

    @property
    def archive_url(self) -> str:
        """A hub's archive of the commit; an address that names an archive itself is taken as it is."""
        if self.repository.endswith((".tar.gz", ".tgz")):
            return self.repository
        return f"{self.repository.removesuffix('.git').rstrip('/')}/archive/{self.commit}.tar.gz"


@dataclass(frozen=True)
class Machine:
    """Facts that decide which environment fits; `driver` 0 without an NVIDIA GPU, `compute` '' where it does not tell; `maker` of the
    GPU, '' without one."""

    system: str
    driver: int
    compute: str = ""
    maker: str = ""

    @classmethod
    def this(cls) -> Machine:
        cards = gpus()
        first = cards[0] if cards else None
        driver, maker = _driver(), first.maker if first else ""
        return cls(
            platform.system(), driver, first.compute if first else "", maker or "NVIDIA" * bool(driver)
        )


def shipped() -> Pins:
    return Pins.model_validate(toml.loads((FOLDER / "pins.toml").read_text(encoding="utf-8")))


def chosen(settings: Settings) -> Pins:
    """The shipped pins, or the owner's repository and commit or tag (environment or isengard.toml, never a request)."""
    pins = shipped()
    changes: dict[str, str] = {}
    if settings.ai_toolkit_repo:
        changes = {"repository": settings.ai_toolkit_repo, "tree": ""}
    if settings.ai_toolkit_ref and settings.ai_toolkit_ref != pins.commit:
        changes |= {"commit": settings.ai_toolkit_ref, "tree": ""}
    return pins.model_copy(update=changes)


def environment_for(pins: Pins, machine: Machine, *, allow_cpu: bool) -> EnvironmentPin:
    """The first that fits. NotReadyError `gpu_missing`, `driver_too_old` or `system_unsupported`."""
    here = [pin for pin in pins.environments if pin.system == machine.system]
    if not here:
        raise NotReadyError(
            "system_unsupported",
            said(
                "AI-Toolkit cannot be set up from here on {system}.",
                system=machine.system or said("this system"),
            ),
            "Install it by hand and name its folder and Python: Isengard's documentation (Settings) says how.",
        )
    if machine.maker != "NVIDIA":
        return _without_nvidia(here, machine.maker, allow_cpu=allow_cpu)
    theirs = [pin for pin in here if pin.maker == machine.maker]
    by_driver = next((pin for pin in theirs if pin.min_driver <= machine.driver), None)
    if by_driver is None:
        least = min(pin.min_driver for pin in theirs)
        raise NotReadyError(
            "driver_too_old",
            said(
                "NVIDIA's driver {driver} is too old for AI-Toolkit: {least} or newer is needed.",
                driver=machine.driver,
                least=least,
            ),
            "Update the driver, restart the computer, then press Set up again.",
        )
    suited = next(
        (pin for pin in theirs if pin.min_driver <= machine.driver and pin.runs_on(machine.compute)), None
    )
    if suited is None:
        raise not_supported(machine.compute, by_driver.beyond(machine.compute))
    return suited


def _without_nvidia(here: list[EnvironmentPin], maker: str, *, allow_cpu: bool) -> EnvironmentPin:
    """AMD's on Linux, Apple's on a Mac, and the processor where somebody has allowed it."""
    fitting = next((pin for pin in here if pin.maker == maker), None)
    if fitting is None or not (maker or allow_cpu):
        raise NotReadyError(
            "gpu_missing",
            "No GPU was found that AI-Toolkit trains on, and training on the processor would take days.",
            "Use a machine with an NVIDIA GPU, or look around in practice mode. AMD on Linux and Apple silicon are experimental.",
        )
    return fitting


def not_supported(compute: str, beyond: int) -> NotReadyError:
    """A GPU that the wheels hold no kernels for."""
    if beyond > 0:
        return NotReadyError(
            "gpu_too_new",
            said(
                "This GPU (compute capability {compute}) is newer than the packages that AI-Toolkit is set up with.",
                compute=compute,
            ),
            "Update Isengard, then set AI-Toolkit up again.",
        )
    return NotReadyError(
        "gpu_too_old",
        said(
            "This GPU (compute capability {compute}) is too old for the packages that AI-Toolkit needs.",
            compute=compute,
        ),
        "Use a GPU from 2018 or later.",
    )


def _driver() -> int:
    """The major version of NVIDIA's driver, 0 where there is none."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return 0
    said = answer([program, "--query-gpu=driver_version", "--format=csv,noheader"], seconds=10)
    match = re.match(r"(\d+)", said.strip())
    return int(match[1]) if match else 0
