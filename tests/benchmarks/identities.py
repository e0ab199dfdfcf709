"""IsengardApplyIdentity beside ComfyUI's LoraLoader on the same file: the measurement of tests/nodes, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from .measure import Measure, slower_by

MOST = 1.05
SCRIPT = Path(__file__).resolve().parents[1] / "hosts" / "lora_bench.py"


def applying(work: Path) -> list[Measure]:
    if not SCRIPT.is_file():
        return []
    from hosts.comfyui import comfyui_folder
    from hosts.fixtures import CHECKPOINT, tiny_models

    work.mkdir()
    command = [sys.executable, str(SCRIPT), str(comfyui_folder()), str(tiny_models() / CHECKPOINT), str(work)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    ours, theirs = (found[name] * 1000 for name in ("IsengardApplyIdentity", "LoraLoader"))
    return [slower_by("putting a person into a model", ours, theirs, "ms", most=MOST)]
