"""Looking for a person in files: in the lines of our logs, and in what others have written into ComfyUI's folders."""

from __future__ import annotations

import gzip
import json
import logging
import os
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from heapq import nlargest
from pathlib import Path
from typing import BinaryIO

from .. import atomic
from ..characters.slugs import is_generic_slug
from ..ids import ids_in
from ..records.base import Record
from ..redaction import each_text
from .whole_words import SHORT, WholeWords

#: A single letter is in every other line.
SHORTEST = 2
#: Of files that are not read in parts; a workflow stands before a picture's pixels.
HEAD_BYTES = 512 * 1024
MAX_CHUNK_BYTES = 4 * 1024**2
#: Of a folder of ComfyUI's the newest so many are looked into.
MAX_FILES = 50_000
PNG = b"\x89PNG\r\n\x1a\n"
#: Pictures with a workflow inside, saved workflows, logs; models are never opened.
SEARCHED = frozenset({".png", ".webp", ".jpg", ".jpeg", ".json", ".txt", ".log", ".flac", ".mp4", ".webm"})
#: Of our own outputs/ each is looked into: what is beside them says the same, and small copies say nothing.
OUR_PICTURES = frozenset({".png"})
#: What follows a short name where it names our folder or file: `ann/`, `ann-sd15-001400-…`, and elsewhere its end.
_AS_FILE = r"-[a-z0-9_]+-\d{6}"
#: SHA-256, ours and as other programs write it; a longer number is another one.
_HASH, _HEX = re.compile("[0-9a-f]{64}"), re.compile("[0-9A-Fa-f]{64,}")
#: What unpacking a log that a fault has hit raises.
_DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile)
_log = logging.getLogger("isengard.forgetting")
Found = Callable[[str], bool]


class Traces(Record):
    """The traces that tell of a person: `ids` anywhere, `words` (names, trigger words, hashes) as whole words, `slug` where it names
    their files or stands in a graph."""

    ids: list[str]
    words: list[str]
    slug: str = ""

    def without(self, words: Collection[str]) -> Traces:
        return Traces(ids=self.ids, words=[word for word in self.words if word not in words], slug=self.slug)


def finder(traces: Traces, others: Collection[str] = ()) -> Found:
    """Whether a text tells of them. The longer names of `others` do not: "Ann Example" is not Ann."""
    marks = _marks(traces)
    names_of_files = [one for one in traces.ids if one not in marks]
    by_letters = [word for word in traces.words if len(word) >= SHORTEST or not word.isascii()]
    words = WholeWords([word for word in by_letters if word not in marks], others)
    slug = _slug_pattern(traces.slug)

    def said(text: str) -> bool:
        if not marks.isdisjoint(_marks_in(text)) or any(one in text for one in names_of_files):
            return True
        if words.found_in(text):
            return True
        return slug is not None and traces.slug in text and slug.search(text) is not None

    return said


def _marks(traces: Traces) -> set[str]:
    """Ids and hashes, of which each photo has three: they are looked up in a set, since hundreds of searches take minutes."""
    return {one for one in traces.ids if one in ids_in(one)} | {
        word for word in traces.words if _HASH.fullmatch(word)
    }


def _marks_in(text: str) -> Iterator[str]:
    yield from ids_in(text)
    yield from (match[0].lower() for match in _HEX.finditer(text))


def _slug_pattern(slug: str) -> re.Pattern[str] | None:
    """Never `ann` in `joann`, `mary-ann` or `ann-2`. A slug that is a common word (`character`, `an`) only where it can be
    nothing else: before a slash, in a LoRA's name, as a quoted value."""
    if not slug:
        return None
    end = rf"(?=[^\w-]|$|{_AS_FILE})"
    if len(slug) < SHORT or is_generic_slug(slug):
        end = rf"(?=/|\\{{1,2}}[a-z]|{_AS_FILE}|\\*[\"'](?!\s*:))"
    return re.compile(rf"(?<![\w-]){re.escape(slug)}{end}")


