"""An API client that holds every answer to openapi.json: no field is missing, none is told that is not described."""

from __future__ import annotations

import copy
import functools
import json
import re
from typing import Any

import jsonschema_rs
from hosts.journey import Api

#: Those whose fields a newer version, or somebody else, may add to.
OPEN = {"LogLine"}


class CheckedApi(Api):
    """`call` asserts that what came back is what is described."""

    def call(self, method: str, path: str, body: Any = None, *, data: bytes | None = None, kind: str = ""):
        answer = super().call(method, path, body, data=data, kind=kind)
        if not isinstance(answer, bytes):
            faults = faults_of(method, path, answer)
            assert not faults, f"{method} {path}: {faults}"
        return answer


def faults_of(method: str, path: str, answer: Any) -> list[str]:
    """What of a JSON answer is not as described."""
    operation = operation_of(method, path.partition("?")[0])
    if not (schemas := _json_schemas(operation)):
        return ["no JSON is described"]
    checks = [_check(json.dumps(schema)) for schema in schemas]
    found = [
        [f"{error.instance_path}: {error.message}" for error in check.iter_errors(answer)] for check in checks
    ]
    return [] if any(not faults for faults in found) else [fault for faults in found for fault in faults][:5]


def faults_of_event(event: Any) -> list[str]:
    """What of an event, as it is sent, is not as described for its type."""
    content = operation_of("GET", "/events")["responses"]["200"]["content"]["text/event-stream"]
    each = content["schema"]["contentSchema"]["allOf"]
    (of_type,) = [one for one in each[1]["oneOf"] if one["properties"]["type"]["const"] == event["type"]]
    checks = [(each[0], event), (of_type["properties"]["data"], event["data"])]
    return [
        f"{event['type']} {error.instance_path}: {error.message}"
        for schema, told in checks
        for error in _check(json.dumps(schema)).iter_errors(told)
    ][:5]


def operation_of(method: str, path: str) -> dict[str, Any]:
    """Of a path below /isengard; word for word before templates."""
    paths = _document()["paths"]
    for template in sorted(paths, key=lambda name: name.count("{")):
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, f"/isengard{path}") and method.lower() in paths[template]:
            return paths[template][method.lower()]
    raise AssertionError(f"{method} {path} is not described")


def _json_schemas(operation: dict[str, Any]) -> list[dict[str, Any]]:
    contents = [r.get("content", {}) for status, r in operation["responses"].items() if status < "300"]
    return [content["application/json"]["schema"] for content in contents if "application/json" in content]


@functools.cache
def _document() -> dict[str, Any]:
    from isengard.web.openapi.document import describe

    return describe("test")


@functools.cache
def _check(schema: str) -> Any:
    """As strict as can be: an object has the described fields and no others."""
    components = copy.deepcopy(_document()["components"])
    for name, component in components["schemas"].items():
        if "properties" in component and name not in OPEN:
            component.setdefault("additionalProperties", False)
    return jsonschema_rs.validator_for({**json.loads(schema), "components": components})
