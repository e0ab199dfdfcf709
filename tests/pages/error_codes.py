"""docs/errors.md: every stable code, read from the source with `ast`, with what it says and what to do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("core", "training", "generation", "nodes", "web")
#: call -> where a person meets its codes
PLACES = {
    "Finding": "before a training",
    "PhotoFinding": "on a photo",
    "_finding": "on a photo",
    "JobError": "a training, set-up or download",
    "Failure": "a training",
    "Sign": "pictures",
}
_CODE = re.compile(r"[a-z][a-z0-9_]{2,40}")
HEAD = """# Error codes

Every refusal and every finding has a code that stays the same between versions; its words may get better. Over HTTP it is
`{"error": {"code", "message", "hint", "correlation_id"}}`. `…` stands for what is filled in. *Settings* are variables of
[Settings](settings.md), for whoever starts ComfyUI. This page is made from the
source by `python dev.py pages`.

| code | where | it says | what to do |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Said:
    code: str
    where: str
    message: str
    hint: str


def render() -> str:
    from isengard.core.errors import VARIABLES

    rows: dict[str, list[Said]] = {}
    for said in sorted(collected(), key=lambda one: (one.code, one.where, one.message)):
        rows.setdefault(said.code, []).append(said)
    lines = []
    for code, ways in rows.items():
        cells = [_joined(getattr(way, name) for way in ways) for name in ("where", "message", "hint")]
        if code in VARIABLES:
            cells[2] = "<br>".join(filter(None, (cells[2], _settings(VARIABLES[code]))))
        lines.append(f"| `{code}` | {' | '.join(cells)} |")
    return HEAD + "\n".join(lines) + "\n"


def _settings(variables: str) -> str:
    return "Settings: " + ", ".join(f"`{name}`" for name in variables.split(", "))


def collected() -> list[Said]:
    """Every code of the source, once for each place that uses it."""
    from isengard.core import errors
    from isengard.web.http.errors import status_of

    statuses = {
        name: str(status_of(kind("", "", "")))
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.IsengardError)
    }
    places = {**{name: f"HTTP {status}" for name, status in statuses.items()}, **PLACES}
    return [said for file in _files() for said in _told(ast.parse(file.read_text(encoding="utf-8")), places)]


def _files() -> list[Path]:
    return [*(file for layer in LAYERS for file in (ROOT / layer).rglob("*.py")), ROOT / "comfy_host.py"]


def _told(tree: ast.Module, places: dict[str, str]) -> Iterator[Said]:
    """What a module says with a code."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        place = places.get(getattr(call.func, "id", getattr(call.func, "attr", "")))
        given = {word.arg: word.value for word in call.keywords}
        code, message, hint = (
            _part(call, given, *part) for part in ((0, "code"), (1, "message"), (2, "hint"))
        )
        if isinstance(call.func, ast.Name) and call.func.id == "Sign":
            code = given.get("code")  # its first word is a state
        if place is None or not (isinstance(code, ast.Constant) and _CODE.fullmatch(str(code.value))):
            continue
        scope = _scope_of(call, tree)
        for words in _texts(message, scope, tree) or [""]:
            for advice in _texts(hint, scope, tree) or [""]:
                yield Said(code.value, place, words, advice)


def _part(call: ast.Call, given: dict, place: int, name: str) -> ast.expr | None:
    positional = call.args[place] if len(call.args) > place and name not in given else None
    return given.get(name, positional)


def _scope_of(node: ast.AST, tree: ast.Module) -> ast.AST:
    """The innermost function that a node stands in, else the module."""
    around = [one for one in _functions(tree) if one.lineno <= node.lineno <= one.end_lineno]
    return max(around, key=lambda one: one.lineno, default=tree)


def _functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def _texts(node: ast.expr | None, scope: ast.AST, tree: ast.Module) -> list[str]:
    """The words, all that they may be; `…` for each value, and for what only the running program knows."""
    if node is None:
        return []
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body, scope, tree), *_texts(node.orelse, scope, tree)]
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)]
    if isinstance(node, ast.Name):
        return _named(node, scope, tree)
    if isinstance(node, ast.Call):
        return _called(node, scope, tree)
    return ["…"]


def _called(call: ast.Call, scope: ast.AST, tree: ast.Module) -> list[str]:
    """`said`, `joined`, or a function of the same module, whose results it may be."""
    name = getattr(call.func, "id", "")
    if name == "said":
        return [re.sub(r"\{\w+\}", "…", text) for text in _texts(call.args[0], scope, tree)]
    if name == "joined":
        parts = [_texts(one, scope, tree) for one in call.args]
        return [" ".join(part[0] if len(part) == 1 else "…" for part in parts)]
    for function in _functions(tree):
        if function.name == name:
            results = [one for one in ast.walk(function) if isinstance(one, ast.Return)]
            return [text for one in results for text in _texts(one.value, function, tree)] or ["…"]
    return ["…"]


def _named(name: ast.Name, scope: ast.AST, tree: ast.Module) -> list[str]:
    """What a name was given last before, in its function or at the top; of an argument what the module's calls give."""
    written = tree.body if scope is tree else ast.walk(scope)
    given = [one for one in written if _gives(one, name.id) and one.lineno < name.lineno]
    if given:
        return _texts(max(given, key=lambda one: one.lineno).value, scope, tree)
    if scope is tree:
        return ["…"]
    taken = [one.arg for one in scope.args.args if one.arg not in ("self", "cls")]
    if name.id in taken:
        place = (taken.index(name.id), name.id)
        calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call) and _calls(one, scope)]
        parts = [(_part(one, {word.arg: word.value for word in one.keywords}, *place), one) for one in calls]
        return [text for part, one in parts for text in _texts(part, _scope_of(one, tree), tree)] or ["…"]
    return _named(name, tree, tree)


def _gives(node: ast.AST, name: str) -> bool:
    """Whether it is `name = …`, with or without a type."""
    if isinstance(node, ast.AnnAssign):
        return node.value is not None and getattr(node.target, "id", None) == name
    return isinstance(node, ast.Assign) and [getattr(target, "id", None) for target in node.targets] == [name]


def _calls(call: ast.Call, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return getattr(call.func, "id", getattr(call.func, "attr", "")) == function.name


def _joined(texts: Iterator[str]) -> str:
    """The first three; without what only the running program knows where something else is known."""
    unique = list(dict.fromkeys(text.replace("|", "\\|").replace("\n", " ") for text in texts if text))
    unique = [text for text in unique if text.strip("… ")] or unique
    return "<br>".join(unique[:3]) + ("<br>…" if len(unique) > 3 else "")
