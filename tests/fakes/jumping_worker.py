"""boot.py with a wall clock that jumps by a day, forth and back, twice a second; the monotonic clock goes on as it does."""

from __future__ import annotations

import datetime as dates
import importlib.util
import sys
import time
from pathlib import Path

DAY_S = 86_400.0
_real = time.time


def jump_s() -> float:
    return (DAY_S, 0.0, -DAY_S)[int(time.monotonic() * 2) % 3]


class Jumping(dates.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + dates.timedelta(seconds=jump_s())


def main() -> int:
    time.time = lambda: _real() + jump_s()
    dates.datetime = Jumping  # before anything of ours takes it from there
    spec = importlib.util.spec_from_file_location("boot", Path(__file__).resolve().parents[2] / "boot.py")
    boot = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(boot)
    return boot.main(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
