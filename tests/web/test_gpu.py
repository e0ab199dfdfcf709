"""Who holds the GPU, over HTTP, and ComfyUI asked to let go of it."""

from __future__ import annotations

import os

from support.gpu_fixtures import TOTAL_MIB, gpu  # noqa: F401 - fixture

MIB = 1024**2


def test_who_holds_the_gpu_is_told_and_what_was_freed_is_measured(gpu, api):  # noqa: F811
    gpu.set(2_000, ((os.getpid(), "/usr/bin/python3", 17_000), (4711, "blender", 1_000)))
    shown = api.get("/training/gpu")
    assert shown["gpu"]["free_bytes"] == 2_000 * MIB and shown["comfyui_holds"]
    assert shown["words"] == "ComfyUI 16.6 GB, blender 1.0 GB"
    assert [holder["comfyui"] for holder in shown["holders"]] == [True, False]
    answer = api.post("/training/gpu/free")
    assert answer["comfyui_holds"] and not answer["asked"], "nobody answers /free here, and that is said"
    gpu.set()
    answer = api.post("/training/gpu/free")
    assert not answer["comfyui_holds"] and answer["gpu"]["free_bytes"] > 0.9 * TOTAL_MIB * MIB


def test_without_a_gpu_that_is_said(api, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert api.get("/training/gpu") == {
        "gpu": None,
        "holders": [],
        "comfyui_holds": False,
        "words": "",
        "said": {},
    }
    assert api.post("/training/gpu/free")["gpu"] is None
