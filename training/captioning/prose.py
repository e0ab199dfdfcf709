"""From what a captioner says to a caption: one paragraph, never empty, the trigger word in front."""

from __future__ import annotations

import re

from ...core.characters.captions import fallback
from ...core.characters.trigger_words import spelled, word_pattern
from ...core.records.photo import MAX_CAPTION

#: What is asked of a captioner. Whatever a caption names is not learned as part of the person, so the face stays out of it.
PROMPT = (
    "Describe this photo of a {class_word} in two or three plain sentences, for somebody who will draw it again. "
    "Say what they wear, how they stand or sit and what they do, the place and what is in it, the light, the colours, "
    "and how the picture is framed. Call the person only 'a {class_word}'. Do not describe the face, eyes, hair, skin, "
    "body, age or beauty, and give no names. State what is there as a fact, with no preamble."
)
#: Beginnings that a model adds although it was told not to.
_PREAMBLE = re.compile(
    r"^(?:sure|certainly|here is|here's|this (?:image|photo|picture) (?:shows|depicts|features)|"
    r"the (?:image|photo|picture) (?:shows|depicts|features)|caption:)[^\w]*(?:a description[^:]*:)?\s*",
    re.IGNORECASE,
)

_ARTICLE = re.compile(r"^(?:A|An|The)\b")


def prompt_for(class_word: str) -> str:
    return PROMPT.format(class_word=class_word)


def caption_of(said: str, trigger: str, class_word: str) -> str:
    """Keep the caption in what was said; the fallback where nothing was said."""
    text, before = " ".join(said.replace("${", "").split()), ""
    while text != before:  # "Sure! Here is a description: …"
        before, text = text, _PREAMBLE.sub("", text).strip(" \"'*`“”")
    text = "".join(letter for letter in text if letter.isprintable())
    if not text:
        return fallback(trigger, class_word)
    text = spelled(text, trigger)
    if not word_pattern(trigger).match(text):
        text = f"{trigger}, {_ARTICLE.sub(lambda found: found.group().lower(), text)}"
    return text if len(text) <= MAX_CAPTION else text[: MAX_CAPTION - 1].rsplit(" ", 1)[0] + "…"
