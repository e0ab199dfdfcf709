"""Finds what is left of faces in files: numbers that describe one, as text or as binary, and its print."""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Iterable
from pathlib import Path

from isengard.core.faces.face import Face

#: Numbers with so many digits are looked for in text: kept scores have three.
NUMBER = re.compile(rb"\d\.\d{6}")
#: As structs of numbers that stand one after the other, and how many pairs of them are looked for.
BINARY, PAIRS = ("<2d", ">2d", "<2f", ">2f"), 8
#: How pictures begin: pixels are not looked through.
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF")


def traces(folder: Path, faces: Iterable[Face]) -> set[tuple[str, str]]:
    """(file, what was found), for all files of a folder and of those in it."""
    faces = list(faces)
    numbers = {
        text for face in faces for one in face.numbers for text in NUMBER.findall(f"{one:.6f}".encode())
    }
    binary = {form: what for face in faces for form, what in _binary(face).items()}
    found = set()
    for file in (one for one in folder.rglob("*") if one.is_file() and not one.is_symlink()):
        content = file.read_bytes()
        if content.startswith(PICTURES):
            continue
        if numbers & set(NUMBER.findall(content)):
            found.add((file.name, "a number as text"))
        found |= {(file.name, what) for form, what in binary.items() if form in content}
    return found


def _binary(face: Face) -> dict[bytes, str]:
    pairs = list(zip(face.numbers, face.numbers[1:], strict=False))[:PAIRS]
    found = {struct.pack(form, *pair): "numbers" for pair in pairs for form in BINARY}
    middle = face.print[len(face.print) // 2 :][:24]  # the oval of a print is zeros outside
    as_text = base64.b64encode(face.print)
    return {**found, middle: "a print", as_text[len(as_text) // 2 :][:32]: "a print as text"}
