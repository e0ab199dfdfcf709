"""What goes with a bug report: everything that is needed, nobody and no secret in any part of it."""

from __future__ import annotations

import io
import json
import logging
import re
import socket
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

import pytest
from isengard.core.version import VERSION
from isengard.web.services.diagnostics import LINES

MEMBERS = {
    "versions.json",
    "state.json",
    "doctor.txt",
    "logs/api.jsonl",
    "logs/worker.jsonl",
    "logs/frontend.jsonl",
}
#: None of them looks like a token, so that only knowing them can keep them out.
HF_TOKEN, SESSION_TOKEN = "plantedhuggingfaceword", "plantedsessionword12"
PLANTED = (
    "Zora Quillfeather",
    "zora-quillfeather",
    "zorblen",
    HF_TOKEN,
    SESSION_TOKEN,
    "hf_abc123",
    "gonefellow",
    "Oldquill",
    "oldzorb",
    "\u738b\u5c0f\u82b3",
)


@pytest.fixture
def planted(server, api, monkeypatch):
    """A person, one in the trash, and secrets, each told in every log and in the error of a job."""
    monkeypatch.setenv("HF_TOKEN", HF_TOKEN)
    monkeypatch.setenv("ISENGARD_TOKEN", SESSION_TOKEN)
    zora = api.post("/characters", {"name": "Oldquill", "trigger_word": "oldzorb"})
    zora = api.patch(f"/characters/{zora['id']}", {"name": "Zora Quillfeather", "trigger_word": "zorblen"})
    api.post("/characters", {"name": "\u738b\u5c0f\u82b3", "trigger_word": "wngqvx"})
    gone = api.post("/characters", {"name": "Gonefellow", "trigger_word": "gonqvx"})
    api.delete(f"/characters/{gone['id']}")
    paths = server.services.paths
    said = f"{' '.join(PLANTED)} \u6253\u5f00\u738b\u5c0f\u82b3\u7684\u7167\u7247 Zora's photo of {zora['id']} in {paths.root}/jobs and {Path.home()}/pictures"
    context = {"file": "zora-quillfeather/x.safetensors", "host": socket.gethostname()}
    line = {"level": "ERROR", "message": said, "context": context}
    logging.getLogger("isengard.test").error("%s", said, extra={"context": context})
    api.post("/logs", {"lines": [line]})
    (paths.logs / "worker").mkdir(exist_ok=True)
    worker = json.dumps({"timestamp": "2026", "message": said, "context": {said: said}})
    (paths.logs / "worker" / "2026-01-01.log").write_text(f"{worker}\n" * (LINES + 5) + "{torn\n")
    return server


def fetched(url: str, **asked: str) -> tuple[dict[str, str], dict[str, str]]:
    """Its headers, and its parts as texts."""
    query = f"?{urllib.parse.urlencode(asked)}" if asked else ""
    with urllib.request.urlopen(f"{url}/isengard/diagnostics{query}", timeout=30) as answer:
        archive = zipfile.ZipFile(io.BytesIO(answer.read()))
        headers = {name.lower(): value for name, value in answer.headers.items()}
    return headers, {name: archive.read(name).decode() for name in archive.namelist()}


def test_nobody_and_no_secret_is_in_any_part(planted):
    headers, parts = fetched(planted.url)
    assert (headers["content-type"], headers["cache-control"]) == ("application/zip", "private, no-store")
    assert headers["content-disposition"] == 'attachment; filename="isengard-diagnostics.zip"'
    assert set(parts) == MEMBERS
    places = [str(planted.services.paths.root), str(Path.home())]
    host = re.compile(rf"(?<![^\W_]){re.escape(socket.gethostname())}(?![^\W_])")
    for name, text in parts.items():
        found = [word for word in (*PLANTED, "Zora", *places) if word.lower() in text.lower()]
        assert not found and not host.search(text), f"{name} tells {found or host.pattern}"
    for name in ("logs/api.jsonl", "logs/worker.jsonl", "logs/frontend.jsonl"):
        assert "[PERSON]" in parts[name] and "[SECRET]" in parts[name] and "[DATA]/jobs" in parts[name], name


def test_what_a_bug_report_needs_is_in_it(planted):
    _, parts = fetched(planted.url)
    versions, state = json.loads(parts["versions.json"]), json.loads(parts["state.json"])
    assert versions["comfyui"] == "0.3.75" and versions["packages"]["aiohttp"]
    rows = {row["name"]: (row["since"], row["present"]) for row in versions["comfyui_capabilities"]}
    assert versions["frontend"] == "1.32.9"
    assert rows == {"jobs": ("0.6.0", True), "cancel_job": ("0.26.0", False)}
    assert (
        "has not, each with the release of ComfyUI that brought it: cancel_job (0.26.0)"
        in parts["doctor.txt"]
    )
    assert state["mode"] == "fast-test" and {known["name"] for known in state["backends"]} >= {"fast_test"}
    assert (
        "isengard.db is whole" in parts["doctor.txt"]
        and "data folder [DATA] can be written" in parts["doctor.txt"]
    )
    lines = [json.loads(line) for line in parts["logs/worker.jsonl"].splitlines()]
    assert len(lines) == LINES
    assert any(json.loads(line)["level"] == "ERROR" for line in parts["logs/api.jsonl"].splitlines())


def test_an_issue_begins_with_versions_and_nothing_of_anybody(planted, api):
    """What the form on GitHub is filled with is public once it is sent."""
    frontend = {"adapter": "app", "version": "1.58.1", "capabilities": []}
    draft = api.get(f"/diagnostics/issue?{urllib.parse.urlencode({'frontend': json.dumps(frontend)})}")
    assert draft["title"] == f"Problem with Isengard {VERSION} in ComfyUI 0.3.75"
    text = draft["body"]
    assert f"- Isengard {VERSION}\n- ComfyUI 0.3.75, frontend 1.32.9 (app)\n- Python 3." in text
    assert "aiohttp" in text and text.startswith("### What happened") and len(text) < 2000
    places = [str(planted.services.paths.root), str(Path.home()), socket.gethostname()]
    assert not [
        word for word in (*PLANTED, "Zora", *places) if word.lower() in (draft["title"] + text).lower()
    ]


TAB = {"name": "sidebar_tab", "since": "1.27", "present": True}
FRONTEND = {"adapter": "app", "version": "1.58.1", "capabilities": [TAB]}


def test_what_the_page_says_of_comfyuis_frontend_is_in_it(server):
    _, parts = fetched(server.url, frontend=json.dumps(FRONTEND))
    assert set(parts) == {*MEMBERS, "frontend.json"}
    assert json.loads(parts["frontend.json"]) == FRONTEND
    assert "frontend.json" not in fetched(server.url, frontend="")[1]


@pytest.mark.parametrize(
    "said",
    [
        "no",
        "[]",
        json.dumps({**FRONTEND, "adapter": "mine"}),
        json.dumps({**FRONTEND, "version": "../../etc/passwd"}),
        json.dumps({**FRONTEND, "capabilities": [{**TAB, "name": "Zora Quillfeather"}]}),
        json.dumps({**FRONTEND, "capabilities": [{**TAB, "present": "yes"}]}),
        json.dumps({**FRONTEND, "capabilities": [TAB] * 61}),
        "[" * 2000,
    ],
)
def test_nothing_else_gets_into_the_report_that_way(server, said):
    with pytest.raises(urllib.error.HTTPError) as refused:
        fetched(server.url, frontend=said)
    assert refused.value.code == 400
    assert json.loads(refused.value.read())["error"]["code"] == "bad_query"
