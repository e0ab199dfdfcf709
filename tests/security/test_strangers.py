"""The guard of ComfyUI's routes over a ComfyUI of a few handlers: what a stranger asks, and what the owner may still do."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from isengard.core.marks.marking import Marking
from isengard.core.marks.picture_file import encoded
from isengard.web.comfyui_guard.middleware import comfyui_guard
from isengard.web.http.access import Access
from isengard.web.http.session import Session
from PIL import Image

TOKEN = "a-token-of-the-owner"
OWNER = {"Authorization": f"Bearer {TOKEN}"}
LORA = "ann/ann-sd15-000012-abcd1234.safetensors"
ID = "12345678-1234-1234-1234-123456789012"
MADE = {"9": {"images": [{"filename": "ours_00001_.png", "type": "temp"}]}}
OURS = {"1": {"class_type": "IsengardCharacter", "inputs": {"character": "ann"}}}
SILENT = Marking(in_file=False, key_file=None, visible=False)
OTHER = {"1": {"class_type": "EmptyImage", "inputs": {}}}
WAYS = [
    *(("GET", path) for path in ("/view", "/history", "/queue", "/assets", "/assets/{id}/content", "/tags")),
    *(("POST", path) for path in ("/prompt", "/history", "/queue", "/interrupt", "/upload/mask")),
    *(("POST", path) for path in ("/jobs/{job_id}/cancel", "/jobs/cancel")),
]


class Open:
    """Stands for the door of a ComfyUI that others can reach and that nobody guards."""

    guards_comfyui = False

    def __init__(self, models) -> None:
        self._access = Access(Session(TOKEN, needed=True), models=models)

    async def access(self) -> Access:
        return self._access


class Comfy:
    """What it knows, and what came through to it."""

    def __init__(self, models) -> None:
        self.known = [("ours", OURS, MADE), ("other", OTHER, {}), ("live", OURS, None)]
        self.passed: list[str] = []
        self.folders = {name: models / name for name in ("input", "output", "temp")}
        self._guard = comfyui_guard(
            Open(models), SimpleNamespace(prompts=lambda: self.known, own_folders=lambda: self.folders)
        )

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        for method, path in WAYS:
            app.router.add_route(method, path, self._answer)
            app.router.add_route(method, f"/api{path}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        self.passed.append(f"{request.method} {request.path}")
        if request.method == "POST" and request.path.endswith("/history"):
            self.known = [one for one in self.known if one[0] not in (await request.json())["delete"]]
        return web.json_response({})

    def ask(self, *asked, **options) -> list[int]:
        """The statuses of these (method, path), in their order."""

        async def scenario() -> list[int]:
            async with TestClient(TestServer(self._app())) as client:
                return [(await client.request(*one, **options)).status for one in asked]

        return asyncio.run(scenario())


@pytest.fixture
def comfy(tmp_path):
    (tmp_path / "ann").mkdir()
    (tmp_path / LORA).touch()
    return Comfy(tmp_path)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/history", {"clear": True}),
        ("/history", {"delete": ["other", "ours"]}),
        ("/history", {"delete": {"ours": 1}}),
        ("/queue", {"clear": True}),
        ("/queue", {"delete": ["live"]}),
        ("/interrupt", {}),
        ("/interrupt", {"prompt_id": "live"}),
        ("/jobs/live/cancel", {}),
        ("/jobs/cancel", {"job_ids": ["other", "live"]}),
    ],
)
def test_a_stranger_ends_and_forgets_nothing_of_ours(comfy, path, body):
    ways = [("POST", path), ("POST", f"/api{path}")]
    assert comfy.ask(*ways, json=body) == [401, 401] and comfy.passed == []
    assert comfy.ask(*ways, json={"delete": [], **body}, headers=OWNER) == [200, 200]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/history", {"delete": ["other"]}),
        ("/queue", {"delete": ["other"], "clear": False}),
        ("/interrupt", {"prompt_id": "other"}),
        ("/jobs/other/cancel", {}),
        ("/jobs/cancel", {"job_ids": ["other", {}]}),
    ],
)
def test_a_stranger_may_end_what_is_not_ours(comfy, path, body):
    assert comfy.ask(("POST", path), json=body) == [200]


def test_everything_may_end_where_nothing_of_ours_is(comfy):
    comfy.known = [("other", OTHER, None)]
    for path, body in (("/interrupt", {}), ("/queue", {"clear": True})):
        assert comfy.ask(("POST", path), json=body) == [200]


def test_what_left_the_history_stays_ours(comfy):
    """Its pictures stay in ComfyUI's folders, whoever took it out."""
    wanted = ("GET", "/view?filename=ours_00001_.png&type=temp")
    assert comfy.ask(("POST", "/history"), json={"delete": ["ours"]}, headers=OWNER) == [200]
    assert [prompt[0] for prompt in comfy.known] == ["other", "live"]
    assert comfy.ask(wanted, ("GET", "/view?filename=theirs.png&type=temp")) == [401, 200]


