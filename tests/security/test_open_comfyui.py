"""A real ComfyUI that others can reach, with TLS of its own: what its routes give to somebody without Isengard's link."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
from hosts import comfyui
from hosts.authority import Authority
from hosts.demo import drawings
from hosts.journey import UNCHECKED, Api
from support.comfyui_prompts import picture_of

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
IMAGE = {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 1}}


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


@dataclass(frozen=True)
class Life:
    """What there is to find: a person, their LoRA, a picture of the panel's and one of the canvas."""

    person: dict
    version: dict
    generation: dict
    prompt_id: str
    previews: list[dict]


@pytest.fixture(scope="module")
def life(server, owner, tmp_path_factory) -> Life:
    """What fills logs and lists: right and wrong tokens, an old link, refusals, a training, pictures, a canvas."""
    knock(server, server.token())
    owner.patch("/settings", {"log_level": "DEBUG"})
    person = owner.post("/characters", {"name": "Ann Vexwood", "trigger_word": "annqvx"})
    for photo in drawings(tmp_path_factory.mktemp("photos"), 3):
        owner.upload(person["id"], photo)
    job = owner.post(
        "/training/jobs",
        {"character_id": person["id"], "family": "sd15", "preset": "quick", "overrides": {"steps": 20}},
    )
    assert owner.wait_for(f"/training/jobs/{job['id']}", 60)["state"] == "completed"
    picture = {"characters": [{"id": person["id"]}], "prompt": "{trigger}", "recipe": "fast-test", "seed": 7}
    made = owner.post("/generations", picture)
    made = owner.wait_for(f"/generations/{made['id']}", 60)
    assert made["state"] == "completed", made["error"]
    version = owner.get(f"/characters/{person['id']}/versions")["items"][-1]
    prompt_id, entry = on_canvas(server, owner, person["slug"])
    return Life(person, version, made, prompt_id, entry["outputs"]["3"]["images"])


def knock(server, token: str) -> None:
    ours = {"X-Isengard": "1"}
    ask(server, "GET", f"/?isengard_token={token}")
    ask(server, "GET", f"/nowhere/{token}?isengard_token={token}")
    ask(server, "POST", "/isengard/session", {"token": token}, ours)
    ask(server, "POST", "/isengard/session", {"token": f"{token}x"}, ours)
    ask(server, "GET", "/isengard/characters", headers={"Authorization": f"Bearer {token}", "Host": "evil"})
    ask(server, "POST", "/isengard/session/link", {}, {**ours, "Host": "127.0.0.1"})
    ask(
        server,
        "POST",
        "/prompt",
        {"prompt": {"1": {"class_type": "IsengardCharacter", "inputs": {"character": 7}}}},
    )


def on_canvas(server, owner, slug: str) -> tuple[str, dict]:
    """The owner's own graph in ComfyUI, once it has run: its id and what the history says of it."""
    status, body = ask(server, "POST", "/prompt", {"prompt": picture_of(slug)}, owner.headers)
    assert status == 200, body
    prompt_id, deadline = json.loads(body)["prompt_id"], time.monotonic() + 30
    while prompt_id not in (history := json.loads(ask(server, "GET", "/history", headers=owner.headers)[1])):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return prompt_id, history[prompt_id]


def test_no_route_and_no_stream_of_comfyui_has_a_secret(server, life):
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


def test_no_route_of_comfyui_tells_a_stranger_of_a_person(server, life):
    """Names, trigger words, LoRAs, prompts and ids: the list of routes is ComfyUI's own, so a new one is searched, too."""
    needles = [
        "vexwood",
        "annqvx",
        life.version["file"],
        life.generation["id"],
        life.person["id"],
        life.prompt_id,
    ]
    found = {
        path: hits
        for path in readable_routes(server)
        if (body := ask(server, "GET", path)[1].lower())
        and (hits := [n for n in needles if n.lower().encode() in body])
    }
    assert found == {}


