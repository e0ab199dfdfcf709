"""Loads this checkout as the package `isengard`, the way ComfyUI and the worker do it."""

from __future__ import annotations

import importlib.util
import logging
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _load() -> None:
    spec = importlib.util.spec_from_file_location("isengard_boot", ROOT / "boot.py")
    boot = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(boot)
    boot.load()


_load()


#: What takes longest begins first, so that neither of two processes has a long module left when the other is done.
LONG_FIRST = ("real", "e2e", "storm", "slow")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules in the order of their longest kind; a module's own tests stay together and in their order."""
    rank: dict[Path, int] = {}
    for item in items:
        kind = next(
            (n for n, mark in enumerate(LONG_FIRST) if item.get_closest_marker(mark)), len(LONG_FIRST)
        )
        rank[item.path] = min(rank.get(item.path, kind), kind)
    items.sort(key=lambda item: rank[item.path])


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
    return caplog
