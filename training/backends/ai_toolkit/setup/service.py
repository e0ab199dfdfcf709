"""What the backend offers of its own installation: what it would take, doing it, trying it out, removing it."""

from __future__ import annotations

import shutil
from pathlib import Path

from .....core.errors import ConflictError, ForbiddenError, IsengardError, NotReadyError
from .....core.paths import DataPaths
from .....core.records.worker import Gpu
from .....core.said import Bytes, joined, said
from .....core.settings import Settings
from .....core.storage.file_moves import deleting
from ....downloads.http_fetch import folder_size, need_room
from ....machine.machine_facts import memory_bytes
from ....tasks.installable import SetupOffer
from ....tasks.task import Task
from .. import locate
from . import pins
from .check import check
from .install import Installer
from .marker import HOME, MARKER, Marker, is_complete

_GB = 1e9
#: What a trainer is started by; without it, it is not ready.
RUN = "run.py"


def offer(settings: Settings, paths: DataPaths) -> SetupOffer:
    """Offer for the panel, before anything is asked of the network."""
    chosen, installed = pins.chosen(settings), _ours(paths)
    try:
        environment = pins.environment_for(chosen, pins.Machine.this(), allow_cpu=settings.allow_cpu)
    except IsengardError as error:
        return SetupOffer(
            possible=False, why_not=joined(error.message, error.hint), installed=bool(installed)
        )
    return SetupOffer(
        possible=settings.allow_setup,
        why_not="" if settings.allow_setup else "Whoever set up this computer has switched installing off.",
        version=chosen.version,
        licence=chosen.licence,
        source=chosen.repository,
        download_bytes=int(environment.download_gb * _GB),
        disk_bytes=int(environment.disk_gb * _GB),
        status=environment.status,
        installed=bool(installed),
        unfinished=any(not marker.complete for _, marker in installed),
    )


def set_up(task: Task, settings: Settings, paths: DataPaths) -> None:
    """Install, or with {"action": "check"} try out the installation that is there."""
    if task.request.get("action") == "check":
        installation, state = locate.find(settings, paths)
        if installation is None:
            raise NotReadyError("backend_missing", state.sentence("detail"), "Set it up first.")
        check(task, installation.python, installation.folder)
        return
    if not settings.allow_setup:
        raise ForbiddenError(
            "setup_switched_off",
            "Whoever set up this computer has switched installing off.",
            "Ask them to switch it on, or to install it by hand: Isengard's documentation (Settings) says how.",
        )
    chosen = pins.chosen(settings)
    environment = pins.environment_for(chosen, pins.Machine.this(), allow_cpu=settings.allow_cpu)
    home = paths.backends / HOME
    _need_memory(chosen.ram_gb)
    if not is_complete(home / chosen.short):
        need_room(home, int(environment.disk_gb * _GB) - _already(paths, chosen.short), why="AI-Toolkit")
    home.mkdir(parents=True, exist_ok=True)
    Installer(task, chosen, environment, home).install()


def uninstall(task: Task, paths: DataPaths) -> None:
    """Remove every installation that we made; one of the person's own is never touched."""
    installations = _ours(paths)
    if not installations:
        raise ConflictError(
            "nothing_installed", "Isengard has not installed AI-Toolkit here.", "Nothing needs to be done."
        )
    home = paths.backends / HOME
    folders = [
        *(home / name for name in ("cache", "python", "tmp", "tools")),
        *(folder for folder, _ in installations),
    ]
    for number, folder in enumerate(folders):
        task.tell("removing", step=number, total=len(folders))
        if folder.is_dir():
            with deleting(folder):
                _remove(folder)
    if not any(home.iterdir()):
        home.rmdir()


def _remove(folder: Path) -> None:
    """What it is started by first, so that nothing begins with the rest; the marker last: what an attempt that is cut off leaves is
    still known to be ours."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name != RUN):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != MARKER:
            entry.unlink()
    shutil.rmtree(folder)


def unfit(settings: Settings, paths: DataPaths, card: Gpu) -> NotReadyError | None:
    """Tell why what is installed cannot use this GPU, with what mends it; None where it can or where it is the person's own."""
    installation, _ = locate.find(settings, paths)
    marker = Marker.read(installation.folder) if installation is not None else None
    record = pins.shipped()
    installed = next((pin for pin in record.environments if marker and pin.name == marker.environment), None)
    compute = card.compute
    if installed is not None and installed.maker not in ("", card.maker):
        return _of_another_gpu(card.maker)
    if installed is None or installed.runs_on(compute):
        return None
    error = pins.not_supported(compute, installed.beyond(compute))
    try:
        pins.environment_for(record, pins.Machine.this(), allow_cpu=False)
    except NotReadyError:
        return error
    return NotReadyError(
        error.code,
        said(
            "AI-Toolkit was set up for another GPU than this one (compute capability {compute}).",
            compute=compute,
        ),
        "Remove AI-Toolkit and set it up again: other packages fit.",
    )


def _of_another_gpu(maker: str) -> NotReadyError:
    return NotReadyError(
        "gpu_of_another_maker",
        said("AI-Toolkit was set up for a GPU of another maker than this one ({maker}).", maker=maker),
        "Remove AI-Toolkit and set it up again: other packages fit.",
    )


def _ours(paths: DataPaths) -> list[tuple[Path, Marker]]:
    folders = sorted((paths.backends / HOME).glob("*"))
    return [(folder, marker) for folder in folders if (marker := Marker.read(folder)) is not None]


def _already(paths: DataPaths, short: str) -> int:
    """Nothing is counted twice when an installation goes on: its packages are there already."""
    marker = Marker.read(paths.backends / HOME / short)
    return folder_size(paths.backends / HOME) if marker is not None else 0


def _need_memory(gigabytes: float) -> None:
    total = memory_bytes()
    if total and total < gigabytes * _GB * 0.9:
        raise NotReadyError(
            "memory_too_small",
            said(
                "AI-Toolkit needs {needed} of memory; this computer has {has}.",
                needed=Bytes(gigabytes * _GB),
                has=Bytes(total),
            ),
            "Use a machine with more memory.",
        )
