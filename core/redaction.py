"""What must never be written anywhere: tokens, passwords, home folders (specification: redaction rules)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .said import Said, with_texts

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # 20 and more are a token whatever stands around them; shorter ones too unless they are part of a name, or one that the
    # hub's library has: `hf_hub_download`, `hf_transfer` and `hf_home` stay readable in a traceback
    (
        re.compile(
            r"hf_(?:[A-Za-z0-9]{20,}|(?!(?:api|cache|endpoint|file|home|hub|token|transfer|xet)\b)[A-Za-z0-9]+(?![A-Za-z0-9_]))"
        ),
        "hf_***REDACTED***",
    ),
    # not within a word: "disk-full" and "Frisk-Jones" are no keys
    (re.compile(r"(?<![A-Za-z0-9])sk-[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"), "sk-***REDACTED***"),
    # Windows' people have spaces in their names
    (re.compile(r"(?<=[A-Za-z]:)/Users/[^/\\\"<>|:*?\r\n]{1,80}/"), "/[HOME]/"),
    (re.compile(r"(?:/Users|/home)/[^/\s\"']+/"), "/[HOME]/"),
    (re.compile(r"/root/"), "/[HOME]/"),
    (re.compile(r"[A-Za-z]:\\+Users\\+[^/\\\"<>|:*?\r\n]{1,80}\\+"), r"\\[HOME]\\"),
    (re.compile(r"token=[^&\s\"']+", re.IGNORECASE), "token=***"),
    (re.compile(r"password=.*", re.IGNORECASE), "password=***"),
    (re.compile(r"(redis(?:s)?://[^:@/\s]*):[^/\s]+@"), r"\1:***@"),
    (re.compile(r"(Bearer\s+)[A-Za-z0-9._~+/=-]+"), r"\1***"),
)


#: Without one of these no rule can match: most of what is redacted are plain words, thousands of them a second.
_MARKS = re.compile(r"hf_|sk-|[/\\=]|Bearer")


def redact(text: str) -> str:
    """`text` without secrets and without anybody's home folder."""
    if _MARKS.search(text) is None:
        return text
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def redacted(sentence: str) -> str:
    """The same for a sentence that may have gaps: one with a secret that no gap holds alone is not said in another language."""
    if not isinstance(sentence, Said):
        return redact(sentence)
    clean = with_texts(sentence, redact)
    whole = redact(clean)
    return clean if whole == clean else whole


def redact_value(value: Any) -> Any:
    """The same for nested JSON values; keys are redacted too."""
    return each_text(value, redact)


def each_text(value: Any, change: Callable[[str], str]) -> Any:
    """A nested JSON value with `change` done to every text in it, keys and all."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(str(key)): each_text(item, change) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [each_text(item, change) for item in value]
    return value