def test_the_owner_finds_everything_where_it_was(server, owner, life):
    """Only the panel's own pictures leave ComfyUI's history: they are in ours."""
    assert list(json.loads(ask(server, "GET", "/history", headers=owner.headers)[1])) == [life.prompt_id]
    for path, needle in (
        ("/history", life.prompt_id),
        ("/object_info/IsengardCharacter", life.person["slug"]),
        ("/api/models/loras", life.version["file"]),
    ):
        assert needle.encode() in ask(server, "GET", path, headers=owner.headers)[1]


def test_what_was_made_and_trained_is_not_given_to_a_stranger(server, owner, life):
    (preview,) = life.previews
    wanted = f"/view?{urllib.parse.urlencode(preview)}"
    metadata = f"/view_metadata/loras?filename={urllib.parse.quote(life.version['file'], safe='')}"
    for path in (wanted, f"/api{wanted}", metadata, metadata.replace("%2F", "%2F.%2F")):
        assert ask(server, "GET", path, headers=owner.headers)[0] == 200, path
        assert (
            ask(server, "GET", path)[0] == ask(server, "GET", path, headers={"Host": "127.0.0.1"})[0] == 401
        )
    assert ask(server, "GET", f"/history/{life.prompt_id}") == (200, b"{}")
    file = owner.get(f"/characters/{life.person['id']}/photos")["items"][0]["file"]
    ways = [f"../outputs/{life.generation['id']}/0000.png", f"../uploads/{life.person['id']}/{file}"]
    ways += [str(server.data / "uploads" / life.person["id"] / file)]
    for way in ways:
        for index in range(3):
            preview = f"/experiment/models/preview/loras/{index}/{urllib.parse.quote(way, safe='')}"
            assert ask(server, "GET", preview)[0] == 401


def test_a_stranger_runs_none_of_our_nodes_and_none_of_our_loras(server, owner, life):
    save = {
        "class_type": "IsengardSaveImage",
        "inputs": {"images": ["1", 0], "generation_id": life.generation["id"]},
    }
    load = {
        "class_type": "LoraLoaderModelOnly",
        "inputs": {"lora_name": life.version["file"], "strength_model": 1},
    }
    before = sorted(server.data.glob("outputs/*/*"))
    for graph in ({"1": IMAGE, "2": save}, {"1": load}, picture_of(life.person["slug"])):
        for path in ("/prompt", "/api/prompt"):
            status, body = ask(server, "POST", path, {"prompt": graph})
            assert status == 401 and json.loads(body)["error"]["type"] == "session_needed"
    show = {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}
    (preview,), photo = (
        life.previews,
        owner.get(f"/characters/{life.person['id']}/photos")["items"][0]["file"],
    )
    for image in (
        f"{preview['filename']} [{preview['type']}]",
        f"../user/__isengard/uploads/{life.person['id']}/{photo}",
        str(server.data / "outputs" / life.generation["id"] / "0000.png"),
    ):
        load = {"class_type": "LoadImage", "inputs": {"image": image}}
        assert ask(server, "POST", "/prompt", {"prompt": {"1": load, "2": show}})[0] == 401, image
    assert ask(server, "POST", "/prompt", {"prompt": {"1": IMAGE, "2": show}})[0] == 200, (
        "ComfyUI's own is its own"
    )
    assert sorted(server.data.glob("outputs/*/*")) == before


def test_a_stranger_ends_and_forgets_nothing_of_ours(server, owner, life):
    """What left ComfyUI's history would count as nobody's."""
    for path, body in (
        ("/history", {"clear": True}),
        ("/api/history", {"delete": [life.prompt_id]}),
        ("/queue", {"delete": [life.prompt_id]}),
        ("/interrupt", {"prompt_id": life.prompt_id}),
    ):
        assert ask(server, "POST", path, body)[0] == 401, path
    assert life.prompt_id in json.loads(ask(server, "GET", "/history", headers=owner.headers)[1])
    assert ask(server, "POST", "/history", {"delete": [life.prompt_id]}, owner.headers)[0] == 200
    (preview,) = life.previews
    assert ask(server, "GET", f"/view?{urllib.parse.urlencode(preview)}")[0] == 401
