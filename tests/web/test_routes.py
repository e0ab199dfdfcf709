"""Routes over a real HTTP server: envelopes, lists, refusals, logs, settings."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
import urllib.error
import urllib.request
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hosts.journey import Api, ApiError
from isengard.core.capabilities import CAPABILITIES
from isengard.core.clock import SystemClock
from isengard.core.errors import IsengardError
from isengard.core.ids import new_id
from isengard.core.records.generation import GeneratedImage
from isengard.core.records.generation_states import GenerationState
from isengard.core.records.job import Job
from isengard.web.http.errors import status_of
from isengard.web.route_table import PREFIX, ROUTES
from PIL import Image
from support.generation_records import draft, drawn_here


@pytest.fixture
def ann(api):
    return api.post("/characters", {"name": "Ann", "trigger_word": "annqvx"})


def photo(tmp_path, seed=0):
    file = tmp_path / f"p{seed}.jpg"
    Image.effect_noise((600, 600), 40 + seed * 20).convert("RGB").save(file)
    return file


def test_health_capabilities_and_video(api):
    health = api.get("/health")
    assert (health["status"], health["mode"], health["comfyui"]) == ("ok", "fast-test", "0.3.75")
    assert health["mode_fixed"], "the environment says it"
    assert api.get("/capabilities") == CAPABILITIES
    assert api.get("/video") == {**CAPABILITIES["video_generation"]["any"], "banner": "In development"}
    with pytest.raises(ApiError) as caught:
        api.post("/video")
    assert (caught.value.status, caught.value.error["code"]) == (501, "video_in_development")


def test_every_route_is_in_openapi_and_answers_with_json_or_an_envelope(api, ann):
    paths = api.get("/openapi.json")["paths"]
    assert {(r.method.lower(), PREFIX + r.path) for r in ROUTES} == {
        (m, p) for p, o in paths.items() for m in o
    }
    for route in ROUTES:
        if route.handler.startswith("events."):
            continue
        ids = {name: new_id(prefix) for name, prefix in ids_of(route.path)}
        path = re.sub(r"\{(\w+)\}", lambda found, ids=ids: ids.get(found[1], "x"), route.path)
        try:
            api.call(route.method, path, {} if route.method in ("POST", "PATCH") else None)
        except ApiError as refusal:
            assert 400 <= refusal.status < 600 and refusal.error["code"] != "no_envelope", route
            assert refusal.status != 500 and refusal.error["correlation_id"] == "ui-test-1", (route, refusal)


def ids_of(path: str) -> list[tuple[str, str]]:
    """Which parameters of a path are identifiers, and of what."""
    owners = {"characters": "chr", "jobs": "job", "generations": "gen", "albums": "alb", "photo-days": "day"}
    parts = path.split("/")
    found = [(name, owners[parts[parts.index(f"{{{name}}}") - 1]]) for name in ("id",) if "{id}" in path]
    return [*found, ("pid", "pho")] if "{pid}" in path else found


#: An upload is refused before for not being form data.
WITH_IDS = [(route, name) for route in ROUTES for name, _ in ids_of(route.path) if not route.upload]


@pytest.mark.parametrize("bad", ["job_x", "chr_" + "A" * 26, "%F0%9F%90%88", "..%2F..%2Fetc", "x" * 3000])
def test_no_route_takes_an_id_that_is_none(api, bad):
    """DELETE /characters/{id}/styles answered 204 (found by schemathesis)."""
    assert len(WITH_IDS) > 50
    for route, wrong in WITH_IDS:
        ids = {name: new_id(prefix) for name, prefix in ids_of(route.path)} | {wrong: bad}
        path = re.sub(r"\{(\w+)\}", lambda found, ids=ids: ids.get(found[1], "x"), route.path)
        with pytest.raises(ApiError) as caught:
            api.call(route.method, path, {} if route.method in ("POST", "PATCH") else None)
        assert (caught.value.status, caught.value.error["code"]) == (400, "bad_id"), (route, wrong)


def test_every_status_that_an_error_becomes_is_in_openapi(api):
    """408, of an upload that stops, was missing."""
    listed = api.get("/openapi.json")["paths"]["/isengard/characters/{id}/photos"]["post"]["responses"]
    kinds, found = [IsengardError], set()
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        found.add(str(status_of(kind("code", "message"))))
    assert "408" in found and found <= set(listed)


def test_a_character_from_birth_to_trash_and_back(api, ann):
    assert api.call("PATCH", f"/characters/{ann['id']}", {"name": "Anna"})["name"] == "Anna"
    api.call("DELETE", f"/characters/{ann['id']}")
    assert api.get("/characters")["items"] == [] and len(api.get("/characters?deleted=1")["items"]) == 1
    assert api.post(f"/characters/{ann['id']}/restore")["deleted_at"] is None
    assert api.get("/characters")["items"][0]["name"] == "Anna"


def test_photos_are_shown_with_harmless_headers(api, ann, server, tmp_path):
    item = api.upload(ann["id"], photo(tmp_path))["items"][0]
    assert item["error"] is None
    path = f"{server.url}/isengard/characters/{ann['id']}/photos/{item['photo']['id']}/image"
    with urllib.request.urlopen(path) as response:
        headers, content = response.headers, response.read()
    assert content[:2] == b"\xff\xd8" and headers["Content-Type"] == "image/jpeg"
    assert headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in headers["Content-Security-Policy"]
    assert (
        headers["Cache-Control"] == "private, no-store"
        and headers["Cross-Origin-Resource-Policy"] == "same-origin"
    )


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.jpg", b"", "photo_empty"),
        ("a.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo_type"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "photo_damaged"),
        ("../../evil.jpg", b"\xff\xd8\xff\xe0", "photo_name"),
        ("a.jpg", b"x" * (100 * 1024**2 + 5), "photo_too_large"),
    ],
)
def test_bad_uploads_are_refused_and_leave_nothing(api, ann, server, tmp_path, name, content, code):
    file = tmp_path / "bad"
    file.write_bytes(content)
    with pytest.raises(ApiError) as caught:
        api.upload(ann["id"], file, name)
    assert (
        400 <= caught.value.status < 500 and caught.value.error["code"] == code and caught.value.error["hint"]
    )
    assert (
        list(server.services.paths.tmp.iterdir()) == []
        and api.get(f"/characters/{ann['id']}/photos")["items"] == []
    )


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/characters", {"name": ""}, 400, "bad_request"),
        ("/characters", {"name": "x", "slug": "y"}, 400, "bad_request"),
        ("/training/jobs", {"character_id": "chr_x", "method": "dora"}, 400, "method_not_supported"),
        ("/training/jobs", {"character_id": "../../etc"}, 400, "bad_id"),
        ("/training/preflight", {"character_id": "chr_" + "0" * 26}, 404, "character_not_found"),
        ("/training/preflight", {"character_id": "chr_" + "0" * 26, "family": "x"}, 400, "family_unknown"),
        ("/generations", {"recipe": "x", "characters": [], "prompt": ""}, 400, "bad_request"),
        ("/training/backends/ai_toolkit/setup", {}, 400, "confirmation_needed"),
        ("/training/backends/ai_toolkit/setup", {"repository": "x"}, 400, "bad_request"),
        ("/training/backends/fast_test/setup", {"confirm": True}, 409, "backend_needs_no_setup"),
        ("/training/models/sd15/download", {}, 400, "confirmation_needed"),
        ("/training/models/x/download", {"confirm": True}, 400, "family_unknown"),
    ],
)
def test_what_cannot_be_is_refused_with_a_code(api, path, body, status, code):
    with pytest.raises(ApiError) as caught:
        api.post(path, body)
    assert (caught.value.status, caught.value.error["code"]) == (status, code) and caught.value.error["hint"]


def test_every_family_that_the_panel_offers_is_drawn_by_a_recipe_of_its_own(api):
    """One without would be trained for hours, and then nobody could be drawn with it."""
    drawn = {
        key
        for recipe in api.get("/recipes")["items"]
        for key in recipe["families"]
        if recipe["identity"] == "lora"
    }
    families = api.get("/training/families")["items"]
    assert {"sd15", "z_image", "krea2"} <= {family["key"] for family in families} == drawn


def test_a_family_shows_its_routes_and_their_numbers_differ(api):
    (family,) = [one for one in api.get("/training/families")["items"] if one["key"] == "z_image"]
    assert [(route["key"], route["expert"]) for route in family["routes"]] == [
        ("turbo", False),
        ("base", False),
        ("de_turbo", True),
    ]
    assert family["page"] == family["routes"][0]["page"] != family["routes"][1]["page"]
    usual, base = (api.get(f"/training/presets?family=z_image&route={key}")["items"] for key in ("", "base"))
    assert usual[0]["vram_bytes"] < base[0]["vram_bytes"]
    with pytest.raises(ApiError) as caught:
        api.get("/training/presets?family=z_image&route=base_8bit")
    assert (caught.value.status, caught.value.error["code"]) == (400, "training_route_unknown")


@pytest.mark.parametrize("verb", ["setup", "uninstall"])
def test_a_trainer_at_work_is_neither_replaced_nor_removed(server, api, verb):
    ledger = server.services.ledger
    at = "2026-08-20T10:00:00Z"
    job = Job(
        id=new_id("job"), kind="training", needs="gpu", backend="ai_toolkit", created_at=at, updated_at=at
    )
    ledger.submit(job)
    ledger.claim(worker_id="w", owner="o", needs=["gpu"])
    with pytest.raises(ApiError) as caught:
        api.post(f"/training/backends/ai_toolkit/{verb}", {"confirm": True})
    assert (caught.value.status, caught.value.error["code"]) == (409, "backend_in_use")


def test_a_base_model_is_never_a_path(api, ann, tmp_path):
    api.upload(ann["id"], photo(tmp_path))
    for name in ("/etc/passwd", "../../model.safetensors", "http://example.org/x.safetensors"):
        with pytest.raises(ApiError) as caught:
            api.post("/training/preflight", {"character_id": ann["id"], "base_model": name})
        assert caught.value.error["code"] == "base_model_unknown"


def test_preflight_says_what_is_missing_and_blocks(api, ann):
    check = api.post("/training/preflight", {"character_id": ann["id"]})
    assert not check["ok"] and "no_photos" in [finding["code"] for finding in check["findings"]]
    with pytest.raises(ApiError) as caught:
        api.post("/training/jobs", {"character_id": ann["id"]})
    assert caught.value.error["code"] == "no_photos"


def test_bad_bodies_are_told(server):
    def send(data, kind="application/json"):
        headers = {"X-Isengard": "1", "Content-Type": kind}
        request = urllib.request.Request(
            f"{server.url}/isengard/characters", data=data, method="POST", headers=headers
        )
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request)
        return caught.value.code, json.loads(caught.value.read())["error"]["code"]

    assert send(b"{ half") == (400, "bad_json")
    assert send(b"[1]") == (400, "bad_json")
    assert send(b'{"name": NaN}') == (400, "bad_request")
    assert send(b"[" * 100_000) == (400, "bad_json")
    assert send(b"{" + b" " * 2_000_000) == (413, "body_too_large")
    assert send(b"name=x", "application/x-www-form-urlencoded") == (415, "content_type")


def test_settings_show_their_sources_and_secrets_stay_inside(api, server):
    items = {item["name"]: item for item in api.get("/settings")["items"]}
    assert items["mode"]["source"] == "environment" and items["log_level"]["editable"]
    assert not items["mode"]["editable"] and items["mode"]["choices"] == ["production", "fast-test"]
    with pytest.raises(ApiError) as caught:
        api.patch("/settings", {"mode": "production"})
    assert caught.value.error["code"] == "setting_in_environment" and caught.value.status == 409
    assert "has fixed this setting" in caught.value.error["message"]
    items = {item["name"]: item for item in api.patch("/settings", {"log_level": "DEBUG"})["items"]}
    assert (items["log_level"]["value"], items["log_level"]["running"]) == ("DEBUG", "INFO")
    assert logging.getLogger("isengard").level == logging.DEBUG, "at once, in this process"
    api.patch("/settings", {"log_level": "INFO"})
    changed = api.call("PATCH", "/settings", {"hf_token": "hf_secretvalue"})
    token = next(item for item in changed["items"] if item["name"] == "hf_token")
    assert token["value"] is True and "hf_secretvalue" not in json.dumps(changed)
    with pytest.raises(ApiError) as caught:
        api.call("PATCH", "/settings", {"log_level": "ERROR", "ai_toolkit_python": "/bin/sh"})
    assert caught.value.error["code"] == "setting_not_editable"
    assert {i["name"]: i for i in api.get("/settings")["items"]}["log_level"]["value"] == "INFO"


def test_the_panels_lines_arrive_and_are_found_by_their_id(api):
    line = {
        "level": "INFO",
        "message": "clicked %s hf_abc123",
        "correlation_id": "ui-42",
        "context": {"a": 1},
    }
    api.post("/logs", {"lines": [line]})
    (found,) = api.get("/logs?correlation_id=ui-42")["items"]
    assert (found["service"], found["message"]) == ("frontend", "clicked %s hf_***REDACTED***")
    assert found["context"]["a"] == 1
    api.post("/logs", {"lines": [{**line, "level": "DEBUG", "correlation_id": "ui-43"}]})
    assert api.get("/logs?correlation_id=ui-43")["items"] == [], "LOG_LEVEL holds for the panel, too"


def test_forgetting_removes_the_person_and_reports(api, ann, tmp_path):
    api.upload(ann["id"], photo(tmp_path))
    report = api.post(f"/characters/{ann['id']}/forget")["report"]
    assert report["photos"] == 1 and report["bytes"] > 0
    with pytest.raises(ApiError) as caught:
        api.get(f"/characters/{ann['id']}")
    assert caught.value.status == 404


def test_a_second_copy_is_refused(server):
    from types import SimpleNamespace

    from isengard.web.app import MARKER, attach

    with pytest.raises(ImportError, match="already registered"):
        attach(SimpleNamespace(**{MARKER: object()}), server.host, None)


def test_a_server_that_cannot_start_says_why(tmp_path):
    from support.web_server import WebServer

    (tmp_path / "file").write_text("in the way")
    server = WebServer(tmp_path, environment={"DATA_DIR": str(tmp_path / "file" / "data")})
    try:
        with pytest.raises(ApiError) as caught:
            Api(server.url).wait_until_ready()
        assert caught.value.status == 503 and caught.value.error["code"] == "data_folder_unavailable"
    finally:
        server.close()


def test_a_generation_is_told_when_it_changes_and_has_a_small_copy(server, api, ann):
    store = server.services.generations.store
    generation = drawn_here(server, draft(ann["id"]))
    folder = server.services.paths.generation(generation.id)
    Image.effect_noise((1024, 512), 60).convert("RGB").save(folder / "0000.png")
    store.add_image(generation.id, GeneratedImage(n=0, file="0000.png", width=1024, height=512, seed=1))
    store.advance(generation.id, GenerationState.CANCELLED)
    path = f"/generations/{generation.id}"
    small = Image.open(io.BytesIO(api.get(f"{path}/images/0?size=thumb")))
    assert (small.format, small.size) == ("JPEG", (512, 256))
    before = server.services.ledger.last_seq()
    api.patch(f"{path}/images/0", {"favourite": True})
    api.delete(path)
    api.post(f"{path}/restore")
    assert api.delete(f"{path}/images/0")["images"][0]["deleted_at"] and not list(folder.glob("thumbs/*"))
    lies_there(api, path)
    api.delete(path)
    lies_there(api, path)
    api.post(f"{path}/restore")
    told = [
        event for event in server.services.ledger.events_after(before) if event.subject.id == generation.id
    ]
    assert [event.type for event in told] == ["generation.state"] * 6
    assert {event.correlation_id for event in told} == {"ui-test-1"}
    assert told[0].data["generation"]["images"][0]["favourite"] and told[1].data["generation"]["deleted_at"]


def lies_there(api, path):
    """A picture in the trash is seen there, and nowhere else."""
    small = Image.open(io.BytesIO(api.get(f"{path}/images/0?deleted=1")))
    assert (small.format, small.size) == ("JPEG", (128, 64))
    for asked in (f"{path}/images/0?size=thumb", f"{path}/images/7?deleted=1"):
        with pytest.raises(ApiError) as caught:
            api.get(asked)
        assert caught.value.status == 404


def test_a_person_thirty_days_in_the_trash_is_forgotten(server, api, ann):
    api.delete(f"/characters/{ann['id']}")
    services = server.services
    asyncio.run(services.housekeeping.empty_trash())
    assert api.get("/characters?deleted=1")["items"]
    later = SystemClock().now() + timedelta(days=31)
    housekeeping = replace(services.housekeeping, clock=SimpleNamespace(now=lambda: later))
    asyncio.run(housekeeping.empty_trash())
    assert api.get("/characters?deleted=1")["items"] == []
