"""What the pack finds in a real ComfyUI, whichever it is, against the releases that its own table names."""

from __future__ import annotations

import io
import json
import urllib.request
import zipfile

import pytest
from hosts import comfyui
from hosts.journey import Api
from isengard.comfy_capabilities import CAPABILITIES
from isengard.core.version import numbers

pytestmark = [pytest.mark.slow, pytest.mark.e2e]


@pytest.mark.full
def test_each_capability_is_there_from_the_release_that_brought_it(tmp_path):
    base = comfyui.make_base(tmp_path / "host")
    server = comfyui.start(base, environment={"ISENGARD_MODE": "fast-test"})
    try:
        version = Api(server.url).wait_until_ready()["comfyui"]
        with urllib.request.urlopen(f"{server.url}/isengard/diagnostics", timeout=30) as answer:
            archive = zipfile.ZipFile(io.BytesIO(answer.read()))
        told = json.loads(archive.read("versions.json"))
        left = json.loads((server.data / "run" / "server.json").read_text())["comfyui"]
    finally:
        server.stop()
    expected = {
        one.name: (one.since, one.name != "dynamic_memory" and numbers(version) >= numbers(one.since))
        for one in CAPABILITIES
    }
    rows = {row["name"]: (row["since"], row["present"]) for row in told["comfyui_capabilities"]}
    assert rows == expected, f"ComfyUI {version}"
    assert left == {
        "version": version,
        "frontend": told["frontend"],
        "capabilities": told["comfyui_capabilities"],
    }
    assert numbers(told["frontend"]), told["frontend"]
