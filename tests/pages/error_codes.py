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
    return [said for file in _files() for said in _in_file(file, places)]


def _files() -> list[Path]:
    return [*(file for layer in LAYERS for file in (ROOT / layer).rglob("*.py")), ROOT / "comfy_host.py"]


def _in_file(file: Path, places: dict[str, str]) -> Iterator[Said]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
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
        scope = next(
            (one for one in reversed(functions) if one.lineno <= call.lineno <= one.end_lineno), tree
        )
        yield Said(code.value, place, _text(message, scope), _text(hint, scope))


def _part(call: ast.Call, given: dict, place: int, name: str) -> ast.expr | None:
    positional = call.args[place] if len(call.args) > place and name not in given else None
    return given.get(name, positional)


def _text(node: ast.expr | None, scope: ast.AST) -> str:
    """The words; `…` for each value, for a name what it was given last in its function."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "said":
        return re.sub(r"\{\w+\}", "…", _text(node.args[0], scope))
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "joined":
        return " ".join(_text(one, scope) for one in node.args)
    if isinstance(node, ast.IfExp):
        return _text(node.body, scope)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    if isinstance(node, ast.Name):
        given = [
            one.value
            for one in ast.walk(scope)
            if isinstance(one, ast.Assign)
            and [getattr(target, "id", None) for target in one.targets] == [node.id]
            and one.lineno < node.lineno
        ]
        return _text(given[-1], scope) if given else "…"
    return "" if node is None else "…"


def _joined(texts: Iterator[str]) -> str:
    unique = list(dict.fromkeys(text.replace("|", "\\|").replace("\n", " ") for text in texts if text))
    return "<br>".join(unique[:3]) + ("<br>…" if len(unique) > 3 else "")
