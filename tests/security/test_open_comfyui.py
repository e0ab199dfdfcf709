"""A real ComfyUI that others can reach, with TLS of its own: what its routes give to somebody without Isengard's link."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from hosts import comfyui
from hosts.authority import Authority
from hosts.demo import drawings
from hosts.journey import UNCHECKED, Api

pytestmark = [pytest.mark.slow, pytest.mark.e2e]
HF_TOKEN = "hf_keptforourselves0123456789"
#: What stands in a route's braces.
VALUES = {
    "folder": "loras",
    "folder_name": "loras",
    "directory_type": "temp",
    "node_class": "IsengardCharacter",
    "path_index": "0",
    "filename": "none.safetensors",
    "id": "none",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Beyond loopback, with a certificate that names another host, and some life on it."""
    base = comfyui.make_base(tmp_path_factory.mktemp("host"))
    (base / "custom_nodes" / "route_list").symlink_to(Path(comfyui.__file__).parent / "route_list")
    authority = Authority(tmp_path_factory.mktemp("authority"))
    environment = {"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "4", "HF_TOKEN": HF_TOKEN}
    server = comfyui.start(
        base, environment=environment, listen="0.0.0.0", tls=(authority.certificate, authority.key)
    )
    yield server
    server.stop()


@pytest.fixture(scope="module")
def owner(server):
    """Who has the link."""
    Api(server.url).wait_until_ready()
    return Api(server.url, headers={"Authorization": f"Bearer {server.token()}"})


def ask(
    server, method: str, path: str, body: object = None, headers: dict | None = None
) -> tuple[int, bytes]:
    """Somebody in the network, without a session."""
    data = None if body is None else json.dumps(body).encode()
    kind = {} if body is None else {"Content-Type": "application/json"}
    request = urllib.request.Request(
        server.url + path,
        data=data,
        method=method,
        headers={"Host": "studio.lan:8188", **kind, **(headers or {})},
    )
    try:
        with urllib.request.urlopen(request, timeout=30, context=UNCHECKED) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read()


def readable_routes(server) -> list[str]:
    """Every GET route of ComfyUI and its packs but ours, with something in its braces."""
    known = [path for method, path in server.get("/route_list") if method in ("GET", "*")]
    paths = {re.sub(r"\{(\w+)[^}]*\}", lambda name: VALUES.get(name[1], "none"), path) for path in known}
    return sorted(path for path in paths if not path.endswith("/ws"))


def live(server, owner, folder: Path) -> None:
    """What fills logs: right and wrong tokens, an old link, refusals, faults, a training, pictures, a failing node."""
    token = server.token()
    ask(server, "GET", f"/?isengard_token={token}")
    ask(server, "GET", f"/nowhere/{token}?isengard_token={token}")
    ask(server, "POST", "/isengard/session", {"token": token}, {"X-Isengard": "1"})
    ask(server, "POST", "/isengard/session", {"token": f"{token}x"}, {"X-Isengard": "1"})
    ask(server, "GET", "/isengard/characters", headers={"Authorization": f"Bearer {token}", "Host": "evil"})
    ask(
        server,
        "POST",
        "/prompt",
        {"prompt": {"1": {"class_type": "IsengardCharacter", "inputs": {"character": 7}}}},
    )
    ask(server, "POST", "/isengard/session/link", {}, {"X-Isengard": "1", "Host": "127.0.0.1"})
    person = owner.post("/characters", {"name": "Ann Example"})
    for photo in drawings(folder, 3):
        owner.upload(person["id"], photo)
    owner.patch("/settings", {"log_level": "DEBUG"})
    job = owner.post(
        "/training/jobs",
        {"character_id": person["id"], "family": "sd15", "preset": "quick", "overrides": {"steps": 20}},
    )
    assert owner.wait_for(f"/training/jobs/{job['id']}", 60)["state"] == "completed"
    picture = {"characters": [{"id": person["id"]}], "prompt": "{trigger}", "recipe": "fast-test", "seed": 7}
    made = owner.post("/generations", picture)
    assert owner.wait_for(f"/generations/{made['id']}", 60)["state"] == "completed"


def test_no_route_and_no_stream_of_comfyui_has_a_secret(server, owner, tmp_path):
    live(server, owner, tmp_path)
    token, routes = server.token(), readable_routes(server)
    assert len(routes) > 50 and "/internal/logs/raw" in routes and "/api/internal/logs" not in routes
    answers = {path: ask(server, "GET", path) for path in routes}
    answered = [path for path, (status, _) in answers.items() if status == 200]
    assert {"/internal/logs", "/internal/logs/raw", "/system_stats", "/history", "/object_info"} <= set(
        answered
    )
    console = answers["/internal/logs/raw"][1].decode() + server.log()
    assert "[Isengard] other computers can reach this server" in console and "link.txt" in console
    for secret in (token, HF_TOKEN):
        assert [path for path, (_, body) in answers.items() if secret.encode() in body] == []
        assert secret not in server.log()
        assert not [file for file in server.base.rglob("*.log") if secret in file.read_text(errors="replace")]


def test_the_link_speaks_https_as_comfyui_does(server, owner):
    links = (server.data / "run" / "link.txt").read_text().split()
    assert links[0] == f"{server.url}/#isengard_token={server.token()}" and links[0].startswith("https://")
    assert all(link.startswith("https://") for link in links)
