"""Prompts to a real ComfyUI, past our own API."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

JSON = {"Content-Type": "application/json"}


def picture_of(slug: str) -> dict:
    """What somebody builds on the canvas: a picture of the person, kept by our node."""
    return {
        "1": {"class_type": "IsengardCharacter", "inputs": {"character": slug}},
        "2": {
            "class_type": "IsengardPlaceholderImage",
            "inputs": {"text": ["1", 1], "width": 64, "height": 64, "seed": 1},
        },
        "3": {"class_type": "IsengardSaveImage", "inputs": {"images": ["2", 0]}},
    }


def validated(server, graph):
    """ComfyUI's answer to a prompt; what was queued is taken out again."""
    body = json.dumps({"prompt": graph}).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{server.url}/prompt", body, JSON)) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as refusal:
        return json.loads(refusal.read())
    finally:
        clear = urllib.request.Request(f"{server.url}/queue", b'{"clear": true}', JSON, method="POST")
        urllib.request.urlopen(clear).close()
