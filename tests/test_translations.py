"""Every language is whole: each sentence, node and setting of English is there, with the same gaps. A user's half language still works:
what it lacks is said in English."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

LOCALES = Path(__file__).resolve().parents[1] / "locales"
HELP = LOCALES.parent / "extension" / "docs"
#: What ComfyUI reads, and the sentences of our server.
FILES = ("server.json", "nodeDefs.json", "main.json", "commands.json", "settings.json")
LANGUAGES = sorted(folder.name for folder in LOCALES.iterdir() if folder.name != "en")


def faults_of(folder: Path) -> list[str]:
    """What a language lacks or has too much, file by file."""
    return [f"{name}: {fault}" for name in FILES for fault in _of_file(folder / name, LOCALES / "en" / name)]


def _of_file(file: Path, english: Path) -> list[str]:
    if not file.is_file():
        return ["is missing"]
    ours, theirs = (_texts(json.loads(one.read_text(encoding="utf-8"))) for one in (english, file))
    faults = [f"lacks {place}" for place in ours if place not in theirs]
    faults += [f"has {place}, which English does not" for place in theirs if place not in ours]
    for place in ours.keys() & theirs.keys():
        if not theirs[place].strip():
            faults.append(f"{place} is empty")
        elif _gaps(ours[place]) != _gaps(theirs[place]):
            faults.append(f"{place} has other gaps: {theirs[place]}")
    return faults


def _texts(value: Any, place: str = "") -> dict[str, str]:
    """Every text by its place; only a table of texts is not looked into."""
    if isinstance(value, str):
        return {place: value}
    if not isinstance(value, dict):
        return {}
    return {
        where: text
        for key, one in value.items()
        for where, text in _texts(one, f"{place} / {key}" if place else key).items()
    }


def _gaps(text: str) -> Counter[str]:
    return Counter(re.findall(r"\{(\w+)\}", text))


def help_faults(folder: Path, code: str) -> list[str]:
    """What the help pages of the nodes lack in a language, beside their English."""
    nodes = json.loads((LOCALES / code / "nodeDefs.json").read_text(encoding="utf-8"))
    faults = []
    for node, words in nodes.items():
        page, english = folder / node / f"{code}.md", (folder / f"{node}.md").read_text(encoding="utf-8")
        if not page.is_file():
            faults.append(f"{node}: no page")
            continue
        text = page.read_text(encoding="utf-8")
        if not text.startswith(f"# {words['display_name']}\n"):
            faults.append(f"{node}: its title is not the node's name")
        faults += [
            f"{node}: {what} differ" for what, shape in SHAPES.items() if shape(text) != shape(english)
        ]
    return faults


#: What a page has in every language alike.
SHAPES = {
    "rows and items": lambda text: re.findall(r"^(?:\||- )", text, re.MULTILINE),
    "pictures": lambda text: re.findall(r"!\[.*?\]\((.*?)\)", text),
    "variables": lambda text: sorted(re.findall(r"ISENGARD_\w+", text)),
}


@pytest.mark.parametrize("code", LANGUAGES or ["en"])
def test_every_node_has_its_help_page_in_a_language_that_ships(code):
    assert help_faults(HELP, code) == []


def test_a_help_page_that_lacks_something_is_found_out(tmp_path):
    for page in HELP.glob("*.md"):
        (tmp_path / page.name).write_text(page.read_text(encoding="utf-8"), encoding="utf-8")
        (tmp_path / page.stem).mkdir()
        text = (HELP / page.stem / "de.md").read_text(encoding="utf-8")
        (tmp_path / page.stem / "de.md").write_text(text, encoding="utf-8")
    assert help_faults(tmp_path, "de") == []
    (tmp_path / "IsengardCharacter" / "de.md").unlink()
    request = tmp_path / "IsengardRequest" / "de.md"
    request.write_text("# Anfrage\n\nPrompt.\n", encoding="utf-8")
    assert help_faults(tmp_path, "de") == [
        "IsengardCharacter: no page",
        "IsengardRequest: its title is not the node's name",
        "IsengardRequest: rows and items differ",
        "IsengardRequest: pictures differ",
    ]


@pytest.mark.parametrize("code", LANGUAGES or ["en"])
def test_a_language_that_ships_is_whole(code):
    assert faults_of(LOCALES / code) == []


def test_a_half_language_is_found_out(tmp_path):
    """Each of these would be seen by somebody: a sentence in English, a name that is missing, a gap that says {n}."""
    for name in FILES:
        (tmp_path / name).write_text((LOCALES / "en" / name).read_text(encoding="utf-8"), encoding="utf-8")
    assert faults_of(tmp_path) == []
    server = json.loads((tmp_path / "server.json").read_text(encoding="utf-8"))
    with_gaps = [text for text in server if "{" in text]
    left_out, renamed, emptied = with_gaps[0], with_gaps[1], with_gaps[2]
    del server[left_out]
    server |= {renamed: "{nothing} of it", emptied: " ", "New here.": "Neu."}
    (tmp_path / "server.json").write_text(json.dumps(server), encoding="utf-8")
    nodes = json.loads((tmp_path / "nodeDefs.json").read_text(encoding="utf-8"))
    del nodes["IsengardCharacter"]["description"]
    (tmp_path / "nodeDefs.json").write_text(json.dumps(nodes), encoding="utf-8")
    (tmp_path / "commands.json").unlink()
    faults = faults_of(tmp_path)
    assert sorted(faults) == sorted(
        [
            f"server.json: lacks {left_out}",
            f"server.json: {renamed} has other gaps: {{nothing}} of it",
            f"server.json: {emptied} is empty",
            "server.json: has New here., which English does not",
            "nodeDefs.json: lacks IsengardCharacter / description",
            "commands.json: is missing",
        ]
    )
