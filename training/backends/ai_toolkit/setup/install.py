"""The steps of an installation. Each is done once: after a cancel, a crash or a full disk the next attempt goes on."""

from __future__ import annotations

import os
import shutil
import time
from importlib import metadata
from pathlib import Path

from .....core import atomic
from .....core.errors import NotReadyError
from .....core.said import said
from ....downloads.http_fetch import folder_size, need_room
from ....tasks.task import Task
from . import source, tools
from .check import TINY_RUN, check
from .marker import STEPS, Marker
from .pins import LOCKS, EnvironmentPin, Pins

_GB = 1e9
#: Seconds between measurements of the folder: it holds tens of thousands of files.
_MEASURE_S = 3.0


class Installer:
    """An attempt at an installation below `home` (backends/ai-toolkit)."""

    def __init__(
        self,
        task: Task,
        pins: Pins,
        environment: EnvironmentPin,
        home: Path,
        *,
        locks: Path = LOCKS,
        maker: Path = TINY_RUN,
    ) -> None:
        self._task = task
        self._pins = pins
        self._environment = environment
        self._home = home
        self._locks = locks
        self._maker = maker
        self._next_measure = 0.0
        self.folder = home / pins.short
        self._python = self.folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def install(self) -> None:
        """Raises an IsengardError with what happened and what to do. One that is whole and can train stays as it is: whoever retries a
        set-up may not know that another one has succeeded since."""
        if self._can_train():
            return
        before = own_packages()
        self.folder.mkdir(parents=True, exist_ok=True)
        marker = self._marker()
        works = {
            "source": self._source,
            "python": self._make_python,
            "packages": self._packages,
            "check": self._check,
        }
        for number, (step, work) in enumerate(works.items()):
            if step not in marker.done:
                self._task.log(f"[{number + 1}/{len(STEPS)}] {step}")
                work()
                marker.done.append(step)
                marker.write(self.folder)
        if own_packages() != before:
            raise NotReadyError(
                "comfyui_python_changed",
                "The packages of ComfyUI's own Python changed during the set-up.",
                "Something else installed packages at the same time; check ComfyUI before you continue.",
            )
        for used_up in ("cache", "tmp"):
            shutil.rmtree(self._home / used_up, ignore_errors=True)

    def _can_train(self) -> bool:
        marker = Marker.read(self.folder)
        if marker is None or marker.environment != self._environment.name or not marker.complete:
            return False
        try:
            self._check()
        except NotReadyError as broken:
            self._task.log(f"What is installed does not work and is installed anew: {broken.message}")
            return False
        return True

    def _marker(self) -> Marker:
        """What an earlier attempt did; begun anew when it was for another environment."""
        marker = Marker.read(self.folder)
        if marker is None or marker.environment != self._environment.name or marker.complete:
            marker = Marker(self._environment.name, self._pins.version)
            marker.write(self.folder)
        return marker

    def _source(self) -> None:
        source.obtain(self._task, self._pins, self.folder)

    def _make_python(self) -> None:
        self._task.tell("making_python", step=1, total=len(STEPS))
        uv, env = tools.uv(self._task, self._home), tools.environment(self._home)
        shutil.rmtree(self.folder / "venv", ignore_errors=True)
        command = [str(uv), "venv", "--quiet", "--python", self._pins.python, str(self.folder / "venv")]
        # its own Python first: one of the system may be gone after the next update
        for extra in (["--managed-python"], []):
            if self._task.run([*command, *extra], cwd=self.folder, env=env) == 0:
                return
        raise NotReadyError(
            "python_missing",
            said(
                "Python {version} for the trainer could not be downloaded or found.",
                version=self._pins.python,
            ),
            "Check the internet connection and press Retry, or install that Python yourself.",
        )

    def _packages(self) -> None:
        self._clear_cut_off()
        need_room(self.folder, int(self._environment.disk_gb * _GB) - self._used(), why="AI-Toolkit")
        if self._environment.first:
            index = ["--index-url", self._environment.first_index]
            self._pip(["--no-deps", *index, *self._environment.first])
        lock = self._lock()
        self._pip(["--no-deps", "--no-build", "--require-hashes", "-r", str(lock)])
        rest = self._locks / "from-source.txt"
        if rest.is_file():
            self._pip(["--no-deps", "--no-build-isolation", "--require-hashes", "-r", str(rest)])

    def _clear_cut_off(self) -> None:
        """What a killed uv was unpacking: it is never taken up again, and would count as already there."""
        for rest in (self._home / "cache").glob(".tmp*"):
            if rest.is_dir():
                shutil.rmtree(rest, ignore_errors=True)
            else:
                rest.unlink()

    def _lock(self) -> Path:
        """The lock without the packages that this environment leaves out."""
        text = (self._locks / self._environment.lock).read_text(encoding="utf-8")
        blocks = [block for block in text.replace("\\\n", "\0").splitlines() if block.strip()]
        kept = [block for block in blocks if block.split("==")[0] not in self._environment.without]
        target = self.folder / "requirements.lock"
        atomic.write_text(target, "\n".join(kept).replace("\0", "\\\n") + "\n")
        return target

    def _pip(self, arguments: list[str]) -> None:
        uv, env = tools.uv(self._task, self._home), tools.environment(self._home)
        command = [str(uv), "pip", "install", "--python", str(self._python), *arguments]
        if self._task.run(command, cwd=self.folder, env=env, meanwhile=self._tell_bytes):
            raise NotReadyError(
                "packages_failed",
                "The trainer's packages could not be installed.",
                "The log's last lines say why. Press Retry to continue where it stopped.",
            )

    def _tell_bytes(self) -> None:
        if time.monotonic() < self._next_measure:
            return
        self._next_measure = time.monotonic() + _MEASURE_S
        total = int(self._environment.disk_gb * _GB)
        self._task.tell("installing", step=2, total=len(STEPS), done=min(self._used(), total), of=total)

    def _used(self) -> int:
        """Bytes of packages so far: uv unpacks into its cache first and links from there."""
        return folder_size(self._home / "cache")

    def _check(self) -> None:
        check(self._task, self._python, self.folder, maker=self._maker)


def own_packages() -> set[tuple[str, str]]:
    """Packages that `pip freeze` would list in the Python we run in, which is ComfyUI's. One whose description is gone (a pip that
    was cut off leaves such folders) has no name, and is none for pip either."""
    told = (package.metadata for package in metadata.distributions())
    named = ((one["Name"], one["Version"]) for one in told if one is not None and "Name" in one)
    return {(str(name).lower(), str(version)) for name, version in named}
