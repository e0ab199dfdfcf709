"""Joins the panel's modules into one, as they stand, each in a function of its own: one request instead of one for each file.

The modules say their imports and exports in a few plain forms, a line each, import each other in no circle and never change
what they have exported. So a function that returns its exports does what the module does.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Collection, Mapping

_IMPORT = re.compile(
    r'import (?:(?P<default>\w+)|\* as (?P<all>\w+)|\{(?P<names>[^}]*)\}) from "(?P<file>[^"]+)";'
)
_EXPORT = re.compile(
    r"export (?:(?P<default>default )|(?=(?:async function|function|class|const) (?P<name>\w+)))"
)
_STATEMENT = re.compile(r"(?:import|export)\b")
#: The names of what is written between the modules begin so.
_OURS = "isengardModule"
_HEAD = f"""\
// Isengard's panel: the modules of js/ one after the other (web/panel_code/joining.py).
const {_OURS}s = {{}}, {_OURS}sMade = {{}};
const {_OURS} = (name) => ({_OURS}sMade[name] ??= {_OURS}s[name]());
"""


def joined(sources: Mapping[str, str], entry: str) -> str:
    """The text of one module that does what `entry` does.

    `sources` are texts by their paths in one folder. Raises ValueError for what cannot be joined.
    """
    parts = [_function(name, text, sources) for name, text in sorted(sources.items())]
    return "".join([_HEAD, *parts, f"{_exports_of(entry, sources)};\n"])


def _function(name: str, text: str, known: Collection[str]) -> str:
    """A module as a function; its lines stay lines."""
    if _OURS in text:
        raise ValueError(f"{name}: {_OURS} is a name that the joined modules have for themselves")
    exported: list[str] = []
    folder = posixpath.dirname(name)
    try:
        lines = [_changed(line, folder, exported, known) for line in text.split("\n")]
    except ValueError as fault:
        raise ValueError(f"{name}: {fault}") from fault
    head = f"{_OURS}s[{json.dumps(name)}] = () => {{"
    return "\n".join([head, *lines, f"return {{ {', '.join(exported)} }};", "};", ""])


def _changed(line: str, folder: str, exported: list[str], known: Collection[str]) -> str:
    """The line as it stands in the function; its export is noted."""
    if found := _IMPORT.fullmatch(line):
        path = posixpath.normpath(posixpath.join(folder, found["file"]))
        return _constant(found, _exports_of(path, known))
    if found := _EXPORT.match(line):
        rest = line[found.end() :]
        exported.append(f"default: {_OURS}Default" if found["default"] else found["name"])
        return f"const {_OURS}Default = {rest}" if found["default"] else rest
    if _STATEMENT.match(line):
        raise ValueError(f"an import or export in a form that cannot be joined: {line}")
    return line


def _exports_of(path: str, known: Collection[str]) -> str:
    if path not in known:
        raise ValueError(f"there is no module {path}")
    return f"{_OURS}({json.dumps(path)})"


def _constant(found: re.Match[str], value: str) -> str:
    if found["all"]:
        return f"const {found['all']} = {value};"
    if found["default"]:
        return f"const {{ default: {found['default']} }} = {value};"
    return f"const {{{found['names'].replace(' as ', ': ')}}} = {value};"
