"""Photo days over the web layer, with a stand-in ComfyUI: in order, the wish next, through every interruption."""

from __future__ import annotations

import io
import sqlite3
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest
from hosts.journey import Api, ApiError
from isengard.generation.image import comfy_client
from isengard.generation.photo_days.ranking import Aside, Ranking
from isengard.web.services.photo_day import albums
from support.answer_checker import CheckedApi
from support.day_comfyui import DayComfyThread
from support.pictures import drawing
from support.soon import until
from support.web_server import WebServer

SCENES = [{"name": f"s{n}", "label": f"Scene {n}", "prompt": f"place{n}"} for n in range(4)]


@pytest.fixture(scope="module")
def comfy(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    for name, value in {"POLL_S": 0.02, "LOST_AFTER_S": 0.3, "AWAY_AFTER_S": 0.6}.items():
        patch.setattr(comfy_client, name, value)
    base = tmp_path_factory.mktemp("day")
    comfy = DayComfyThread(base / "user" / "__isengard" / "outputs")
    comfy.base = base
    yield comfy
    comfy.close()
    patch.undo()


def started(comfy) -> WebServer:
    environment = {"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "1", "COMFYUI_URL": comfy.comfy.url}
    server = WebServer(comfy.base, environment=environment)
    Api(server.url).wait_until_ready()
    return server


@pytest.fixture(scope="module")
def house(comfy):
    """The server of now; `again` ends it and starts another one on the same data, as `kill -9` and a new start do."""

    class House:
        server = started(comfy)

        @property
        def api(self):
            return CheckedApi(self.server.url, "ui-day")

        def again(self):
            self.server.close()
            comfy.restart()
            House.server = started(comfy)

    house = House()
    yield house
    house.server.close()


@pytest.fixture
def ann(house, comfy, tmp_path):
    drawing().save(tmp_path / "a.jpg")
    ann = house.api.post("/characters", {"name": "Anna", "trigger_word": "annqvx"})
    house.api.upload(ann["id"], tmp_path / "a.jpg")
    comfy.comfy.drawn.clear()
    yield ann
    comfy.comfy.failure = None
    comfy.release()
    house.api.post(f"/characters/{ann['id']}/forget")


def order(ann, **changes):
    wanted = {"person": {"id": ann["id"]}, "recipe": "fast-test", "prompt": "{trigger}", "scenes": SCENES}
    return {**wanted, "shapes": ["square"], "count": 4, **changes}


def is_drawing(house, day, n):
    """Once ComfyUI has picture `n`."""
    return until(
        lambda: next(
            (
                one["generation_id"]
                for one in house.api.get(f"/photo-days/{day['id']}")["pictures"]
                if one["n"] == n and one["state"] == "drawing"
            ),
            None,
        )
    )


def ended(house, day):
    def look():
        known = house.api.get(f"/photo-days/{day['id']}")
        return known if known["state"] in ("done", "paused") else None

    return until(look)


def places(comfy):
    return [
        next((word for word in text.replace(",", " ").split() if word.startswith(("place", "wish"))), "")
        for text in comfy.comfy.drawn
    ]


def test_a_wish_from_the_form_is_drawn_next_and_the_day_goes_on_in_order(house, comfy, ann):
    comfy.comfy.hold = True
    plan = house.api.post("/photo-days/plan", order(ann))
    assert len(plan["pictures"]) == 4
    day = house.api.post("/photo-days", order(ann))
    is_drawing(house, day, 0)
    until(lambda: comfy.comfy.running)
    wish = {"recipe": "fast-test", "characters": [{"id": ann["id"]}], "prompt": "{trigger}, wish"}
    wishes = [house.api.post("/generations", wish)["id"] for _ in range(2)]
    until(lambda: len(comfy.comfy.pending) == 2)
    comfy.release()
    known = ended(house, day)
    assert places(comfy) == ["place0", "wish", "wish", "place1", "place2", "place3"]
    assert known["state"] == "done" and [one["state"] for one in known["pictures"]] == ["drawn"] * 4
    assert known["order"] == [0, 1, 2, 3] and known["measures"] is False
    listed = house.api.get(f"/generations?album_id={day['album_id']}")["items"]
    assert len(listed) == 4 and not {one["id"] for one in listed} & set(wishes)
    assert house.api.get("/albums")["items"][0]["name"] == known["name"] and "Anna, " in known["name"]


def test_pictures_of_styles_are_drawn_before_the_day_goes_on(house, comfy, ann):
    """They wait until nothing else is drawn, which a day of hours left no moment for."""
    comfy.comfy.hold = True
    day = house.api.post("/photo-days", order(ann))
    is_drawing(house, day, 0)
    until(lambda: comfy.comfy.running)
    asked = house.api.post(f"/characters/{ann['id']}/styles", {"recipe": "fast-test"})
    comfy.release()
    known = ended(house, day)
    assert known["state"] == "done"
    first, *rest = [bool(place) for place in places(comfy)]
    assert first and rest == [False] * asked["making"]["count"] + [True] * 3


@pytest.mark.parametrize("interruption", ["comfyui", "both"])
def test_what_ends_comfyui_or_us_loses_no_picture_and_draws_none_twice(house, comfy, ann, interruption):
    comfy.comfy.hold_after = len(comfy.comfy.ended) + 2
    day = house.api.post("/photo-days", order(ann))
    lost = is_drawing(house, day, 2)
    until(lambda: comfy.comfy.running)
    if interruption == "comfyui":
        comfy.restart()
    else:
        house.again()
    comfy.release()
    known = ended(house, day)
    assert [one["state"] for one in known["pictures"]] == ["drawn"] * 4
    ids = [one["generation_id"] for one in known["pictures"]]
    assert ids == sorted(set(ids)) and lost not in ids, "drawn in order"
    everything = house.api.get(f"/generations?character_id={ann['id']}")["items"]
    assert {one["id"] for one in everything} == set(ids), "what was lost is not shown as a failure"


def test_it_pauses_goes_on_and_ends(house, comfy, ann):
    comfy.comfy.hold = True
    day = house.api.post("/photo-days", order(ann))
    is_drawing(house, day, 0)
    house.api.post(f"/photo-days/{day['id']}/pause")
    comfy.release()
    until(lambda: house.api.get(f"/photo-days/{day['id']}")["pictures"][0]["generation_id"])
    time.sleep(0.3)
    assert [one["state"] for one in house.api.get(f"/photo-days/{day['id']}")["pictures"]][1:] == [
        "waiting"
    ] * 3
    comfy.comfy.hold_after = len(comfy.comfy.ended) + 1
    house.api.post(f"/photo-days/{day['id']}/resume")
    is_drawing(house, day, 2)
    house.api.post(f"/photo-days/{day['id']}/end")
    comfy.release()
    known = ended(house, day)
    assert [one["state"] for one in known["pictures"]] == ["drawn", "drawn", "drawn", "skipped"]
    assert house.api.post(f"/photo-days/{day['id']}/resume")["state"] == "done"


@pytest.mark.parametrize("paused", [False, True])
def test_an_end_is_undone(house, comfy, ann, paused):
    """There was no way back from a press beside Pause: what was left out was gone from the plan."""
    comfy.comfy.hold = True
    place = f"/photo-days/{house.api.post('/photo-days', order(ann))['id']}"
    day = house.api.get(place)
    is_drawing(house, day, 0)
    if paused:
        house.api.post(f"{place}/pause")
    assert house.api.post(f"{place}/end")["ended"]["pictures"] == [1, 2, 3]
    comfy.release()
    known = ended(house, day)
    assert [one["state"] for one in known["pictures"]] == ["drawn", *["skipped"] * 3]
    back = house.api.post(f"{place}/end/undo")
    assert (back["state"], back["ended"], back["finished_at"]) == (
        "paused" if paused else "running",
        None,
        None,
    )
    if paused:
        house.api.post(f"{place}/resume")
    known = until(lambda: (day := house.api.get(place))["state"] == "done" and day)
    assert [one["state"] for one in known["pictures"]] == ["drawn"] * 4
    with pytest.raises(ApiError) as refused:
        house.api.post(f"{place}/end/undo")
    assert refused.value.error["code"] == "nothing_to_undo"


def test_a_day_that_goes_on_has_all_its_pictures_in_the_album_until_they_are_judged_anew(
    house, comfy, ann, monkeypatch
):
    """What its end had put aside stayed out of the album for good, whatever the whole day made of it."""
    aside, judged = {0, 1}, albums.ranked

    def ranked(candidates):
        order = judged(candidates).order
        out = {n: Aside("no_face") for n in order if n in aside}
        return Ranking([n for n in order if n not in out], out)

    monkeypatch.setattr(albums, "ranked", ranked)
    comfy.comfy.hold_after = len(comfy.comfy.ended) + 2
    place = f"/photo-days/{house.api.post('/photo-days', order(ann))['id']}"
    is_drawing(house, day := house.api.get(place), 2)
    house.api.post(f"{place}/end")
    comfy.release()
    ended(house, day)

    def in_album():
        pictures = house.api.get(place)["pictures"]
        shown = {one["id"] for one in house.api.get(f"/generations?album_id={day['album_id']}")["items"]}
        # the next is begun as soon as the day goes on
        return [one["n"] for one in pictures if one["generation_id"] in shown and one["state"] == "drawn"]

    assert in_album() == [2]
    house.api.patch(f"{place}/pictures/1", {"choice": "reject"})
    comfy.comfy.hold = True
    house.api.post(f"{place}/end/undo")
    assert in_album() == [0, 2], "but what somebody has rejected"
    is_drawing(house, day, 3)
    aside.clear()
    aside.add(2)
    comfy.release()
    assert ended(house, day)["taken_out"] == [2]
    assert in_album() == [0, 3]


def test_what_always_fails_stops_the_day_and_says_why(house, comfy, ann):
    comfy.comfy.failure = {"exception_type": "X", "exception_message": "broken", "node_type": "KSampler"}
    day = house.api.post("/photo-days", order(ann))
    known = ended(house, day)
    assert known["state"] == "paused" and known["error"]["message"]
    assert [one["state"] for one in known["pictures"]] == ["failed", "failed", "waiting", "waiting"]
    assert house.api.get(f"/generations?character_id={ann['id']}")["items"] == []
    comfy.comfy.failure = None
    house.api.post(f"/photo-days/{day['id']}/resume")
    known = ended(house, day)
    assert known["state"] == "done" and known["error"] is None
    assert [one["state"] for one in known["pictures"]] == ["drawn"] * 4


def test_keepers_are_chosen_exported_and_found_in_the_album(house, comfy, ann):
    day = ended(house, house.api.post("/photo-days", order(ann)))
    place = f"/photo-days/{day['id']}"
    house.api.patch(f"{place}/pictures/1", {"choice": "keep"})
    rejected = house.api.patch(f"{place}/pictures/2", {"choice": "reject"})["pictures"][2]
    assert house.api.get(f"/generations/{rejected['generation_id']}")["album_id"] == ""
    assert exported(house, place) == [f"Anna, Scene 1 {day['pictures'][1]['seed'] % 10000:04d}.png"]
    house.api.patch(f"{place}/pictures/1", {"choice": ""})
    assert len(exported(house, place)) == 3, "all that were not rejected"
    house.api.patch(f"{place}/pictures/2", {"choice": "keep"})
    assert house.api.get(f"/generations/{rejected['generation_id']}")["album_id"] == day["album_id"]
    house.api.delete(f"/generations/{rejected['generation_id']}")
    assert house.api.get(place)["pictures"][2]["image"] is None
    with pytest.raises(ApiError) as caught:
        house.api.patch(f"{place}/pictures/2", {"choice": "keep"})
    assert caught.value.error["code"] == "image_not_found"
    assert [one["id"] for one in house.api.get(f"/photo-days?character_id={ann['id']}")["items"]] == [
        day["id"]
    ]
    house.api.delete(place)
    assert len(house.api.get(f"/generations?character_id={ann['id']}")["items"]) == 3


def exported(house, place):
    with urllib.request.urlopen(f"{house.server.url}/isengard{place}/export") as answer:
        return zipfile.ZipFile(io.BytesIO(answer.read())).namelist()


def test_forgetting_somebody_ends_their_day_and_leaves_nothing_of_it(house, comfy, ann):
    house.api.patch(f"/characters/{ann['id']}", {"trigger_word": "forgotq"})
    comfy.comfy.hold_after = len(comfy.comfy.ended) + 1
    day = house.api.post("/photo-days", order(ann, count=20))
    is_drawing(house, day, 1)
    house.api.post(f"/characters/{ann['id']}/forget")
    comfy.release()
    root = Path(house.server.services.paths.root)
    marks = (day["id"].encode(), day["album_id"].encode(), b"forgotq")
    left = [
        file
        for file in root.rglob("*")
        if file.is_file() and any(mark in file.read_bytes() for mark in marks)
    ]
    assert [file.name for file in left if not file.name.startswith("jobs.db")] == []
    told = sqlite3.connect(root / "jobs.db").execute("SELECT document FROM event").fetchall()
    assert not [one for one in told if any(mark.decode() in one[0] for mark in marks)]
    with pytest.raises(ApiError) as caught:
        house.api.get(f"/photo-days/{day['id']}")
    assert caught.value.error["code"] == "photo_day_not_found"
    ann |= house.api.post("/characters", {"name": "Somebody"})


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"count": 0}, 400),
        ({"count": 201}, 400),
        ({"shapes": []}, 400),
        ({"shapes": ["round"]}, 400),
        ({"recipe": "nothing"}, 404),
        ({"person": {"id": "chr_" + "1" * 26}}, 404),
        ({"person": {"id": "x"}}, 400),
        ({"more": 1}, 400),
    ],
)
def test_a_day_that_cannot_be_is_refused_in_words(house, ann, changes, status):
    for path in ("/photo-days/plan", "/photo-days"):
        with pytest.raises(ApiError) as caught:
            house.api.post(path, order(ann, **changes))
        assert caught.value.status == status and caught.value.error["hint"]
    assert house.api.get("/photo-days")["items"] == [] and house.api.get("/albums")["items"] == []


def test_a_day_of_which_a_later_picture_asks_for_too_much_is_refused_and_one_planned_before_pauses(
    house, comfy, ann
):
    plain = {"name": "plain", "label": "Plain", "prompt": "{prompt}"}
    many = {"name": "many", "label": "Many", "prompt": "{prompt} " * 100}
    wanted = order(ann, prompt=f"{{trigger}} {'x' * 100}", scenes=[], styles=[plain, many], count=2)
    for path in ("/photo-days/plan", "/photo-days"):
        with pytest.raises(ApiError) as refused:
            house.api.post(path, wanted)
        assert refused.value.error["code"] == "bad_request" and "8,000" in refused.value.error["message"]
    comfy.comfy.hold = True
    day = house.api.post("/photo-days", order(ann, count=2))
    is_drawing(house, day, 0)
    house.server.services.photo_days.store.change(
        day["id"], lambda known: known.with_picture(1, prompt="x" * 8001)
    )
    comfy.release()
    known = ended(house, day)
    assert (known["state"], known["error"]["code"]) == ("paused", "bad_request")
    assert [one["state"] for one in known["pictures"]] == ["drawn", "waiting"]
    assert "photo days" not in [trouble.name for trouble in house.server.services.loops.troubles()]
