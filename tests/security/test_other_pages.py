"""A real ComfyUI on loopback, asked by pages that are not its own: by another name, and from another port under CORS."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request

import pytest
from hosts import comfyui
from hosts.demo import drawings
from hosts.journey import Api

pytestmark = [pytest.mark.slow, pytest.mark.e2e]
#: A name that was made to lead here: the browser believes the page to be its own.
REBOUND = {"Host": "evil.example:8188", "Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example:8188"}
#: A page of another program of this machine, which ComfyUI lets read under --enable-cors-header.
OTHER_PORT = {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:3000"}
PAGES = pytest.mark.parametrize(("page", "status"), [(REBOUND, 421), (OTHER_PORT, 403)])


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    base = comfyui.make_base(tmp_path_factory.mktemp("host"))
    environment = {"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "4"}
    server = comfyui.start(base, environment=environment, arguments=("--enable-cors-header", "*"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def person(server, tmp_path_factory):
    api = Api(server.url)
    api.wait_until_ready()
    person = api.post("/characters", {"name": "Ann Vexwood"})
    for photo in drawings(tmp_path_factory.mktemp("photos"), 2):
        api.upload(person["id"], photo)
    return api.get(f"/characters/{person['id']}")


def ask(server, method, path, body=None, headers=None) -> tuple[int, bytes]:
    data = None if body is None else json.dumps(body).encode()
    kind = {} if body is None else {"Content-Type": "application/json"}
    request = urllib.request.Request(
        server.url + path, data=data, method=method, headers={**kind, **(headers or {})}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read()


def photo_graph(slug: str) -> dict:
    """The real photos of a person, shown where anybody can fetch them."""
    return {
        "1": {"class_type": "IsengardCharacter", "inputs": {"character": slug}},
        "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 3]}},
    }


def run(server, graph) -> tuple[str, list[dict]]:
    """As the owner, on the canvas: the id, and the pictures that were shown."""
    status, body = ask(server, "POST", "/prompt", {"prompt": graph})
    assert status == 200, body
    prompt_id, deadline = json.loads(body)["prompt_id"], time.monotonic() + 30
    while not (history := json.loads(ask(server, "GET", f"/history/{prompt_id}")[1])):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return prompt_id, history[prompt_id]["outputs"]["2"]["images"]


@pytest.fixture(scope="module")
def shown(server, person):
    return run(server, photo_graph(person["slug"]))


@PAGES
def test_another_page_gets_no_photo_through_comfyuis_queue(server, person, shown, page, status):
    answer = ask(server, "POST", "/prompt", {"prompt": photo_graph(person["slug"])}, page)
    assert answer[0] == status and "type" in json.loads(answer[1])["error"]
    prompt_id, (photo, *_) = shown
    view = f"/view?filename={photo['filename']}&type={photo['type']}"
    assert ask(server, "GET", view)[0] == 200 and ask(server, "GET", view, headers=page)[0] == status
    for path in ("/history", f"/history/{prompt_id}", "/api/queue"):
        answer = ask(server, "GET", path, headers=page)
        assert answer[0] == 200 and prompt_id.encode() not in answer[1]
    assert prompt_id in json.loads(ask(server, "GET", "/history")[1])


@PAGES
def test_another_page_reads_nothing_of_ours(server, person, page, status):
    for path in ("/isengard/characters", "/isengard/events", f"/isengard/characters/{person['id']}/photos"):
        assert ask(server, "GET", path, headers=page)[0] == status
    names = ask(server, "GET", "/object_info/IsengardCharacter", headers=page)
    assert names[0] == 200 and b"vexwood" not in names[1].lower()
    assert b"vexwood" in ask(server, "GET", "/object_info/IsengardCharacter")[1]


def test_what_is_not_ours_stays_comfyuis(server, person):
    image = {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 1}}
    graph = {"1": image, "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}
    status, body = ask(server, "POST", "/prompt", {"prompt": graph}, OTHER_PORT)
    assert status == 200
    deadline = time.monotonic() + 20
    while not (history := json.loads(ask(server, "GET", "/history", headers=OTHER_PORT)[1])):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert json.loads(body)["prompt_id"] in history
