"""Loads this checkout as the package `isengard`, the way ComfyUI and the worker do it."""

from __future__ import annotations

import importlib.util
import logging
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _load() -> None:
    spec = importlib.util.spec_from_file_location("isengard_boot", ROOT / "boot.py")
    boot = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(boot)
    boot.load()


_load()


#: What takes longest begins first, so that no process has a long module left when the others are done.
LONG_FIRST = ("real", "e2e", "storm", "slow")


@pytest.fixture(scope="session", autouse=True)
def hub_cache(tmp_path_factory):
    """What trainers read of the hub is there by name; no cache of the developer's decides a test."""
    from support.hub_files import put_all

    patch = pytest.MonkeyPatch()
    patch.setenv("HF_HUB_CACHE", str(put_all(tmp_path_factory.mktemp("hub"))))
    patch.delenv("HF_HUB_OFFLINE", raising=False)
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def roomy_disk():
    """No test depends on what is free on this machine's disk."""
    from support.roomy_disk import make_roomy

    patch = pytest.MonkeyPatch()
    make_roomy(patch)
    yield
    patch.undo()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Modules in the order of their longest kind; a module's own tests stay together and in their order. What is marked `full` is left to
    the full run: the everyday one has half an hour."""
    if not os.environ.get("ISENGARD_TEST_FULL"):
        later = [item for item in items if item.get_closest_marker("full")]
        config.hook.pytest_deselected(items=later)
        items[:] = [item for item in items if item not in set(later)]
    rank: dict[Path, int] = {}
    for item in items:
        kind = next(
            (n for n, mark in enumerate(LONG_FIRST) if item.get_closest_marker(mark)), len(LONG_FIRST)
        )
        rank[item.path] = min(rank.get(item.path, kind), kind)
    items.sort(key=lambda item: rank[item.path])


_LEFT = pytest.StashKey[list[str]]()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """No process outlives the tests: each test process counts those below its own folder when it is done, and waits for workers
    that end when they are idle."""
    from hosts.leftovers import left_below

    config = session.config
    left = config.stash.setdefault(_LEFT, [])
    factory = getattr(config, "_tmp_path_factory", None)
    if getattr(factory, "_basetemp", None) is not None:  # else no test has asked for a folder
        left += [line for line in left_below(factory.getbasetemp()) if line not in left]
    if hasattr(config, "workeroutput"):
        config.workeroutput["left_behind"] = left
    elif left and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """What the processes of pytest-xdist have counted."""
    found = getattr(node, "workeroutput", {}).get("left_behind", [])
    node.config.stash.setdefault(_LEFT, []).extend(found)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    left = config.stash.get(_LEFT, [])
    if left:
        terminalreporter.section(f"processes left behind: {len(left)}", red=True)
        terminalreporter.write_line("\n".join(left))


class FrozenClock:
    """A clock that moves only when a test says so."""

    def __init__(self) -> None:
        from datetime import datetime, timezone

        self.moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
        self.ticks = 1000.0

    def now(self):
        return self.moment

    def monotonic(self):
        return self.ticks

    def advance(self, seconds: float) -> None:
        from datetime import timedelta

        self.moment += timedelta(seconds=seconds)
        self.ticks += seconds


@pytest.fixture
def clock():
    return FrozenClock()


@pytest.fixture
def paths(tmp_path):
    """Our folders below a temporary root."""
    from isengard.core.paths import DataPaths

    paths = DataPaths(root=tmp_path / "data", logs=tmp_path / "data" / "logs")
    paths.create()
    return paths


@pytest.fixture(scope="module")
def headers():
    """Reads the headers of model files."""
    from isengard.core.model_headers.reader import HeaderReader

    headers = HeaderReader()
    yield headers
    headers.close()


@pytest.fixture(autouse=True)
def _restore_logging():
    """What setup_logging did to the root of our loggers is undone after each test."""
    root = logging.getLogger("isengard")
    handlers, propagate = list(root.handlers), root.propagate
    yield
    root.handlers, root.propagate = handlers, propagate


@pytest.fixture
def logged(caplog):
    """`logged.records`: what Isengard logged during the test."""
    caplog.set_level(logging.DEBUG, logger="isengard")
    ours = logging.Filter("isengard")  # what asyncio or a library says may belong to an earlier test
    caplog.handler.addFilter(ours)
    yield caplog
    caplog.handler.removeFilter(ours)
