"""What is put aside of a photo day and what comes first, with the real face reader on public photographs laid into its pictures."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

import time

import pytest
from hosts import fixtures
from hosts.journey import Api
from isengard.generation.image import comfy_client
from PIL import Image, ImageEnhance
from support.answer_checker import CheckedApi
from support.day_comfyui import DayComfyThread
from support.face_fixtures import face_tools, her_photos, put_face_tools  # noqa: F401 - fixtures
from support.pictures import drawing
from support.web_server import WebServer

pytestmark = pytest.mark.slow


@pytest.fixture
def house(tmp_path, face_tools, monkeypatch):
    monkeypatch.setattr(comfy_client, "POLL_S", 0.02)
    comfy = DayComfyThread(tmp_path / "user" / "__isengard" / "outputs")
    environment = {"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "1", "COMFYUI_URL": comfy.comfy.url}
    server = WebServer(tmp_path, environment=environment)
    Api(server.url).wait_until_ready()
    put_face_tools(face_tools, server.services.paths)
    server.comfy = comfy.comfy
    yield server
    server.close()
    comfy.close()


def put_photos(comfy, folder, her_photos):
    """A photograph for each place that the day asks for."""
    with Image.open(her_photos[4]) as one, Image.open(her_photos[5]) as other:
        hers, again = one.convert("RGB"), other.convert("RGB")
    made = {
        "garden": hers,
        "balcony": again,
        "terrace": ImageEnhance.Brightness(hers.crop((6, 4, hers.width - 4, hers.height - 6))).enhance(1.06),
        "mirror": _beside(hers),
        "wood": drawing(),
    }
    with Image.open(fixtures.other_people()["group"]) as group:
        made["station"] = group.convert("RGB").crop((388, 220, 624, 457)).resize((512, 512))
    for place, image in made.items():
        image.save(folder / f"{place}.png")
        comfy.photos[place] = folder / f"{place}.png"
    return list(made)


def _beside(photo):
    """Two heads of one size."""
    both = Image.new("RGB", (2 * photo.width, photo.height))
    both.paste(photo, (0, 0))
    both.paste(photo, (photo.width, 0))
    return both


def test_failed_pictures_and_twins_are_put_aside_and_the_most_alike_comes_first(house, tmp_path, her_photos):
    api = CheckedApi(house.url, "ui-faces")
    places = put_photos(house.comfy, tmp_path, her_photos)
    ann = api.post("/characters", {"name": "Anna", "trigger_word": "annqvx", "class_word": "woman"})
    for photo in her_photos[:4]:
        api.upload(ann["id"], photo)
    scenes = [{"name": place, "label": place, "prompt": place} for place in places]
    order = {"person": {"id": ann["id"]}, "recipe": "fast-test", "prompt": "{trigger}", "scenes": scenes}
    day = api.post("/photo-days", {**order, "shapes": ["square"], "count": len(places)})
    deadline = time.monotonic() + 90
    while (known := api.get(f"/photo-days/{day['id']}"))["state"] != "done":
        assert time.monotonic() < deadline, known
        time.sleep(0.1)
    found = {one["scene"]: one for one in known["pictures"]}
    why = {place: one["aside"] for place, one in found.items() if one["aside"]}
    scores = {place: one["image"]["likeness"]["score"] for place, one in found.items()}
    assert known["measures"] is True and len(found) == len(places)
    twin, kept = sorted(("garden", "terrace"), key=lambda place: scores[place])
    assert why == {"wood": "no_face", "mirror": "two_heads", "station": "another_person", twin: "twin"}, (
        scores
    )
    assert found[twin]["twin_of"] == found[kept]["n"]
    assert known["order"] == sorted(
        (found[kept]["n"], found["balcony"]["n"]), key=lambda n: -scores[places[n]]
    )
    album = {one["id"] for one in api.get(f"/generations?album_id={day['album_id']}")["items"]}
    assert album == {found[kept]["generation_id"], found["balcony"]["generation_id"]}
    api.patch(f"/photo-days/{day['id']}/pictures/{found['mirror']['n']}", {"back": True})
    back = api.get(f"/generations/{found['mirror']['generation_id']}")
    assert (
        back["album_id"] == day["album_id"]
        and len(api.get(f"/generations?character_id={ann['id']}")["items"]) == 6
    )
