"""openapi.json from the route table and the records; nothing is written twice."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ..core.records.character import CharacterDraft, CharacterPatch
from ..core.records.generation import GenerationOrder
from ..core.records.photo import CaptionEdits, CaptionPlan, PhotoPatch
from ..core.records.training import TrainingRequest
from ..generation.image.user_recipes import Agreement, RecipeDraft
from .route_table import PREFIX, ROUTES, Route

BODIES: dict[str, type[BaseModel]] = {
    model.__name__: model
    for model in (
        CharacterDraft,
        CharacterPatch,
        GenerationOrder,
        CaptionEdits,
        CaptionPlan,
        PhotoPatch,
        TrainingRequest,
        RecipeDraft,
        Agreement,
    )
}
_ERROR = {
    "description": "What happened and what to do",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}


def describe(version: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route)
    _, schemas = models_json_schema(
        [(model, "validation") for model in BODIES.values()], ref_template="#/components/schemas/{model}"
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Isengard", "version": version},
        "paths": paths,
        "components": {"schemas": {**schemas.get("$defs", {}), "Error": _error_schema()}},
    }


def _operation(route: Route) -> dict[str, Any]:
    names = re.findall(r"\{(\w+)\}", route.path)
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": route.handler if route.handler != "system.not_yet" else f"{route.method}{route.path}",
        "responses": {"default": _ERROR, "2XX": {"description": "Done"}},
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ],
    }
    if route.body:
        schema = {"$ref": f"#/components/schemas/{route.body}"}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _error_schema() -> dict[str, Any]:
    fields = {name: {"type": "string"} for name in ("code", "message", "hint", "correlation_id")}
    error = {"type": "object", "required": list(fields), "properties": fields}
    return {"type": "object", "required": ["error"], "properties": {"error": error}}
