"""How long applying an identity takes beside ComfyUI's own LoraLoader."""

from __future__ import annotations

import json
import subprocess

import pytest
from hosts import fixtures
from hosts.comfyui import comfyui_folder
from hosts.environments import HOST

pytestmark = [pytest.mark.slow, pytest.mark.timing]


@pytest.mark.full
def test_applying_an_identity_costs_no_more_than_comfyuis_lora_loader(tmp_path, capsys):
    """The lowest of 15 on the same file: what the code costs, it costs each time. Each at a strength of its own, so that
    nothing is answered from a cache of results."""
    script = fixtures.HOSTS / "lora_bench.py"
    checkpoint = fixtures.tiny_models() / fixtures.CHECKPOINT
    command = [str(HOST.ensure()), str(script), str(comfyui_folder()), str(checkpoint), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    lowest = json.loads(done.stdout.strip().splitlines()[-1])
    share = lowest["IsengardApplyIdentity"] / lowest["LoraLoader"]
    with capsys.disabled():
        print(
            f"\n[identity] { ({name: round(1000 * s, 2) for name, s in lowest.items()}) } ms: {share:.2f} times"
        )
    assert share <= 1.05