def drop_lines(logs: Path, traces: Traces) -> int:
    """Rewrite our logs without the lines that tell of them; how many went. Logs of today too."""
    mentions, dropped = finder(traces), 0
    for file in sorted(file for file in logs.glob("*/*.log*") if file.is_file()):
        packed = file.suffix == ".gz"
        try:
            data = gzip.decompress(file.read_bytes()) if packed else file.read_bytes()
        except _DAMAGED as damage:
            file.unlink()  # nobody can say of whom it tells
            context = {"file": file.name, "reason": type(damage).__name__}
            _log.warning("A damaged log was removed", extra={"context": context})
            continue
        except FileNotFoundError:  # its day was over: a worker has packed or removed it
            continue
        lines = data.decode("utf-8", errors="replace").split(
            "\n"
        )  # only there: a text may hold other line ends
        kept = [line for line in lines if not _tells(line, mentions)]
        if len(kept) < len(lines):
            dropped += len(lines) - len(kept)
            rest = "\n".join(kept).encode("utf-8")
            atomic.write_bytes(file, gzip.compress(rest) if packed else rest)
    return dropped


def files_that_mention(folders: Iterable[Path], said: Found, *, but: Path | None = None) -> list[Path]:
    """Files whose name, text or metadata tell of somebody; nothing is changed, no pixel is read. What lies in the folder `but`
    is left out: ours may lie in one of ComfyUI's."""
    return [
        file
        for folder in folders
        for file in _newest(_files_in(folder, SEARCHED, but), MAX_FILES)
        if _mentions(folder, file, said)
    ]


def pictures_that_mention(folders: Iterable[Path], said: Found) -> list[Path]:
    """Pictures of ours, however many there are."""
    found = [(folder, file) for folder in folders for file in _files_in(folder, OUR_PICTURES)]
    found.sort(key=lambda place: str(place[1]))
    return [file for folder, file in found if _mentions(folder, file, said)]


def _mentions(folder: Path, file: Path, said: Found) -> bool:
    try:
        with file.open("rb") as stream:
            text = _said(stream).decode("utf-8", errors="replace")
    except OSError:
        return False
    name = file.relative_to(folder).with_suffix("").as_posix()
    return said(f"{name}\n{unescaped(text)}")


def _said(stream: BinaryIO) -> bytes:
    """A PNG's chunks before its pixels; of anything else the beginning."""
    head = stream.read(len(PNG))
    content = bytearray()
    while head == PNG and len(start := stream.read(8)) == 8:
        size, kind = int.from_bytes(start[:4], "big"), start[4:]
        if kind == b"IDAT":
            return bytes(content)
        if not kind.isalpha() or size > MAX_CHUNK_BYTES:
            break
        content += stream.read(size)
        stream.seek(4, os.SEEK_CUR)
    stream.seek(0)
    return stream.read(HEAD_BYTES)


def _files_in(folder: Path, kinds: Collection[str], but: Path | None = None) -> Iterator[Path]:
    """Files of these kinds in it and below; no links."""
    for above, folders, names in os.walk(folder):
        if but is not None:
            folders[:] = [name for name in folders if name != but.name or not _is(Path(above, name), but)]
        for name in names:
            file = Path(above, name)
            if file.suffix.lower() in kinds and not file.is_symlink():
                yield file


def _is(place: Path, other: Path) -> bool:
    try:
        return place.samefile(other)
    except OSError:
        return False


def _newest(files: Iterable[Path], most: int) -> list[Path]:
    found = [*files]
    if len(found) > most:
        found = nlargest(most, found, key=_changed)
    return sorted(found)


def _changed(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def unescaped(text: str) -> str:
    """JSON writes other scripts as \\uXXXX, rare letters as two of them, and puts a backslash before a quote."""
    if "\\" not in text:
        return text
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match.group(1), 16)), text).replace(
        '\\"', '"'
    )
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _tells(line: str, said: Found) -> bool:
    """As it stands, and every text in it as it was before it became JSON."""
    texts = [line]

    def seen(text: str) -> str:
        texts.append(text)
        return text

    try:
        each_text(json.loads(line), seen)
    except (ValueError, RecursionError):
        texts.append(unescaped(line))
    return said("\n".join(texts))
