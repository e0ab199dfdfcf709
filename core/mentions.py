"""Looking for words in files: in the lines of our logs, and in what others have written into ComfyUI's folders."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from . import atomic

#: A name of one or two letters is in every other line.
SHORTEST = 3
#: Where a workflow stands in a picture: before its pixels.
HEAD_BYTES = 2 * 1024**2
MAX_FILES = 20_000
#: Pictures with a workflow inside, saved workflows, logs; models are never opened.
SEARCHED = {".png", ".webp", ".jpg", ".jpeg", ".json", ".txt", ".log", ".flac", ".mp4", ".webm"}


def finder(words: Collection[str]) -> Callable[[str], bool]:
    """Whether a text holds one of `words` as a whole word, whatever its case."""
    wanted = [re.escape(word) for word in sorted(words) if len(word) >= SHORTEST]
    if not wanted:
        return lambda text: False
    pattern = re.compile(rf"(?<![\w])(?:{'|'.join(wanted)})(?![\w])", re.IGNORECASE)
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
    """Files whose name or first megabytes hold an id or a word; nothing is changed."""
    said = finder(words)
    found = []
    for file in _searched(folders):
        try:
            with file.open("rb") as stream:
                text = stream.read(HEAD_BYTES).decode("utf-8", errors="replace")
        except OSError:
            continue
        text = f"{file.stem}\n{_unescaped(text)}"
        if mentions(text, ids) or said(text):
            found.append(file)
    return found


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
