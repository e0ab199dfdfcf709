"""One word for one thing: docs/words.md settles them, and what people read holds none of the words it has replaced."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import toml

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs" / "words.md"
#: The list of the routes speaks of the code.
API = ROOT / "docs" / "api.md"
#: What the panel shows of a record: its words, not its numbers and keys.
SHOWN = {"label", "about", "good_at", "terms"}


@dataclass(frozen=True)
class Rule:
    """Words that are no longer said, the phrases in which they are right, and the pages that may use them."""

    say: str
    old: re.Pattern[str]
    right: tuple[str, ...]
    pages: tuple[str, ...]

    def found(self, place: str, text: str) -> list[str]:
        if place in self.pages:
            return []
        text = re.sub(r"\{\w+\}", " ", text)
        for phrase in self.right:
            text = re.sub(re.escape(phrase), " ", text, flags=re.IGNORECASE)
        return [f"{place}: {one[0]!r}, say {self.say!r}" for one in self.old.finditer(text)]


def _rules() -> list[Rule]:
    rows = re.findall(
        r"^\| (.+) \| (.+) \| (.+) \|(.*)\|$", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE
    )
    return [
        Rule(
            say,
            _whole_words(old.split(", ")),
            tuple(re.findall(r'"([^"]+)"', but)),
            tuple(re.findall(r"`([^`]+)`", but)),
        )
        for say, _, old, but in rows
        if say not in ("say", "---")
    ]


def _whole_words(phrases: list[str]) -> re.Pattern[str]:
    """Any of them, also across the end of a line."""
    some = "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in phrases)
    return re.compile(rf"(?<!\w)(?:{some})(?!\w)", re.IGNORECASE)


def _prose(text: str) -> str:
    """A page without its code, its markup and the targets of its links."""
    return re.sub(
        r"```.*?```|`[^`\n]*`|\]\([^)]*\)|<!--.*?-->|<[^<>]*>|https?://\S+", " ", text, flags=re.DOTALL
    )


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for below in value.values() if isinstance(value, dict) else value:
            yield from _leaves(below)


def _shown(record: object) -> Iterator[str]:
    if isinstance(record, list):
        for below in record:
            yield from _shown(below)
    elif isinstance(record, dict):
        for key, below in record.items():
            if key in SHOWN and isinstance(below, str):
                yield below
            yield from _shown(below)


def _said() -> Iterator[tuple[str, str]]:
    """Every text that people read in English, by the file it stands in."""
    for file in sorted((ROOT / "js" / "locales").glob("en*.js")):
        sentences = re.findall(
            r'^ +"?[\w-]+"?: "((?:[^"\\]|\\.)*)"', file.read_text(encoding="utf-8"), re.MULTILINE
        )
        yield file.relative_to(ROOT).as_posix(), "\n".join(sentences)
    for file in sorted((ROOT / "locales" / "en").glob("*.json")):
        yield (
            file.relative_to(ROOT).as_posix(),
            "\n".join(_leaves(json.loads(file.read_text(encoding="utf-8")))),
        )
    for folder in ("core/families", "core/faces/models", "generation"):
        for file in sorted((ROOT / folder).glob("*.toml")):
            yield (
                file.relative_to(ROOT).as_posix(),
                "\n".join(_shown(toml.loads(file.read_text(encoding="utf-8")))),
            )
    for folder in ("docs", "extension/docs", "workflows"):
        for file in sorted((ROOT / folder).glob("*.md")):
            if file not in (GLOSSARY, API):
                yield file.relative_to(ROOT).as_posix(), _prose(file.read_text(encoding="utf-8"))
    yield "README.md", _prose((ROOT / "README.md").read_text(encoding="utf-8"))
    newest = re.split(r"^## ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1]
    yield "CHANGELOG.md", _prose(newest)


def test_what_people_read_holds_no_word_that_was_replaced():
    rules, texts = _rules(), list(_said())
    assert len(rules) > 15 and len(texts) > 40 and sum(len(text) for _, text in texts) > 100_000
    wrong = [line for place, text in texts for rule in rules for line in rule.found(place, text)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Publish the recipe, then mend it.", 3),
        ("The photos are HELD\nBACK, held out.", 2),
        ("There is no such photo, and it is no longer here.", 0),
        ("This is no photo.", 1),
        ("Twinned prefetching of licensed recipebooks goes along.", 0),
        (_prose("`/recipes` and [models](recipes.md)\n```\npublish\n```"), 0),
    ],
)
def test_a_replaced_word_is_found_as_a_whole_word_where_it_is_wrong(text: str, count: int):
    assert sum(len(rule.found("docs/any.md", text)) for rule in _rules()) == count


def test_a_phrase_or_a_page_in_which_a_word_is_right_is_left_out():
    rule = Rule("download", re.compile("fetch"), ("fetch quest",), ("docs/code.md",))
    assert rule.found("README.md", "A fetch, on a Fetch Quest.") == ["README.md: 'fetch', say 'download'"]
    assert rule.found("docs/code.md", "fetch") == []


#: Sentences of the panel that name a variable of the environment, each with its reason.
NAMED_VARIABLES = {
    "The file that {name}_FILE names cannot be read as text.": "whoever set it to a file looks for it",
    "Write the whole path into {variable}, then start ComfyUI again.": "whoever wrote the path there reads this",
    "{variable} begins with the home of somebody who is not known here.": "whoever wrote the path there reads this",
}
_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*_[A-Z]|_FILE\b|\{variable\}|\bPATH\b")


@pytest.mark.parametrize(
    "file",
    sorted(file for name in ("server", "panel") for file in (ROOT / "locales").glob(f"*/{name}.json")),
    ids=lambda file: f"{file.parent.name}-{file.stem}",
)
def test_no_sentence_of_the_panel_names_a_variable(file: Path):
    """People in the panel set none: what somebody else has set is said in words. docs/errors.md and `doctor` name it."""
    sentences = json.loads(file.read_text(encoding="utf-8"))
    named = {key for key, text in sentences.items() if _VARIABLE.search(text) or _VARIABLE.search(key)}
    assert named == (set(NAMED_VARIABLES) if file.name == "server.json" else set())


def test_whoever_starts_comfyui_finds_the_variable():
    from isengard.core.errors import VARIABLES

    errors, settings = (
        (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8") for page in ("errors", "settings")
    )
    for code, variables in VARIABLES.items():
        row = re.search(rf"^\| `{code}` .*$", errors, re.MULTILINE)
        assert row, code
        for name in variables.split(", "):
            assert f"`{name}`" in row[0] and f"`{name}`" in settings, (code, name)
