"""locales/en/server.json: every sentence and label of the server that the panel can show, for translators to copy.

Sentences are read from the source with `ast`, as docs/errors.md is; labels come from the records that they stand in. A gap in braces is
filled with a value: each sentence of a language has the same gaps.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from .error_codes import ROOT

#: What nodes say the server says in the reader's language (web/panel_code/speech.py).
LAYERS = ("core", "training", "generation", "nodes", "web")
#: The command line and the logs speak English.
ENGLISH = (
    "training/doctor/",
    "training/worker/setup_command.py",
    "training/worker/main.py",
)
#: call -> which of its arguments are sentences, by place and by name
WORDS = {
    "said": ((0,), ()),
    "FieldFault": ((0,), ()),
    "Finding": ((), ("message",)),
    "PhotoFinding": ((), ("message",)),
    "_finding": ((1,), ("message",)),
    "JobError": ((), ("message", "hint")),
    "Failure": ((1, 2), ("message", "hint")),
    "Sign": ((), ("message", "hint")),
    "Waiting": ((), ("message", "hint")),
    "BackendState": ((), ("detail",)),
    "SetupOffer": ((), ("why_not",)),
    "saying": ((), ("message", "hint", "detail")),
    "NotWhole": ((0,), ()),
    "Refused": ((1,), ()),
    "ModelHeader": ((), ("fault",)),
    # the ends of sentences
    "wrong": ((0,), ()),
    "_invalid": ((0,), ()),
    "_damaged": ((0,), ()),
    "_broken": ((0,), ()),
    "_missing": ((0,), ()),
    "_slow": ((0,), ()),
    "_error": ((1,), ()),
    "_warning": ((1,), ()),
    "_job_in": ((2,), ()),
    "_require_confirmation": ((1,), ()),
    "Option": ((), ("tooltip",)),
}
#: Tables of sentences and ends of sentences.
TABLES = {"_WORDS", "_EITHER_WORDS", "_UNKNOWN_WORDS", "_HINTS", "REASONS"}
#: Programs of their own, which import nothing of ours: what begins like this in them is a sentence, or the end of one.
PROGRAMS = ("core/photo_decoding/", "core/model_headers/child.py")
_SENTENCE = re.compile(r"(?:This|it|its) [a-z].*[a-z.)]")
_GAP = re.compile(r"\{(\w+)\}")


def render() -> str:
    """One sentence a line, as it is translated to itself."""
    words = sorted({*sentences(), *labels()})
    return json.dumps({word: word for word in words}, indent=2, ensure_ascii=False) + "\n"


def sentences() -> set[str]:
    """Those of the source that have words of their own: gaps alone need no translator."""
    found = {text for file in _files() for text in _in_file(file)}
    return {text for text in found if re.search(r"[A-Za-z]", _GAP.sub("", text))}


def _files() -> list[Path]:
    every = [file for layer in LAYERS for file in sorted((ROOT / layer).rglob("*.py"))]
    return [file for file in every if not file.relative_to(ROOT).as_posix().startswith(ENGLISH)]


def _in_file(file: Path) -> Iterator[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    if file.relative_to(ROOT).as_posix().startswith(PROGRAMS):
        yield from _constants(tree)
    for function in [tree, *(node for node in ast.walk(tree) if isinstance(node, _FUNCTION))]:
        for node in _own(function):
            if isinstance(node, ast.Call):
                yield from _of_call(node, function, tree)
            elif isinstance(node, (ast.Assign, ast.AnnAssign)) and _names(node) & TABLES:
                yield from _texts(node.value)


def _constants(tree: ast.Module) -> Iterator[str]:
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and id(node) not in docstrings
            and _SENTENCE.fullmatch(str(node.value))
        ):
            yield str(node.value)


_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """What stands in a function or module itself, and not in a function within."""
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, _FUNCTION):
            yield from _own(child)


def _of_call(call: ast.Call, function: ast.AST, tree: ast.Module) -> Iterator[str]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    places, keys = WORDS.get(name) or (((1, 2), ("message", "hint")) if name.endswith("Error") else ((), ()))
    given = [call.args[place] for place in places if place < len(call.args)]
    given += [one.value for one in call.keywords if one.arg in keys]
    for one in given:
        yield from _meant(one, function, tree)


def _meant(node: ast.expr, function: ast.AST, tree: ast.Module) -> Iterator[str]:
    """Every text that an argument may be: a constant, one of two, or what a name was given."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        for one in (node.body, node.orelse):
            yield from _meant(one, function, tree)
    elif isinstance(node, ast.BoolOp):
        for one in node.values:
            yield from _meant(one, function, tree)
    elif isinstance(node, ast.Name):
        for scope in (function, tree):
            for one in _own(scope):
                if isinstance(one, (ast.Assign, ast.AnnAssign)) and node.id in _names(one) and one.value:
                    yield from _given(one, node.id, function, tree)


