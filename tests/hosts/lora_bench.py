"""IsengardApplyIdentity beside ComfyUI's LoraLoader on the same file, in the real ComfyUI's own Python: prints the lowest of both.

`python tests/hosts/lora_bench.py COMFYUI TINY_CHECKPOINT FOLDER` (a process of its own: it loads ComfyUI).
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

TIMES, WARM_UP = 15, 3
TESTS = Path(__file__).resolve().parents[1]


def prepare(comfyui: str, folder: Path) -> None:
    """ComfyUI on the CPU and this pack as `isengard`, with data and user folders in `folder`."""
    sys.path[:0] = [str(TESTS), str(TESTS / "hosts")]
    import comfyui_launcher

    globals()["library"] = comfyui_launcher.prepare()
    sys.argv = ["bench", "--cpu"]
    sys.path.insert(0, comfyui)
    import comfy.options

    comfy.options.enable_args_parsing()
    os.environ["DATA_DIR"] = str(folder / "data")
    spec = importlib.util.spec_from_file_location("isengard_boot", TESTS.parent / "boot.py")
    boot = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(boot)
    boot.load()


def measure(checkpoint: str) -> dict[str, float]:
    import comfy.sd
    import folder_paths
    from isengard.comfy_host import ComfyHost
    from isengard.core.paths import resolve_paths
    from isengard.core.records.character import CharacterDraft
    from isengard.nodes import context
    from isengard.nodes.apply_identity import IsengardApplyIdentity
    from isengard.nodes.character import IsengardCharacter
    from support.loras import publish
    from support.node_fixtures import node_house

    import nodes

    paths = resolve_paths(os.environ, Path(os.environ["DATA_DIR"]))
    paths.create()
    house = node_house(paths)
    context.provide(ComfyHost(SimpleNamespace(port=1)), lambda: house)
    ann = context.current().characters.create(CharacterDraft(name="Ann"))
    version = publish(context.current().versions, {"slug": ann.slug, "id": ann.id}, 10)
    folder_paths.add_model_folder_path("loras", str(context.current().paths.models))
    model, clip = comfy.sd.load_checkpoint_guess_config(checkpoint)[:2]
    value, loader = IsengardCharacter.execute("ann").args[0], nodes.LoraLoader()
    calls = {
        "LoraLoader": lambda s: loader.load_lora(model, clip, version.file, s, s),
        "IsengardApplyIdentity": lambda s: IsengardApplyIdentity.execute(model, value, version.file, s, clip),
    }
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(TIMES + WARM_UP):
        # in turn, the other one first each time: neither always pays for what the one before left
        for name in sorted(calls, reverse=bool(number % 2)):
            taken[name].append(seconds(lambda call=calls[name], s=0.5 + number / 100: call(s)))
    return {name: min(times[WARM_UP:]) for name, times in taken.items()}


def seconds(call: Any) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


if __name__ == "__main__":
    tiny = sys.argv[2]
    prepare(sys.argv[1], Path(sys.argv[3]))
    print(json.dumps(measure(tiny)))
