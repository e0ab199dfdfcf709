"""What is written about the pack is what the pack does: codes, routes, nodes, settings, packages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from isengard.core.errors import InvalidError
from isengard.web.route_table import ROUTES
from pages import PAGES, PLAIN, error_codes, node_words, panel_types

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PLAIN)
def test_a_generated_page_is_what_the_code_says(name):
    assert (ROOT / name).read_text(encoding="utf-8") == PAGES[name](), "run: python3 dev.py pages"


def test_every_code_in_the_source_is_found():
    """The net is as wide as a plain search: a code in no table row would be a hole in it."""
    codes = {said.code for said in error_codes.collected()}
    searched = set()
    for layer in error_codes.LAYERS:
        for file in (ROOT / layer).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            ours = r'(?<!Value)(?<!Runtime)(?:[A-Z]\w+Error|Finding|Failure)\(\s*(?:code=)?"([a-z][a-z0-9_]{2,40})"'
            searched |= set(re.findall(ours, text))
    assert len(codes) > 100 and searched <= codes, searched - codes


def test_a_code_says_what_happened():
    silent = {said.code for said in error_codes.collected() if not said.message}
    assert silent == set()


def test_the_generator_reads_names_and_gaps():
    tree = error_codes.ast.parse(
        "def f():\n    message = f'Only {n} left.'\n    raise InvalidError('few', message, hint='More.')\n"
    )
    call = next(node for node in error_codes.ast.walk(tree) if isinstance(node, error_codes.ast.Call))
    assert error_codes._texts(call.args[1], error_codes._scope_of(call, tree), tree) == ["Only … left."]
    assert InvalidError.__name__ == call.func.id


def test_the_generator_follows_words_to_where_they_are_written():
    """A name is what it was given last before, in whatever depth; an argument is what the calls give, a choice is both."""
    tree = error_codes.ast.parse(
        "HINT = 'Ask.'\n"
        "def refused(message, hint=HINT):\n    return InvalidError('few', message, HINT)\n"
        "def f():\n    if a:\n        message = 'Nested.'\n        g(message)\n    message = 'Last.' if b else 'Least.'\n"
        "    refused(message)\n    refused(worded())\n"
        "def worded():\n    return said('{n} left.', n=1)\n"
    )
    found = list(error_codes._told(tree, {"InvalidError": "HTTP 400"}))
    assert [(one.message, one.hint) for one in found] == [
        ("Last.", "Ask."),
        ("Least.", "Ask."),
        ("… left.", "Ask."),
    ]


def test_every_route_is_in_the_api_page():
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert not [route for route in ROUTES if f"| {route.method} | `{route.path}` |" not in page]


def test_every_node_is_in_the_readme_and_has_a_help_page():
    ids = [
        found
        for file in (ROOT / "nodes").glob("*.py")
        for found in re.findall(r'node_id="(\w+)"', file.read_text(encoding="utf-8"))
    ]
    assert len(ids) >= 6
    page = (ROOT / "docs" / "nodes.md").read_text(encoding="utf-8")
    assert not [name for name in ids if f"`{name}`" not in page]
    assert not [name for name in ids if not (ROOT / "extension" / "docs" / f"{name}.md").is_file()]


def test_every_file_that_contributing_names_is_there():
    """`web/` and `core/errors.py` from the root; floors are told by their folders' names alone, below the layer of their row."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = {name for name in re.findall(r"`([\w/.-]+)`", page) if "/" in name or name.endswith(".py")}
    assert len(named) > 40
    layers = ("", "training", "web", "generation", "tests", "js")
    assert not [name for name in named if not any((ROOT / layer / name).exists() for layer in layers)]


def test_the_panels_command_is_the_one_that_is_translated():
    for adapter in ("comfy.js", "comfy_sdk.js"):
        source = (ROOT / "js" / adapter).read_text(encoding="utf-8")
        ids = {
            found.replace(".", "_")
            for found in re.findall(r'(?:\[\{|register\(\{) id: "(Isengard\.\w+)"', source)
        }
        assert ids == set(node_words.COMMANDS), adapter


def test_the_workflow_runs_the_commands_of_the_readme_on_linux_and_windows():
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    ours = {
        re.sub(r" \$\{\{.*?\}\}", "", line).strip() for line in re.findall(r"- run: (python .*)", workflow)
    }
    assert ours == {"python dev.py test", "python dev.py test --fast", "python install.py"}
    assert all(
        command.removeprefix("python ").split(" --")[0] in README.replace("isengard/", "") for command in ours
    )
    assert "windows-latest" in workflow and "ubuntu-latest" in workflow


def test_types_of_the_panel_say_what_a_schema_says():
    either = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert panel_types.typed(either) == "string | null"
    assert panel_types.typed({"type": "array", "items": either}) == "(string | null)[]"
    assert panel_types.typed({"enum": ["a", 1]}) == '"a" | 1'
    assert panel_types.typed({"type": ["integer", "null"]}) == "number | null"
    assert panel_types.typed({"$ref": "#/components/schemas/Job"}) == "Job"
    assert (
        panel_types.typed({"type": "object", "patternProperties": {"^pho": {"type": "number"}}})
        == "Record<string, number>"
    )
    assert panel_types.typed({}) == "unknown"


def test_an_answer_has_every_field_and_a_body_may_leave_some_out():
    schema = {"properties": {"id": {"type": "string"}, "note": {"type": "string"}}, "required": ["id"]}
    assert "note: string" in panel_types.declared("Thing", schema, sent=False)
    assert "id: string;\n    note?: string" in panel_types.declared("Thing", schema, sent=True)
