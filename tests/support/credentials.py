"""The library that signs pictures, as somebody would install it, and gone again: other tests ask what happens without it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hosts.environments import unpacked

#: As `pip install c2pa-python` brings them; what else it needs, ComfyUI has.
PACKAGES = ("c2pa-python==0.38.1", "cryptography==50.0.2", "cffi==2.1.1", "pycparser==3.12")


@contextmanager
def credentials_library() -> Iterator[Any]:
    """The module `c2pa`, importable until the end."""
    folders = [str(unpacked(package, package.replace("==", "-"))) for package in PACKAGES]
    sys.path += folders
    importlib.invalidate_caches()
    try:
        yield importlib.import_module("c2pa")
    finally:
        for folder in folders:
            sys.path.remove(folder)
        for name in [name for name in sys.modules if name.partition(".")[0] == "c2pa"]:
            sys.modules.pop(name)  # not cryptography: its compiled part can be loaded once in a process
