"""Fills a hub cache with what trainers read, by name alone: `hub_stand_in.py CACHE`. For a host whose trainer is the registry's fork,
which reads a folder of its own; run by a Python that has the pack's requirements."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]

if __name__ == "__main__":
    sys.path.insert(0, str(TESTS))
    spec = importlib.util.spec_from_file_location("isengard_boot", TESTS.parent / "boot.py")
    boot = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(boot)
    boot.load()
    from support.hub_files import put_all

    put_all(Path(sys.argv[1]))
