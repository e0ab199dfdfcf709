"""The README and the pages under docs/ are short enough to be read, and what they link is there. Reads files, asks no network.

What counts as a word of a page is what is read in sentences: a table is looked up in and code is copied, so neither counts there; nor do
addresses, tags and signs. In the README, which is read from top to bottom, tables and code count too.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README_WORDS, PAGE_WORDS = 750, 600
REPOSITORY = r"https://(?:github\.com/isengard-nodes/isengard/(?:blob|raw|tree)|raw\.githubusercontent\.com/isengard-nodes/isengard)/main/"
FOLDERS = (".github", "docs", "extension/docs", "workflows")
HELP = ROOT / "extension" / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))])
CODE = (".py", ".js", ".toml", ".json", ".yml", ".yaml")


def readable(text: str) -> int:
    """How many words somebody sees."""
    text = re.sub(r"<!--.*?-->|<[^>]+>", " ", text, flags=re.DOTALL)
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", " ", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return len([word for word in text.split() if re.search(r"\w", word)])


def prose(text: str) -> int:
    """How many words of them stand in sentences: without tables and fenced code."""
    text = re.sub(r"^ *```.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE)
    return readable("\n".join(line for line in text.splitlines() if not line.lstrip().startswith("|")))


def linked(text: str) -> list[str]:
    """Every target of a link or a picture, in Markdown or in tags."""
    text = re.sub(r"^ *```.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE)
    found = re.findall(r"\]\(<?([^)>\s]+)", text)
    return [*found, *re.findall(r"""\b(?:href|src|srcset)=["']([^"'\s]+)""", text)]


def anchors(page: Path) -> set[str]:
    """What GitHub calls the headings of a page."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def shown_in(page: Path) -> Path:
    """The folder that links start from: ComfyUI shows docs/<Node>/<code>.md as if it lay in docs/, like the English page."""
    return HELP if page.parent.parent == HELP else page.parent


def dead(page: Path, target: str) -> bool:
    """Whether a target of ours is not there; addresses of others are theirs."""
    ours = re.match(REPOSITORY, target)
    if not ours and re.match(r"\w+:", target):
        return False
    path, _, anchor = target.removeprefix(ours[0] if ours else "").partition("#")
    file = (ROOT if ours else shown_in(page)) / path if path else page
    return not file.exists() or bool(anchor and file.suffix == ".md" and anchor not in anchors(file))


def test_the_readme_is_read_in_three_minutes():
    assert readable((ROOT / "README.md").read_text(encoding="utf-8")) <= README_WORDS


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.name)
def test_a_page_is_short_enough_to_be_read(page):
    assert prose(page.read_text(encoding="utf-8")) <= PAGE_WORDS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_links_is_there(page):
    targets = linked(page.read_text(encoding="utf-8"))
    assert not [target for target in targets if dead(page, target)]


def test_the_readme_links_full_addresses():
    """A registry shows it alone, and the installed pack has no docs/."""
    targets = linked((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(targets) > 10 and not [one for one in targets if not re.match(r"\w+:|#", one)]


def test_what_the_pack_links_of_its_own_repository_is_there():
    """Messages, the panel and the registry's fields name pages and pictures by their full address."""
    wrong = []
    for layer in ("core", "training", "generation", "web", "nodes", "js", "locales", "pyproject.toml"):
        for file in [ROOT / layer] if (ROOT / layer).is_file() else (ROOT / layer).rglob("*"):
            if file.suffix in CODE:
                found = re.findall(rf"{REPOSITORY}[\w./#-]+", file.read_text(encoding="utf-8"))
                wrong += [
                    f"{file.name}: {target}" for target in found if dead(ROOT / "x", target.rstrip("."))
                ]
    assert not wrong, wrong


@pytest.mark.parametrize(
    ("text", "seen", "sentences"),
    [
        ("Two words.", 2, 2),
        ("See [the page](https://example.org/a-b) · and ![no word](x.png)", 4, 4),
        ('<img src="a.png" alt="none here"> one', 1, 1),
        ("| a table | of five |\n|---|---|\n\nafter it", 6, 2),
        ("before\n```\npython dev.py test\n```\nafter", 5, 2),
    ],
)
def test_how_words_are_counted(text, seen, sentences):
    assert (readable(text), prose(text)) == (seen, sentences)


def test_a_dead_link_is_found():
    page = ROOT / "docs" / "models.md"
    ours = "https://github.com/isengard-nodes/isengard/blob/main"
    assert [dead(page, one) for one in ("memory.md", "#routes", f"{ours}/README.md#install")] == [False] * 3
    gone = (
        "nothing.md",
        "#nothing",
        "memory.md#nothing",
        f"{ours}/docs/nothing.md",
        f"{ours}/README.md#nothing",
    )
    assert all(dead(page, one) for one in gone) and not dead(page, "https://example.org/nothing")


def test_help_in_another_language_shows_the_pictures_of_the_english_page():
    english, german = HELP / "IsengardCharacter.md", HELP / "IsengardCharacter" / "de.md"
    assert not [page for page in (english, german) if dead(page, "IsengardCharacter.webp")]
    assert dead(german, "../IsengardCharacter.webp")
