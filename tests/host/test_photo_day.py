"""A photo day of 40 pictures in a real ComfyUI on the tiny model: killed on the way, a single wish in between, all 40 in order."""

from __future__ import annotations

import time

import pytest
from hosts import comfyui, fixtures
from hosts.demo import drawings
from hosts.journey import Api
from support.loras import publish, versions_in

pytestmark = [pytest.mark.full, pytest.mark.slow]
PICTURES = 40
ENVIRONMENT = {"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "2"}


class Host:
    """One ComfyUI after the other at one address."""

    def __init__(self, base) -> None:
        self.base = comfyui.make_base(base)
        fixtures.put_checkpoint(self.base)
        self.running = comfyui.start(self.base, environment=ENVIRONMENT)
        self.api = Api(self.running.url)
        self.api.wait_until_ready()

    def killed(self) -> None:
        """`kill -9` of ComfyUI, our server in it, and a start."""
        port = int(self.running.url.rsplit(":", 1)[1])
        self.running.kill()
        self.running = comfyui.start(self.base, environment=ENVIRONMENT, port=port)
        self.api.wait_until_ready()


@pytest.fixture
def host(tmp_path):
    host = Host(tmp_path / "host")
    yield host
    host.running.stop()


@pytest.fixture
def ann(host, tmp_path):
    ann = host.api.post("/characters", {"name": "Ann Example"})
    for photo in drawings(tmp_path, 2):
        host.api.upload(ann["id"], photo)
    data = host.running.data
    publish(versions_in(data), ann, 10, base=fixtures.CHECKPOINT)
    return ann


def drawn(host, day):
    return sum(one["state"] == "drawn" for one in host.api.get(f"/photo-days/{day['id']}")["pictures"])


def until_drawn(host, day, count, seconds=600):
    deadline = time.monotonic() + seconds
    while drawn(host, day) < count:
        assert time.monotonic() < deadline, host.api.get(f"/photo-days/{day['id']}")
        time.sleep(0.2)


def finished(host, generation_id):
    return host.api.get(f"/generations/{generation_id}")["finished_at"]


def test_forty_pictures_through_a_kill_and_a_wish(host, ann):
    styles = [{"name": f"y{n}", "label": f"Style {n}", "prompt": f"{{prompt}}, style {n}"} for n in range(4)]
    scenes = [{"name": f"s{n}", "label": f"Scene {n}", "prompt": f"place {n}"} for n in range(5)]
    order = {"person": {"id": ann["id"]}, "recipe": "sd15-identity", "prompt": "photo of {trigger}"}
    order |= {
        "styles": styles,
        "scenes": scenes,
        "shapes": ["square", "portrait"],
        "count": PICTURES,
        "seed": 7,
    }
    order |= {"width": 64, "height": 64, "steps": 4}
    assert host.api.post("/photo-days/plan", order)["seconds_each"] is None
    day = host.api.post("/photo-days", order)
    until_drawn(host, day, 5)
    host.killed()
    until_drawn(host, day, 12)
    wish = {"recipe": "sd15-identity", "characters": [{"id": ann["id"]}], "prompt": "{trigger}"}
    wish = host.api.post("/generations", {**wish, "width": 64, "height": 64, "steps": 2})
    before = drawn(host, day)
    wished = host.api.wait_for(f"/generations/{wish['id']}", 120)
    assert wished["state"] == "completed"
    until_drawn(host, day, PICTURES)
    known = host.api.wait_for(f"/photo-days/{day['id']}", 90, ("done",))
    ids = [one["generation_id"] for one in known["pictures"]]
    assert len(set(ids)) == PICTURES and [one["seed"] for one in known["pictures"]] == list(range(7, 47))
    ends = [finished(host, one) for one in ids]
    assert ends == sorted(ends), "in order"
    behind = sum(end < wished["finished_at"] for end in ends) - before
    assert behind <= 1, "whatever was being drawn, then the wish"
    made = host.api.get(f"/generations?character_id={ann['id']}&limit=200")["items"]
    assert {one["id"] for one in made} == {*ids, wish["id"]}, "none twice, and no failure is left"
    assert host.api.post("/photo-days/plan", order)["seconds_each"] > 0
