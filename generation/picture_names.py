"""Names for people of the files of pictures: "Anna, rainy street 1253.png". Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..core.characters.slugs import DEVICES
from ..core.records.generation import GeneratedImage, Generation

#: Letters of what a picture shows, of a person's name, and of a whole name without its end; bytes that every file system takes.
MOST_WORDS, MOST_NAME, MOST, MOST_BYTES = 40, 40, 120, 200
#: What no system takes in a file's name, or one of them takes for a folder.
_REFUSED = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_TRIGGER = re.compile(r"\{trigger\d?\}")
#: "portrait photo of" before somebody: it says nothing of what is shown.
_LEAD = re.compile(r"(?:[\w-]+\s+){1,3}of\s+(?=\{trigger\d?\})")
#: Brackets and weights of a prompt: (soft light:1.2), {a|b}.
_MARKUP = re.compile(r"[(){}\[\]|]|:-?\d+(?:\.\d+)?")
#: Where somebody stands while a prompt is looked through.
_PERSON = "\x00"
_NUMBER_OF_SEED = 10_000


def name_of(generation: Generation, image: GeneratedImage, people: Mapping[str, str]) -> str:
    """Name the file of a generation's picture; `people` are names by their ids."""
    names = [people.get(use.id, "") for use in generation.request.characters]
    return picture_name(names, words_of_prompt(image.prompt or generation.request.prompt), image.seed)


def picture_name(people: Sequence[str], words: str, seed: int) -> str:
    """Name a picture's file: who is in it, what it shows, the end of its seed. The panel makes the same (js/data/looking/picture_name.js)."""
    who = " and ".join(name[:MOST_NAME] for name in people if name.strip())
    said = ", ".join(part for part in (who, words.strip()) if part)
    return f"{safe_name(said, 'picture')} {seed % _NUMBER_OF_SEED:04d}.png"


def words_of_prompt(prompt: str) -> str:
    """Find the part of a prompt that says most, at most 40 letters: what the person does in it, else the longest phrase behind them (a style
    stands before), else the longest."""
    plain = _MARKUP.sub(" ", _TRIGGER.sub(f" {_PERSON} ", _LEAD.sub(" ", prompt.replace(_PERSON, " "))))
    phrases = [" ".join(phrase.split()) for phrase in re.split(r"[,.;\n]", plain)]
    at = next((n for n, phrase in enumerate(phrases) if _PERSON in phrase), len(phrases))
    phrases = [" ".join(phrase.replace(_PERSON, " ").split()) for phrase in phrases]
    beside = phrases[at] if at < len(phrases) else ""
    said = beside or max(phrases[at:], key=len, default="") or max(phrases, key=len)
    if len(said) <= MOST_WORDS:
        return said
    return said[: MOST_WORDS + 1].rpartition(" ")[0] or said[:MOST_WORDS]


def safe_name(text: str, otherwise: str) -> str:
    """Make a text the name of a file that every system takes, without its end; `otherwise` where nothing is left of it."""
    plain = _REFUSED.sub(" ", unicodedata.normalize("NFC", text))
    kept = "".join(letter for letter in plain if unicodedata.category(letter) not in ("Cc", "Cf", "Zl", "Zp"))
    short = " ".join(kept.split())[:MOST].encode("utf-8")[:MOST_BYTES]
    name = short.decode("utf-8", "ignore").strip(" .")
    stem = name.partition(".")[0].rstrip().lower()  # Windows has `con.txt` for itself, too
    return otherwise if not name or stem in DEVICES else name


def named_apart(found: Iterable[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """Give each file a name of its own, as `told_apart` does."""
    named = list(found)
    return list(zip(told_apart(name for name, _ in named), (file for _, file in named), strict=True))


def told_apart(names: Iterable[str]) -> list[str]:
    """Give each name once: the second of two that differ by nothing but case is called "… (2)"."""
    taken: set[str] = set()
    apart = []
    for name in names:
        stem, dot, end = name.rpartition(".")
        number, free = 1, name
        while free.lower() in taken:
            number += 1
            free = f"{stem} ({number}){dot}{end}"
        taken.add(free.lower())
        apart.append(free)
    return apart
