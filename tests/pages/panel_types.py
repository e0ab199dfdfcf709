"""tests/js/schema.d.ts: what the API sends and takes, as types for the check of the panel's JavaScript. Nothing of it is in the archive."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

HEAD = """/** What Isengard's API sends and takes, made from openapi.json and the records by `python dev.py pages`. */
declare namespace Schema {
"""
_NAME = re.compile(r"[A-Za-z_]\w*")
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def render() -> str:
    from isengard.web.openapi.document import describe

    document = describe("")
    schemas: dict[str, Any] = {**_of_records(), **document["components"]["schemas"]}
    sent = reached(schemas, [operation.get("requestBody") for operation in _operations(document)])
    return HEAD + "".join(declared(name, schemas[name], name in sent) for name in sorted(schemas)) + "}\n"


def _of_records() -> dict[str, Any]:
    """What reaches the panel by the stream, which has no schema in openapi.json."""
    from isengard.core.records.event import Event
    from pydantic.json_schema import models_json_schema

    _, schemas = models_json_schema([(Event, "serialization")], ref_template="#/components/schemas/{model}")
    found: dict[str, Any] = schemas["$defs"]
    return found


def _operations(document: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


def reached(schemas: Mapping[str, Any], roots: Iterable[object]) -> set[str]:
    """The names of all schemas that these parts of the document lead to."""
    found: set[str] = set()
    waiting = _references(list(roots))
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= _references(schemas[name]) - found
    return found


def _references(part: object) -> set[str]:
    return set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(part)))


def declared(name: str, schema: Mapping[str, Any], sent: bool) -> str:
    """One declaration. What is sent may leave fields out; in an answer every field is there."""
    words = " ".join(schema.get("description", "").split()).replace("*/", "* /")
    comment = f"  /** {words} */\n" if words else ""
    properties = schema.get("properties")
    if properties is None:
        return f"{comment}  type {name} = {typed(schema)};\n"
    needed = set(schema.get("required", ())) if sent else set(properties)
    fields = "".join(
        f"    {_key(key)}{'' if key in needed else '?'}: {typed(value)};\n"
        for key, value in properties.items()
    )
    return f"{comment}  interface {name} {{\n{fields}  }}\n"


def typed(schema: Mapping[str, Any]) -> str:
    """A schema as TypeScript writes it; what it says nothing about is `unknown`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "enum" in schema or "const" in schema:
        return " | ".join(json.dumps(value) for value in schema.get("enum", [schema.get("const")]))
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return _either(typed(one) for one in schema[several])
    kind = schema.get("type")
    if isinstance(kind, list):
        return _either(typed({**schema, "type": one}) for one in kind)
    if kind == "array":
        return _list(schema)
    return _object(schema) if kind == "object" else _PLAIN.get(str(kind), "unknown")


def _list(schema: Mapping[str, Any]) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(typed(one) for one in schema['prefixItems'])}]"
    item = typed(schema.get("items", {}))
    return f"({item})[]" if " " in item else f"{item}[]"


def _object(schema: Mapping[str, Any]) -> str:
    properties = schema.get("properties")
    if properties:
        needed = schema.get("required", ())
        return "{ " + "; ".join(f"{_key(key)}{'' if key in needed else '?'}: {typed(value)}" for key, value in properties.items()) + " }"  # fmt: skip
    patterns = schema.get("patternProperties", {})
    values = next(iter(patterns.values()), schema.get("additionalProperties", True))
    return f"Record<string, {typed(values) if isinstance(values, dict) else 'unknown'}>"


def _either(kinds: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(kinds))


def _key(name: str) -> str:
    return name if _NAME.fullmatch(name) else json.dumps(name)
