"""What nodes use of the server's services, on the stores of a data folder; `close` when done."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

from isengard.core.characters.character_store import CharacterStore
from isengard.core.characters.photo_store import PhotoStore
from isengard.core.clock import SystemClock
from isengard.core.generations.generation_store import GenerationStore
from isengard.core.loras.versions import VersionStore
from isengard.core.paths import DataPaths
from isengard.core.photo_decoding.decoder import PhotoDecoder
from isengard.core.settings import load_settings
from isengard.core.storage.library import Library
from isengard.web.panel_code.speech import Speech


def node_house(paths: DataPaths, **more: Any) -> SimpleNamespace:
    """`more` is what a test has of its own."""
    clock, library, decoder = SystemClock(), Library(paths), PhotoDecoder()

    def close() -> None:
        library.close()
        decoder.close()

    stores = {
        "speech": Speech(lambda: house.language, lambda: ""),
        "language": "auto",
        "paths": paths,
        "settings": load_settings(os.environ, paths),
        "clock": clock,
        "characters": CharacterStore(library, paths, clock),
        "photos": PhotoStore(library, paths, clock, decoder),
        "versions": VersionStore(paths, clock),
        "generations": SimpleNamespace(store=GenerationStore(library, paths, clock)),
        "close": close,
    }
    house = SimpleNamespace(**{**stores, **more})
    return house
