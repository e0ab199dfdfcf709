"""Every finding of a scan like the registry's is explained in docs/registry-scan.md, and nothing there is out of date."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.registry_rules import ROOT, RULES, archive, by_bandit, by_pattern, explained


@pytest.fixture(scope="module")
def files():
    return archive()


def test_the_archive_is_the_pack_without_its_development(files):
    names = {file.relative_to(ROOT).as_posix() for file in files}
    assert {
        "__init__.py",
        "install.py",
        "pyproject.toml",
        "requirements.txt",
        "js/isengard.js",
        "LICENSE",
    } <= names
    assert not [
        name for name in names if name.startswith(("tests/", "docs/", ".ci/", ".github/")) or name == "dev.py"
    ]


def test_each_finding_is_explained_and_each_explanation_has_a_finding(files):
    found = by_pattern(files) | by_bandit(files)
    known = explained()
    assert found - set(known) == set(), "remove it, or explain it in docs/registry-scan.md"
    assert set(known) - found == set(), "no longer found: take the line out of docs/registry-scan.md"
    assert all(len(why) > 15 for why in known.values())


def test_every_style_is_for_our_own_elements(files):
    """ComfyUI and other packs share the page."""
    wrong = []
    for file in (file for file in files if file.suffix == ".css"):
        text = re.sub(r"/\*.*?\*/", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        for selectors in re.findall(
            r"([^{};]+)\{", re.sub(r"@keyframes[^{]+\{(?:[^{}]*\{[^{}]*\})*\s*\}", "", text)
        ):
            for one in re.split(r",(?![^(]*\))", selectors.strip()):
                if not one.strip().startswith(("@", "isen-", ".isen-", '[data-testid="isen-')):
                    wrong.append(f"{file.name}: {one.strip()}")
    assert not wrong, wrong


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        ("python_command_injection_risk", "a.py", "subprocess.run(text, shell=True)"),
        ("python_dynamic_code", "a.py", "eval(text)"),
        ("python_environment_manipulation", "a.py", "os.environ['PATH'] = text"),
        ("python_unsafe_loading", "a.py", "import pickle"),
        ("encoded_blob", "a.js", "x = '" + "QUJD" * 60 + "'"),
        ("hidden_text", "a.py", "x = '\u202e'"),
        ("js_remote_code", "a.js", 'import x from "https://evil.example/x.js"'),
        ("js_dynamic_code", "a.js", "element.innerHTML = text"),
    ],
)
def test_the_rules_find_what_they_are_for(rule, name, text):
    endings, pattern = RULES[rule]
    assert Path(name).suffix in endings and pattern.search(text)
