"""What differs between the releases of ComfyUI that the tests run on: a test asks `has` and assumes nothing.

By version, unlike the pack itself, whose probes are held against this (`tests/host/test_capabilities_in_comfyui.py`).
"""

from __future__ import annotations

import re

from .comfyui import comfyui_folder

#: What tests alone ask for, in the order of the releases. What the pack asks for is in its own `comfy_capabilities.py`.
CHANGES = {
    # PREPARE_CLASS_CLONE of a V3 node takes {"hidden_inputs": ...} where it took the hidden inputs themselves
    "v3_data": "0.4.0",
    # /prompt refuses a value that is not in a V3 node's list, as it always did for older nodes
    "combos_validated": "0.8.0",
    "flux2_klein": "0.9.2",
    "krea2": "0.26.0",
}


def version() -> str:
    """The release of the ComfyUI under test."""
    text = (comfyui_folder() / "comfyui_version.py").read_text(encoding="utf-8")
    return re.search(r'"([\d.]+)', text)[1]


def reaches(release: str) -> bool:
    """Whether the ComfyUI under test is of that release or a later one."""
    here, there = ([int(part) for part in text.split(".")] for text in (version(), release))
    return here >= there


def has(change: str) -> bool:
    """Whether the ComfyUI under test has it; KeyError for what no table names."""
    from isengard.comfy_capabilities import CAPABILITIES

    return reaches({**CHANGES, **{one.name: one.since for one in CAPABILITIES}}[change])
