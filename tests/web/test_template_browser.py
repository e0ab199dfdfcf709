"""What ComfyUI's template browser gets of us: no practice where pictures are real, and old names still open."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from isengard.core.errors import NotReadyError
from isengard.generation.image.templates import WORKFLOWS, templates
from isengard.web.gateway import Gateway
from isengard.web.template_browser import knows_apps, template_browser

PRACTICE = templates()["fast-test"].title
OTHERS = {"another-pack": ["fast-test", PRACTICE]}


def mode(name: str) -> Gateway:
    gateway = Gateway(SimpleNamespace())
    if name == "broken":
        gateway.fail(NotReadyError("start_failed", "It could not start.", "Restart."))
    else:
        gateway.open(SimpleNamespace(settings=SimpleNamespace(fast_test=name == "fast-test")))
    return gateway


def asked(
    gateway: Gateway,
    *paths: str,
    pack: str = "isengard",
    method: str = "GET",
    frontend: str = "1.32.9",
) -> list[tuple[int, bytes]]:
    """What a server answers that lists and serves templates as ComfyUI does."""

    async def listed(_: web.Request) -> web.Response:
        return web.json_response({**OTHERS, pack: sorted(file.stem for file in WORKFLOWS.glob("*.json"))})

    async def ask() -> list[tuple[int, bytes]]:
        app = web.Application(middlewares=[template_browser(gateway, pack, frontend)])
        app.router.add_get("/workflow_templates", listed)
        app.router.add_get("/api/workflow_templates", listed)
        app.router.add_static(f"/api/workflow_templates/{pack}", WORKFLOWS)
        async with TestClient(TestServer(app)) as client:
            answers = [await client.request(method, path) for path in paths]
            return [(answer.status, await answer.read()) for answer in answers]

    return asyncio.run(ask())


@pytest.mark.parametrize(("name", "shown"), [("production", False), ("fast-test", True), ("broken", False)])
@pytest.mark.parametrize("path", ["/workflow_templates", "/api/workflow_templates"])
def test_practice_is_listed_in_fast_test_mode_only(name, shown, path):
    [(status, body)] = asked(mode(name), path)
    found = json.loads(body)
    assert status == 200 and found["another-pack"] == OTHERS["another-pack"]
    assert (PRACTICE in found["isengard"]) == shown
    titles = {template.title for template in templates().values()} - {PRACTICE}
    assert titles <= set(found["isengard"]) <= titles | {PRACTICE}


def test_whoever_lists_nothing_of_ours_gets_nothing_added():
    [(_, body)] = asked(mode("production"), "/workflow_templates", pack="isengard-2")
    assert set(json.loads(body)) == {"another-pack", "isengard-2"}


@pytest.mark.parametrize("recipe", sorted(templates()))
@pytest.mark.parametrize("pack", ["isengard", "ComfyUI-Isengard"])
def test_links_with_the_old_name_still_open(recipe, pack):
    """?template=sdxl-identity&source=isengard: such a link takes no spaces and brackets, so it goes on naming the recipe."""
    template, root = templates()[recipe], f"/api/workflow_templates/{pack}"
    names = (recipe, quote(template.title))
    paths = [f"{root}/{name}.{kind}" for kind in ("json", "jpg") for name in names]
    old, new, old_picture, new_picture = asked(mode("production"), *paths, pack=pack)
    assert old == new == (200, template.file.read_bytes())
    assert old_picture == new_picture == (200, template.picture.read_bytes())


@pytest.mark.parametrize(
    "name",
    ["gone.json", "sdxl-identity.md.exe", "sdxl-identity", "../sdxl-identity.json", "x/sdxl-identity.json"],
)
def test_nothing_else_is_invented(name):
    [(status, _)] = asked(mode("production"), f"/api/workflow_templates/isengard/{quote(name)}")
    assert status == 404


def test_asking_otherwise_than_for_reading_is_comfyuis_to_refuse():
    [(status, _)] = asked(
        mode("production"), "/api/workflow_templates/isengard/sdxl-identity.json", method="POST"
    )
    assert status == 405


@pytest.mark.parametrize("name", ["production", "fast-test"])
def test_a_frontend_with_apps_lists_ours_as_apps_and_opens_them(name):
    (_, body), *_ = asked(mode(name), "/api/workflow_templates", frontend="1.49.6")
    listed = json.loads(body)
    titles = [one.title for one in templates().values() if name == "fast-test" or not one.practice]
    assert sorted(listed["isengard"]) == sorted(f"{title}.app" for title in titles)
    assert listed["another-pack"] == OTHERS["another-pack"]
    root = "/api/workflow_templates/isengard"
    template = templates()["sdxl-identity"]
    for shown in (template.title, "sdxl-identity"):
        paths = [f"{root}/{quote(shown)}.app.{kind}" for kind in ("json", "jpg")]
        answers = asked(mode(name), *paths, frontend="1.49.6")
        assert answers == [(200, template.file.read_bytes()), (200, template.picture.read_bytes())]


@pytest.mark.parametrize(
    ("frontend", "knows"),
    [
        *(("1.49.6", True), ("1.42.0", True), ("2.0.1", True), ("1.59.0.dev2", True)),
        *(
            ("1.32.9", False),
            ("1.41.20", False),
            ("unknown", False),
            ("its own folder (--front-end-root)", False),
        ),
        *(("Comfy-Org/ComfyUI_frontend@latest", True), ("Comfy-Org/ComfyUI_frontend@v1.35.9", False)),
    ],
)
def test_which_frontends_know_apps(frontend, knows):
    assert knows_apps(frontend) == knows
