"""A recovery adapter of random numbers for a base in fewer bits, and the card that asks for one: `dev.py families qwen_image --bits 3`."""

from __future__ import annotations

import json
import re
from pathlib import Path

from support.recovery_adapters import adapter_shapes

from . import build
from .hub import PINS, pin, snapshot


def hub_with_adapter(way: str, python: Path, bits: int, home: Path) -> Path:
    """`home`, filled with links to what `build.hub` made and with the adapter for `bits` of the family's record."""
    from isengard.core.families.families import Families

    made, family = build.hub(way, python), way.partition(".")[0]
    form = Families().get(family).memory.in_bits(bits)
    if form is None:
        raise SystemExit(f"{family} is not trained in {bits} bits.")
    (home / "hub").mkdir(parents=True)
    for repository in (made / "hub").iterdir():
        (home / "hub" / repository.name).symlink_to(repository, target_is_directory=True)
    pins = json.loads((made / PINS).read_text(encoding="utf-8"))
    pin(home, {**pins, form.adapter.hub: form.adapter.revision})
    write_adapter(
        build.base_file(family, build.models(family)),
        snapshot(home, form.adapter.hub) / form.adapter.single_file,
    )
    return home


def write_adapter(base: Path, file: Path) -> None:
    """A weak one for this base."""
    from isengard.core.loras.safetensors_file import read_header

    from .tensors import filled, write

    write(file, filled(adapter_shapes(read_header(base).shapes), seed=6, gains={"*": 0.1}))


def with_a_card(folder: Path) -> dict[str, str]:
    """An environment in which the pack sees a GPU of 24 GB, and the trainer trains on the processor what it is told for that."""
    from support.gpu_fixtures import FakeGpu

    card = FakeGpu.make(folder)
    return {"PATH": card.search_path, "ISENGARD_ALLOW_CPU": "", "HF_CUT_CARD": "cpu"}


def matrices_under(log: str) -> tuple[int, int]:
    """Of the trainer's log: so many matrices it brought into fewer bits under the adapter, and so many it has found for it."""
    done = re.findall(r"Attaching quantization: 100%\D+(\d+)/(\d+)", log)
    return (int(done[-1][0]), int(done[-1][1])) if done and "Missing keys: []" in log else (0, 0)
