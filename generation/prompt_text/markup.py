"""Marks in a prompt, made into what ComfyUI's text encoder reads as the person meant it (comfy/sd1_clip.py of 0.3.75 and 0.33.0).

One that weighs words reads `(smile:1.2)`; with a single bracket too many, a smiley's, it reads no weight behind it. One that does not
reads the letters. Brackets written `\\(` are the characters for both.
"""

from __future__ import annotations

import re

from ...core.families.prompting import Prompting

#: Of Stable Diffusion web UI, where it puts a LoRA on and never reaches the model.
_NETWORK = re.compile(r" ?<(?:lora|lyco|hypernet):[^<>\n]{0,200}>(?: ?,)?", re.IGNORECASE)
#: Brackets without others inside: words, a colon, a number.
_WEIGHTED = re.compile(r"(?<!\\)\(((?:[^()\\]|\\.)*?):[ ]*(\d{1,3}(?:\.\d*)?|\.\d+)[ ]*\)", re.DOTALL)
#: No program weighs more.
MOST_WEIGHT = 10.0
#: Weights inside weights are looked for so often.
_DEPTH = 8
_EMBEDDING = re.compile(r"[\t\v\f]?\b(embedding:)((?:[^\s,()<>{}|:\\]|\\(?![()]))+)")


def read_by(text: str, prompting: Prompting) -> str:
    """Write `text` so that the text encoder of a family reads what was meant."""
    text, removed = _NETWORK.subn("", text)
    text = text.strip() if removed else text
    if not prompting.weights:
        return _without_weights(text)
    text = _balanced(_WEIGHTED.sub(_literal_ratio, text))
    return _EMBEDDING.sub(_apart, text) if prompting.embeddings else text


def _literal_ratio(found: re.Match[str]) -> str:
    """`(16:9)` and `(at 10:30)` are no weights of 9 and 30."""
    return f"\\({found[1]}:{found[2]}\\)" if _is_ratio(found) else found[0]


def _is_ratio(found: re.Match[str]) -> bool:
    return found[1][-1:].isdigit() and "." not in found[2]


def _without_weights(text: str) -> str:
    """The words alone; each pass takes the innermost brackets away."""
    for _ in range(_DEPTH):
        text, count = _WEIGHTED.subn(_words_alone, text)
        if not count:
            break
    return text


def _words_alone(found: re.Match[str]) -> str:
    kept = _is_ratio(found) or float(found[2]) > MOST_WEIGHT
    return f"\\({found[1]}:{found[2]}\\)" if kept else found[1]


def _balanced(text: str) -> str:
    """A bracket without its other half becomes the character: ComfyUI would read no weight behind it."""
    opened: list[int] = []
    alone: set[int] = set()
    at = 0
    while at < len(text):
        if text[at] == "\\" and text[at + 1 : at + 2] in ("(", ")"):
            at += 1
        elif text[at] == "(":
            opened.append(at)
        elif text[at] == ")":
            if opened:
                opened.pop()
            else:
                alone.add(at)
        at += 1
    alone.update(opened)
    if not alone:
        return text
    return "".join(f"\\{sign}" if place in alone else sign for place, sign in enumerate(text))


def _apart(found: re.Match[str]) -> str:
    """ComfyUI takes all up to the next blank for the file's name, and begins one only behind a blank or a bracket."""
    name = found[2].rstrip(".;!?\"'")
    tail = found[2][len(name) :]
    text, start, end = found.string, found.start(1), found.end()
    before = " " if start and text[start - 1] not in " \n(" else ""
    ends = text[end : end + 1] in ("", ":", ")") or text[end].isspace()
    behind = "" if not tail and (ends or _is_comma_between_words(text, end)) else " "
    return f"{before}{found[1]}{name}{behind}{tail}"


def _is_comma_between_words(text: str, at: int) -> bool:
    """ComfyUI knows that one."""
    return text[at] == "," and (at + 1 == len(text) or text[at + 1].isspace())