def test_what_was_made_of_a_picture_that_left_is_ours_too(comfy):
    comfy.ask(("POST", "/history"), json={"delete": ["ours"]}, headers=OWNER)
    load = {"1": {"class_type": "LoadImage", "inputs": {"image": "ours_00001_.png [temp]"}}}
    comfy.known.append(("made", load, {"2": {"images": [{"filename": "copy.png"}]}}))
    assert comfy.ask(("GET", "/view?filename=copy.png")) == [401]


@pytest.mark.parametrize("name", ["ours_00001_.png [temp]", "ours_00001_.png#[temp]", "x/OURS_00001_.png"])
def test_a_mask_lays_nothing_of_ours_open(comfy, name):
    def form(original: object) -> aiohttp.FormData:
        form = aiohttp.FormData()
        form.add_field("image", b"png", filename="mask.png")
        form.add_field("original_ref", json.dumps(original))
        return form

    assert comfy.ask(("POST", "/upload/mask"), data=form({"filename": name, "type": "temp"})) == [401]
    assert comfy.ask(("POST", "/upload/mask"), data=form({"filename": "theirs.png"})) == [200]
    load = {"prompt": {"1": {"class_type": "LoadImage", "inputs": {"image": name}}}}
    assert comfy.ask(("POST", "/prompt"), json=load) == [401]


@pytest.mark.parametrize("ending", ["png", "webp"])
def test_a_picture_says_itself_that_it_is_ours_after_a_restart(comfy, ending):
    """ComfyUI's own Save Image keeps the graph in the file, its history nothing beyond a restart."""
    comfy.known = []
    graphs = {
        "ours": OURS,
        "lora": {"1": {"class_type": "LoraLoader", "inputs": {"lora_name": LORA}}},
        "theirs": OTHER,
    }
    for name, graph in graphs.items():
        keep(comfy.folders["output"] / "day" / f"{name}.{ending}", graph)
    place = "subfolder=day&type=output"
    ways = [("GET", f"/view?filename={name}.{ending}&{place}") for name in graphs]
    assert comfy.ask(*ways, ("GET", f"/api/view?filename=none.{ending}&{place}")) == [401, 401, 200, 200]
    assert comfy.ask(*ways, headers=OWNER) == [200] * 3
    for name, status in (("ours", 401), ("theirs", 200)):
        file = f"day/{name}.{ending} [output]"
        load = {"prompt": {"1": {"class_type": "LoadImage", "inputs": {"image": file}}}}
        assert comfy.ask(("POST", "/prompt"), json=load) == [status]
        form = aiohttp.FormData()
        form.add_field("image", b"png", filename="mask.png")
        original = {"filename": f"{name}.{ending}", "subfolder": "day", "type": "output"}
        form.add_field("original_ref", json.dumps(original))
        assert comfy.ask(("POST", "/upload/mask"), data=form) == [status]


def keep(file, graph):
    file.parent.mkdir(parents=True, exist_ok=True)
    texts = {"prompt": json.dumps(graph)}
    file.write_bytes(encoded(Image.new("RGB", (8, 8)), file.suffix[1:], texts, "", SILENT))


def test_files_that_are_known_by_a_hash_alone_are_given_to_nobody(comfy):
    ways = [("GET", f"/api/{path}") for path in ("assets", f"assets/{ID}/content", "tags")]
    ways.append(("GET", "/view?filename=blake3:0123"))
    assert comfy.ask(*ways) == [401] * 4 and comfy.ask(*ways, headers=OWNER) == [200] * 4


@pytest.mark.parametrize(
    "inputs",
    [
        {"lora_name": LORA},
        {"lora_1": {"on": True, "lora": LORA, "strength": 1}},
        {"loras": {"__value__": [{"name": "ann-sd15-000012-abcd1234", "strength": 1}]}},
        {"text": f"photo <lora:{LORA.rpartition('.')[0]}:0.8>, smiling"},
    ],
)
def test_no_node_of_another_pack_runs_a_lora_of_ours(comfy, inputs):
    graph = {"prompt": {"1": {"class_type": "Power Lora Loader (rgthree)", "inputs": inputs}}}
    assert comfy.ask(("POST", "/prompt"), ("POST", "/api/prompt"), json=graph) == [401, 401]
    other = json.loads(json.dumps(graph).replace("ann", "style"))
    assert comfy.ask(("POST", "/prompt"), json=other) == [200]
