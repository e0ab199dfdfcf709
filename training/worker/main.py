"""The worker's composition root: the only place outside ComfyUI that names concrete backends."""

from __future__ import annotations

import argparse
import logging
import math
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from ...core.clock import SystemClock
from ...core.errors import NotReadyError
from ...core.logs import setup_logging
from ...core.loras.versions import VersionStore
from ...core.paths import DataPaths, own_paths
from ...core.plugins import Factory, PluginContext, PluginRegistry, neighbour_packs
from ...core.settings import Settings, current_token, load_settings
from ...core.version import VERSION
from .. import face_tools
from ..backends import ai_toolkit, comfyui_native, fast_test
from ..backends.backend_states import states
from ..gpu.gpu_lock import GpuSlot
from ..ledgers import MAX_ATTEMPTS, lease_of, open_ledger
from ..machine.gpus import numbered
from ..machine.os_locks import worker_lock
from ..machine.shared_folder_mark import data_mark
from .doorbell import Doorbell
from .ledger_retry import open_patiently
from .runner import Pace, Tools
from .task_kinds import works
from .worker import IsengardWorker, Slot, Timing, describe

_log = logging.getLogger("isengard.worker")


def main(argv: list[str]) -> int:
    """Run a worker until it has nothing to do; 0, also when another one already serves this folder."""
    parser = argparse.ArgumentParser(prog="isengard worker")
    parser.add_argument("--name", default="", help="run a second worker beside the first, under this name")
    parser.add_argument("--until-idle", action="store_true", help="end after a while without work")
    asked = parser.parse_args(argv)
    return _serve(asked.name, until_idle=asked.until_idle)


def _serve(name: str, *, until_idle: bool) -> int:
    clock, paths = SystemClock(), data_folder()
    settings = load_settings(os.environ, paths)
    setup_logging("worker", paths.logs, settings.log_level, clock)
    lock = worker_lock(paths, name)
    if not lock.acquire():
        _log.info("Another worker already serves this data folder")
        _say(f"Another worker already serves {paths.root}. A second one beside it needs a --name.")
        return 0
    lease_s, attempts = (
        _seconds("ISENGARD_LEASE_S", lease_of(settings)),
        int(_seconds("ISENGARD_MAX_ATTEMPTS", MAX_ATTEMPTS)),
    )
    ledger = open_patiently(
        lambda: open_ledger(settings, paths, clock, lease_s=lease_s, max_attempts=attempts)
    )
    doorbell = Doorbell(settings, paths)
    registry = make_registry(settings, paths)
    tools = Tools(paths, ledger, registry, VersionStore(paths, clock), _pace(lease_s))
    stays = bool(settings.redis_url) and not until_idle
    worker = compose(tools, doorbell, settings, stays=stays, in_place=lock.in_place)
    for asked_to_end in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked_to_end, lambda *_: worker.stop.set())
    _log.info("Worker started", extra={"context": {"pid": os.getpid(), "version": VERSION}})
    _say(f"Working for {paths.root}; what happens is told in {paths.logs / 'worker'}. Ctrl+C ends it.")
    try:
        worker.run()
    finally:
        _log.info("Worker ended")
        ledger.close()
        doorbell.close()
        lock.release()
    return _told_why(worker, paths)


def _told_why(worker: IsengardWorker, paths: DataPaths) -> int:
    """The exit status: 1 where the worker had to end."""
    if not worker.folder_gone.is_set():
        return 0
    _log.error("The data folder was removed or moved", extra={"context": {"folder": str(paths.root)}})
    _say(
        f"{paths.root} was removed or moved, so this worker has ended. Restart ComfyUI, or start the worker again."
    )
    return 1


def _say(text: str) -> None:
    """For a person who started it by hand; ComfyUI's own worker has no terminal."""
    if sys.stderr is not None:
        sys.stderr.write(f"{text}\n")


def data_folder() -> DataPaths:
    """Make sure of the data folder. NotReadyError `data_folder_unavailable`."""
    paths = own_paths(os.environ)
    try:
        paths.create()
    except OSError as fault:
        raise NotReadyError(
            "data_folder_unavailable",
            f"Isengard can't use the data folder: {fault.strerror or fault}.",
            "Check its disk and permissions, or set DATA_DIR, then start the worker again.",
        ) from fault
    return paths


def plugins() -> Mapping[str, Mapping[str, Factory]]:
    """The concrete plugins by seam: the only place in the worker that names them."""
    return {
        "training_backends": {
            "ai_toolkit": ai_toolkit.create,
            "comfyui_native": comfyui_native.create,
            "fast_test": fast_test.create,
        },
        "captioners": {"ai_toolkit": ai_toolkit.create_captioner, "fast_test": fast_test.create_captioner},
        "tools": face_tools.factories(),
    }


def make_registry(settings: Settings, paths: DataPaths) -> PluginRegistry:
    """Built-in plugins, pip entry points, and packs beside ours."""
    pack = Path(__file__).absolute().parents[2]
    return PluginRegistry(PluginContext(paths, settings), plugins(), neighbour_packs(pack))


def compose(
    tools: Tools,
    doorbell: Doorbell,
    settings: Settings,
    *,
    stays: bool = False,
    in_place: Callable[[], bool] = lambda: True,
) -> IsengardWorker:
    """A worker with one slot for CPU kinds and one for each GPU it may use. One that `stays` never ends for lack of
    work: on another machine nobody would start it again. `in_place`: whether the data folder is still there."""
    cards = numbered()[: settings.worker_concurrency]
    slots = [Slot(frozenset({"cpu"}))]
    slots += [
        Slot(frozenset({"gpu"}), GpuSlot(gpu.uuid, index, gpu.name, gpu.total_bytes)) for index, gpu in cards
    ]
    description = describe(VERSION, len(slots)).model_copy(
        update={
            "gpus": [gpu for _, gpu in cards],
            "data_mark": data_mark(tools.paths),
            "hub_token": bool(current_token(settings, tools.paths)),
        }
    )
    look = _seconds("ISENGARD_LOOK_S", Timing.look)
    idle = _seconds("ISENGARD_IDLE_S", math.inf if stays else Timing.idle)
    timing = Timing(idle=idle, look=look, report=min(look, Timing.report))
    return IsengardWorker(
        tools,
        doorbell,
        slots,
        description,
        timing,
        works=works(tools.registry, tools.ledger),
        backends=lambda: states(tools.registry),
        in_place=in_place,
    )


def _pace(lease_s: float) -> Pace:
    return Pace(
        beat=_seconds("ISENGARD_BEAT_S", Pace.beat),
        polite=_seconds("ISENGARD_POLITE_S", Pace.polite),
        hand_over=_seconds("ISENGARD_HAND_OVER_S", Pace.hand_over),
        lease=lease_s,
    )


def _seconds(variable: str, default: float) -> float:
    """Time limits can be shortened for tests by the environment."""
    return float(os.environ.get(variable) or default)
