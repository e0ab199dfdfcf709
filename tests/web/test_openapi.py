"""openapi.json says what the routes do: schemathesis asks every operation with what the schema allows and what it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.answer_checker import faults_of

FULL = bool(os.environ.get("ISENGARD_TEST_FULL"))
#: A stream of events never ends, and a restart ends the server that is asked.
LEFT_OUT = "/events$|/comfyui/restart$"
#: 501 and 503 are answers by contract: video is in development, tools are not set up.
CONFIG = """
[checks]
enabled = true
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", 501, 503]

# what JSON Schema cannot say: which files are photos or an exported person, and which graphs are workflows of ours
[[operations]]
include-path-regex = "/(characters/import|characters/[^/]+/photos|generations/from-picture|recipes)$"
include-method = "POST"
checks.positive_data_acceptance.enabled = false

# nor which routes a model family has
[[operations]]
include-path-regex = "/training/presets$"
include-method = "GET"
checks.positive_data_acceptance.enabled = false
"""


def test_every_answer_with_json_says_what_is_in_it():
    """34 of 94 were some object, or a list of anything."""
    from isengard.web.openapi.document import describe

    document = describe("test")
    vague = [
        f"{method} {path} {status}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        for status, response in operation["responses"].items()
        for kind, content in response.get("content", {}).items()
        if status < "300" and kind == "application/json" and is_vague(document, content["schema"])
    ]
    assert not vague, vague


def is_vague(document: dict, schema: dict) -> bool:
    """Whether nothing is said of what is in this JSON."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if schema.get("type") == "array":
        return is_vague(document, schema.get("items", {}))
    if "items" in schema.get("properties", {}):
        return is_vague(document, schema["properties"]["items"])
    if schema.get("type") == "object":
        return not (schema.get("properties") or schema.get("additionalProperties"))
    return "type" not in schema


def test_an_answer_that_is_not_as_described_is_found():
    assert faults_of("GET", "/comfyui", {"can_restart": False, "queue": 0}) == []
    assert faults_of("GET", "/comfyui", {"can_restart": False})
    assert faults_of("GET", "/comfyui", {"can_restart": False, "queue": 0, "more": 1})
    assert faults_of("GET", "/training/jobs/job_x/log", {"lines": [1]})
    assert faults_of("POST", "/logs", {})


@pytest.mark.slow
def test_no_operation_fails_any_check(server, tmp_path):
    """54 of 87 failed: ids, queries, bodies and statuses were not described. Every check of schemathesis; all phases in --full."""
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG)
    tool = Path(sys.executable).with_name("schemathesis" + (".exe" if os.name == "nt" else ""))
    command = [str(tool), "--config-file", str(config), "run", f"{server.url}/isengard/openapi.json"]
    phases, examples = ("examples,coverage,fuzzing", "20") if FULL else ("fuzzing", "2")
    command += ["--phases", phases, "--max-examples", examples]
    command += ["--exclude-path-regex", LEFT_OUT, "--request-timeout", "20", "--no-color"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-12_000:]