def _given(
    assigned: ast.Assign | ast.AnnAssign, name: str, function: ast.AST, tree: ast.Module
) -> Iterator[str]:
    """What a name gets, also as one of several."""
    target = assigned.targets[0] if isinstance(assigned, ast.Assign) else assigned.target
    if isinstance(target, ast.Tuple) and isinstance(assigned.value, ast.Tuple):
        for one, value in zip(target.elts, assigned.value.elts, strict=False):
            if getattr(one, "id", "") == name:
                yield from _meant(value, function, tree)
    elif not (isinstance(assigned.value, ast.Name) and assigned.value.id == name):
        yield from _meant(assigned.value, function, tree)


def _names(assigned: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = assigned.targets if isinstance(assigned, ast.Assign) else [assigned.target]
    return {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}


def _texts(node: ast.AST) -> Iterator[str]:
    """The texts of a table, without the codes that they stand at."""
    if isinstance(node, ast.Dict):
        for value in node.values:
            yield from _texts(value)
    elif isinstance(node, (ast.Tuple, ast.List, ast.Call)):
        for value in ast.iter_child_nodes(node):
            yield from _texts(value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
        yield node.value


def labels() -> set[str]:
    """Labels and descriptions out of the records; those of the user's own are nobody's to translate."""
    return {label for label in _labels() if label and re.search(r"[A-Za-z]", label)}


def _labels() -> Iterator[str]:
    from isengard.core.capabilities import CAPABILITIES
    from isengard.generation.image.recipes import RecipeFolder
    from isengard.generation.styles import KINDS, SHIPPED, _read
    from isengard.training.planning.presets import PRESETS

    yield from (text for preset in PRESETS.values() for text in (preset.label, preset.description))
    yield from (text for recipe in RecipeFolder().all() for text in (recipe.label, recipe.description))
    styles = _read(SHIPPED)
    yield from (style.label for table in KINDS.values() for style in getattr(styles, table))
    yield from (entry.get("notes", "") for group in CAPABILITIES.values() for entry in group.values())
    yield from _of_families()
    yield from _of_trainers()


def _of_families() -> Iterator[str]:
    from isengard.core.families.base_traits import Source, Style
    from isengard.core.families.families import Families

    for family in Families().offered():
        yield from (family.card.good_at, family.terms)
        yield from (text for route in family.routes for text in (route.label, route.about))
        yield from (part.label for part in (*family.hub_parts, *family.parts))
    yield from (*get_args(Style), *filter(None, get_args(Source)))


def _of_trainers() -> Iterator[str]:
    """What the trainers that ship call themselves."""
    for file in (ROOT / "training").rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in _TRAINERS:
                for word in call.keywords:
                    if word.arg in ("label", "description", "tagline", "about") and isinstance(
                        word.value, ast.Constant
                    ):
                        yield word.value.value


_TRAINERS = {"BackendCapabilities", "CaptionerCapabilities", "HubPart", "Preset"}
