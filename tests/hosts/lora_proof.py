"""The acceptance rule for a real LoRA in a real ComfyUI (facts: lora-roundtrip section 3), asked of the server from outside.

The base repeats exactly, the LoRA changes the picture, and ComfyUI's log holds no line about keys that did not load.
"""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path
from typing import Any

from .comfyui import ComfyUI
from .environments import say
from .journey import Api, Journey

BAD_LOG = re.compile(r"lora key not loaded|NOT LOADED|ERROR lora")
MIN_STEPS = 20


def demand(
    api: Api, server: ComfyUI, found: Journey, version: dict[str, Any], picture: dict[str, Any]
) -> None:
    """AssertionError for the first promise that does not hold."""
    proof = version["proof"]
    assert found.job["checkpoints"][-1]["step"] >= MIN_STEPS, found.job["checkpoints"]
    assert proof["header"] and proof["finite"] and proof["nonzero"], proof
    assert proof["fit"] == "fits", f"unmatched modules: {proof}"
    assert proof["image"] == "changed", proof
    base = _picture(api, server, found, {**picture, "seed": 11}, 0.0)
    free(server)
    again = _picture(api, server, found, {**picture, "seed": 11}, 0.0)
    free(server)
    with_lora = _picture(api, server, found, {**picture, "seed": 11}, 1.0)
    noise, change = difference(base, again), difference(again, with_lora)
    say(f"picture: mean difference {change:.2f} of 255 with the LoRA, {noise:.2f} when the base is repeated")
    assert noise == 0.0, "the base does not repeat exactly"
    assert change > 1.0, "the LoRA does not change the picture"
    bad = [line for line in server.log().splitlines() if BAD_LOG.search(line)]
    assert not bad, bad
    say("log:     no `lora key not loaded`, no `ERROR lora`")


def _picture(api: Api, server: ComfyUI, found: Journey, picture: dict[str, Any], strength: float) -> Path:
    body = {
        "characters": [{"id": found.character["id"], "strength": strength}],
        "prompt": "portrait photo of {trigger}",
        **picture,
    }
    made = api.wait_for(f"/generations/{api.post('/generations', body)['id']}", 60)
    assert made["state"] == "completed", made["error"]
    return server.data / "outputs" / made["id"] / made["images"][0]["file"]


def free(server: ComfyUI) -> None:
    """Empty ComfyUI's caches: an unchanged prompt would otherwise be answered with the earlier picture."""
    import json
    import urllib.request

    body = json.dumps({"unload_models": True, "free_memory": True}).encode()
    request = urllib.request.Request(
        f"{server.url}/free", data=body, headers={"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request, timeout=30).close()


def difference(one: Path, other: Path) -> float:
    """Mean absolute difference of the pixels of two 8-bit RGB PNG files of one size."""
    first, second = pixels(one), pixels(other)
    assert len(first) == len(second)
    return sum(abs(a - b) for a, b in zip(first, second, strict=True)) / len(first)


def pixels(file: Path) -> bytes:
    """The RGB bytes of a PNG, with the standard library alone: dev.py runs without Pillow."""
    data = file.read_bytes()
    at, packed, header = 8, b"", b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        content = data[at + 8 : at + 8 + length]
        header = content if kind == b"IHDR" else header
        packed += content if kind == b"IDAT" else b""
        at += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", header[:10])
    assert (depth, colour) == (8, 2), "not an 8-bit RGB picture"
    return unfilter(zlib.decompress(packed), width * 3, height)


def unfilter(raw: bytes, stride: int, height: int) -> bytes:
    """Undo the five PNG row filters (PNG specification, section 9), 3 bytes a pixel."""
    out, above = bytearray(), bytearray(stride)
    for row in range(height):
        kind = raw[row * (stride + 1)]
        line = bytearray(raw[row * (stride + 1) + 1 : (row + 1) * (stride + 1)])
        for i in range(stride):
            left = line[i - 3] if i >= 3 else 0
            corner = above[i - 3] if i >= 3 else 0
            line[i] = (
                line[i] + (0, left, above[i], (left + above[i]) // 2, paeth(left, above[i], corner))[kind]
            ) % 256
        out += line
        above = line
    return bytes(out)


def paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda value: abs(guess - value))
