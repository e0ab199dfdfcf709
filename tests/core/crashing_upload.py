"""Run by test_photo_crashes: adds a photo and dies at the n-th fsync or rename, as in a power cut."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path


def main() -> None:
    boot_file, root, character_id, upload, die_at = sys.argv[1:]
    spec = importlib.util.spec_from_file_location("isengard_boot", boot_file)
    boot = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(boot)
    boot.load()
    from isengard.core.characters.photo_store import PhotoStore
    from isengard.core.clock import SystemClock
    from isengard.core.paths import DataPaths
    from isengard.core.photo_decoding.decoder import PhotoDecoder
    from isengard.core.storage.library import Library

    paths = DataPaths(root=Path(root), logs=Path(root) / "logs")
    photos = PhotoStore(Library(paths), paths, SystemClock(), PhotoDecoder())
    calls = 0

    def counted(call):
        def run(*arguments):
            nonlocal calls
            calls += 1
            if calls == int(die_at):
                os._exit(9)
            return call(*arguments)

        return run

    os.fsync, os.replace = counted(os.fsync), counted(os.replace)
    photo = photos.add(character_id, Path(upload), "photo.jpg")
    print(photo.id, flush=True)
    os._exit(0)


main()
