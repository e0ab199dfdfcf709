"""openapi.json from the route table, the records and the parameters; nothing is written twice."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from ..http.uploads import CHARACTER_FIELD, MASK_FIELD, ORDER_FIELD, PHOTO_FIELD, PICTURE_FIELD
from ..route_table import PREFIX, ROUTES, Route
from . import parameters
from .answer_bodies import Error
from .answers import ANSWERS, Names
from .bodies import BODIES, SCHEMAS

#: What any route may answer instead; 401 and 421 only beyond loopback or by another name.
REFUSALS = {
    "400": "Something in the request is not what it may be",
    "401": "The link was not opened yet",
    "403": "Another page asks, or the owner has forbidden it",
    "404": "There is no such thing",
    "405": "Another method is needed",
    "408": "The rest of the request did not come",
    "409": "It cannot be done in this state",
    "413": "It is too large",
    "415": "Another content type is needed",
    "421": "This address is not known",
    "500": "A fault of ours",
    "501": "In development",
    "503": "Something that is needed is not ready",
    "507": "The disk does not take it",
}
_UNSAFE = {"POST", "PATCH", "DELETE", "PUT"}
_HEADER = {
    "name": "X-Isengard",
    "in": "header",
    "required": True,
    "description": "No web page of somebody else's can send it without asking",
    "schema": {"type": "string", "enum": ["1"]},
}


class _Schemas(GenerateJsonSchema):
    """Of what we answer every field is there, also one that has a default."""

    def field_is_required(self, field: Any, total: bool) -> bool:
        if self.mode == "serialization":
            return not field.get("serialization_exclude")
        return super().field_is_required(field, total)


def describe(version: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    names, schemas = _components()
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route, names)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Isengard", "version": version},
        "paths": paths,
        "components": {"schemas": {**schemas, **SCHEMAS}},
    }


def _components() -> tuple[Names, dict[str, Any]]:
    """Where each model's schema is referred to, by model and mode, and the schemas; answers may gain fields one day."""
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (model, "validation") for model in BODIES.values()
    ]
    answered: set[type[BaseModel]] = {Error}
    answered.update(model for answer in ANSWERS.values() if answer for model in answer.models)
    models += [(model, "serialization") for model in sorted(answered, key=lambda model: model.__name__)]
    mapping, schemas = models_json_schema(
        models, ref_template="#/components/schemas/{model}", schema_generator=_Schemas
    )
    components = schemas.get("$defs", {})
    names = {(model, mode): entry["$ref"] for (model, mode), entry in mapping.items()}
    sent = _reached(components, {_name_of(names[model, "validation"]) for model in BODIES.values()})
    for name in components.keys() - sent:
        if isinstance(components[name].get("additionalProperties"), bool):  # else it says what the values are
            del components[name]["additionalProperties"]
    return names, components


def _reached(schemas: dict[str, Any], names: set[str]) -> set[str]:
    """These schemas and all that they refer to."""
    waiting, reached = set(names), set[str]()
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= set(map(_name_of, re.findall(r'"\$ref": "([^"]+)"', json.dumps(schemas[name])))) - reached
    return reached


def _name_of(reference: str) -> str:
    return reference.rsplit("/", 1)[1]


def _operation(route: Route, names: Names) -> dict[str, Any]:
    answer = ANSWERS[route.handler]
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": route.handler if route.handler != "system.not_yet" else f"{route.method}{route.path}",
        "parameters": _parameters(route),
        "responses": {**(answer.responses(names) if answer else {}), **_refusals()},
    }
    if route.upload:
        schema = _form(route, names)
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    elif route.body:
        operation["requestBody"] = {
            "required": _needs_a_field(route.body),
            "content": {"application/json": {"schema": _body(route.body, names)}},
        }
    return operation


def _form(route: Route, names: Names) -> dict[str, Any]:
    if route.body:  # the order as JSON, and pictures beside it
        picture = {"type": "string", "format": "binary"}
        parts = {ORDER_FIELD: _body(route.body, names), PICTURE_FIELD: picture, MASK_FIELD: picture}
        return {
            "type": "object",
            "required": [ORDER_FIELD],
            "properties": parts,
            "additionalProperties": False,
        }
    return _files(CHARACTER_FIELD if route.handler == "transfers.take" else PHOTO_FIELD)


def _files(field: str) -> dict[str, Any]:
    """Form data with one file or several under one name."""
    files = {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}
    return {
        "type": "object",
        "required": [field],
        "properties": {field: files},
        "additionalProperties": False,
    }


def _needs_a_field(name: str) -> bool:
    """Whether no body at all, which is read as an empty object, would be refused."""
    if model := BODIES.get(name):
        return any(field.is_required() for field in model.model_fields.values())
    return bool(SCHEMAS[name].get("required") or SCHEMAS[name].get("anyOf"))


def _body(name: str, names: Names) -> dict[str, Any]:
    model = BODIES.get(name)
    return {"$ref": names[model, "validation"] if model else f"#/components/schemas/{name}"}


def _parameters(route: Route) -> list[dict[str, Any]]:
    parameters_of = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": parameters.of_path(route.path, name).schema(),
        }
        for name in parameters.names_in(route.path)
    ]
    for name, kind in parameters.QUERIES.get(route.handler, {}).items():
        parameters_of.append({"name": name, "in": "query", "required": False, "schema": kind.schema()})
    return [*parameters_of, _HEADER] if route.method in _UNSAFE else parameters_of


def _refusals() -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {status: {"description": words, "content": content} for status, words in REFUSALS.items()}
