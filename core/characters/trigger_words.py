"""A person's trigger word in texts: found whatever its case and the script around it, and called by the names other programs use."""

from __future__ import annotations

import functools
import re

#: Scripts written without spaces, or with endings put to a foreign word: a word may stand right beside their letters.
#: Thai, Lao, Tibetan, Burmese, Khmer, Korean, Japanese, Chinese.
UNSPACED = (
    "\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u31ff\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
#: Ours, and AI-Toolkit's two.
_NAMES = re.compile(r"\{trigger\}|\[(?:trigger|name)\]", re.IGNORECASE)
#: Words that every model knows: training one of them moves what it means in all pictures, and it calls anybody.
ORDINARY = frozenset(
    [
        "the",
        "and",
        "for",
        "with",
        "from",
        "this",
        "that",
        "his",
        "her",
        "him",
        "she",
        "they",
        "them",
        "you",
        "who",
        "one",
        "two",
        "all",
        "not",
        "are",
        "was",
        "has",
        "have",
        "will",
        "person",
        "people",
        "human",
        "woman",
        "women",
        "man",
        "men",
        "girl",
        "girls",
        "boy",
        "boys",
        "child",
        "children",
        "kid",
        "baby",
        "lady",
        "guy",
        "adult",
        "teen",
        "teenager",
        "mother",
        "father",
        "mom",
        "mum",
        "dad",
        "sister",
        "brother",
        "wife",
        "husband",
        "friend",
        "model",
        "face",
        "portrait",
        "head",
        "body",
        "hair",
        "eyes",
        "smile",
        "dog",
        "cat",
        "horse",
        "bird",
        "animal",
        "pet",
        "puppy",
        "kitten",
        "robot",
        "doll",
        "toy",
        "character",
        "hero",
        "princess",
        "king",
        "queen",
        "prince",
        "photo",
        "photos",
        "photograph",
        "picture",
        "pictures",
        "image",
        "images",
        "painting",
        "drawing",
        "art",
        "style",
        "photography",
        "selfie",
        "closeup",
        "name",
        "trigger",
        "token",
        "subject",
        "object",
        "thing",
        "someone",
        "somebody",
        "me",
        "myself",
        "red",
        "blue",
        "green",
        "black",
        "white",
        "yellow",
        "pink",
        "brown",
        "old",
        "young",
        "new",
        "good",
        "best",
        "beautiful",
        "pretty",
        "cute",
        "big",
        "small",
        "house",
        "home",
        "car",
        "street",
        "city",
        "garden",
        "park",
        "beach",
        "forest",
        "water",
        "sky",
        "sun",
        "night",
        "day",
        "light",
        "room",
        "school",
        "office",
        "dress",
        "shirt",
        "hat",
        "shoes",
        "jacket",
        "suit",
        "glasses",
        "standing",
        "sitting",
        "walking",
        "running",
        "smiling",
        "looking",
        "wearing",
        "anna",
        "ann",
        "anne",
        "maria",
        "mary",
        "emma",
        "sophia",
        "olivia",
        "john",
        "james",
        "david",
        "michael",
        "peter",
        "paul",
        "tom",
        "max",
        "ben",
        "alex",
        "sam",
        "chris",
    ]
)


@functools.lru_cache(64)
def word_pattern(word: str) -> re.Pattern[str]:
    """Matches the word as one of its own, in any case."""
    beside = rf"[^\W{UNSPACED}]"
    return re.compile(rf"(?<!{beside}){re.escape(word)}(?!{beside})", re.IGNORECASE)


def spelled(text: str, trigger: str) -> str:
    """The text with the trigger word as it is trained: every name for it filled in, every other case of it made right."""
    return word_pattern(trigger).sub(trigger, _NAMES.sub(trigger, text))


def renamed(text: str, before: str, now: str) -> str:
    """The text with another trigger word in the place of this one: with both in it, training would bind the person to both."""
    return word_pattern(before).sub(now, text) if before else text


def holds(text: str, trigger: str) -> bool:
    return word_pattern(trigger).search(text) is not None


def is_ordinary(trigger: str, class_word: str) -> bool:
    """Whether a trigger word means something already, or is what the person is called a kind of."""
    word = trigger.lower()
    return word in ORDINARY or word in {part.lower() for part in class_word.split()}
