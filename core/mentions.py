"""Looking for words in files: in the lines of our logs, and in what others have written into ComfyUI's folders."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from . import atomic

#: A name of one or two letters is in every other line.
SHORTEST = 3
#: Of files that are not read in parts; a workflow stands before a picture's pixels.
HEAD_BYTES = 512 * 1024
MAX_CHUNK_BYTES = 4 * 1024**2
MAX_FILES = 50_000
PNG = b"\x89PNG\r\n\x1a\n"
#: Pictures with a workflow inside, saved workflows, logs; models are never opened.
SEARCHED = {".png", ".webp", ".jpg", ".jpeg", ".json", ".txt", ".log", ".flac", ".mp4", ".webm"}


def finder(words: Collection[str]) -> Callable[[str], bool]:
    """Whether a text holds one of `words` as a whole word, whatever its case."""
    wanted = [re.escape(word) for word in sorted(words) if len(word) >= SHORTEST]
    if not wanted:
        return lambda text: False
    pattern = re.compile(rf"(?<![^\W_])(?:{'|'.join(wanted)})(?![^\W_])", re.IGNORECASE)
    return lambda text: pattern.search(text) is not None


def drop_lines(logs: Path, ids: Collection[str], words: Collection[str]) -> int:
    """Rewrite our logs without the lines that mention an id or a word; how many went. Logs of today too."""
    said, dropped = finder(words), 0
    for file in sorted(logs.glob("*/*.log*")):
        packed = file.suffix == ".gz"
        data = gzip.decompress(file.read_bytes()) if packed else file.read_bytes()
        lines = data.decode("utf-8", errors="replace").splitlines(keepends=True)
        kept = [line for line in lines if not _mentions(line, ids, said)]
        if len(kept) < len(lines):
            dropped += len(lines) - len(kept)
            rest = "".join(kept).encode("utf-8")
            atomic.write_bytes(file, gzip.compress(rest) if packed else rest)
    return dropped


def files_that_mention(folders: Iterable[Path], ids: Collection[str], words: Collection[str]) -> list[Path]:
    """Files whose name, text or metadata hold an id or a word; nothing is changed, no pixel is read."""
    said = finder(words)
    found = []
    for file in _searched(folders):
        try:
            with file.open("rb") as stream:
                text = _said(stream).decode("utf-8", errors="replace")
        except OSError:
            continue
        text = f"{file.stem}\n{_unescaped(text)}"
        if mentions(text, ids) or said(text):
            found.append(file)
    return found


def _said(stream: BinaryIO) -> bytes:
    """A PNG's chunks before its pixels; of anything else the beginning."""
    head = stream.read(len(PNG))
    found = bytearray()
    while head == PNG and len(start := stream.read(8)) == 8:
        size, kind = int.from_bytes(start[:4], "big"), start[4:]
        if kind == b"IDAT":
            return bytes(found)
        if not kind.isalpha() or size > MAX_CHUNK_BYTES:
            break
        found += stream.read(size)
        stream.seek(4, os.SEEK_CUR)
    stream.seek(0)
    return stream.read(HEAD_BYTES)


def _searched(folders: Iterable[Path]) -> Iterator[Path]:
    left = MAX_FILES
    for folder in folders:
        for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if file.suffix.lower() in SEARCHED and file.is_file() and not file.is_symlink():
                left -= 1
                if left < 0:
                    return
                yield file


def _unescaped(text: str) -> str:
    """JSON writes other scripts as \\uXXXX."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match.group(1), 16)), text)


def mentions(text: str, ids: Collection[str]) -> bool:
    return any(one in text for one in ids)


def _mentions(line: str, ids: Collection[str], said: Callable[[str], bool]) -> bool:
    try:
        text = json.dumps(json.loads(line), ensure_ascii=False)
    except ValueError:
        text = line
    return mentions(text, ids) or said(text)
