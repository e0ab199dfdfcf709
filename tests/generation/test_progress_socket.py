"""Steps and previews from ComfyUI's WebSocket; what cannot be read is left alone."""

from __future__ import annotations

import json
import struct

import pytest
from isengard.generation.image.progress_socket import MAX_FRAME_BYTES, ProgressSocket


def frame(prompt_id="p", mime="image/jpeg", content=b"picture", kind=4) -> bytes:
    about = json.dumps({"prompt_id": prompt_id, "image_type": mime}).encode()
    return struct.pack(">II", kind, len(about)) + about + content


@pytest.fixture
def socket():
    return ProgressSocket(lambda: None)


def test_the_newest_frame_of_each_prompt_with_its_number(socket):
    for content in (b"one", b"two"):
        socket._show(frame(content=content))
    socket._show(frame("q", "image/png"))
    assert (socket.frame("p").number, socket.frame("p").content) == (2, b"two")
    assert socket.frame("q").mime == "image/png" and socket.frame("r") is None
    socket.forget("p")
    assert socket.frame("p") is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x00\x00\x04",
        frame(kind=1),
        frame(mime="text/html"),
        frame(mime="image/svg+xml"),
        struct.pack(">II", 4, 9999) + b"{}",
        struct.pack(">II", 4, 2) + b"[]",
        frame(content=b"x" * MAX_FRAME_BYTES),
    ],
)
def test_what_is_no_preview_is_left_alone(socket, data):
    socket._show(data)
    assert socket.frame("p") is None
