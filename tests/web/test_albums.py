"""Albums over the web layer: made, filled, exported, and what forgetting a person leaves of them."""

from __future__ import annotations

import io
import urllib.parse
import urllib.request
import zipfile

import pytest
from hosts.journey import ApiError
from isengard.core.records.generation import CharacterUse, GenerationRequest
from PIL import Image
from support.generation_records import draft, picture


@pytest.fixture
def ann(api):
    return api.post("/characters", {"name": "Ann", "trigger_word": "annqvx"})


@pytest.fixture
def made(server, ann):
    """A generation of Ann's with one picture."""
    store, seeds = server.services.generations.store, iter(range(1253, 1300))

    def made(prompt="{trigger}, rainy street"):
        seed = next(seeds)
        request = GenerationRequest(
            recipe="r", characters=[CharacterUse(id=ann["id"])], prompt=prompt, seed=seed
        )
        one = store.create(draft(ann["id"], request=request, state="completed"), [])
        kept = picture(store, server.services.paths, one.id, seed)
        Image.new("RGB", (8, 8)).save(server.services.paths.generation(one.id) / f"{seed:04d}.png")
        return kept

    return made


def test_pictures_are_moved_into_an_album_found_there_and_exported(api, server, made):
    album, one, other = api.post("/albums", {"name": "Ännchen"}), made(), made()
    for generation in (one, other):
        moved = api.patch(f"/generations/{generation.id}", {"album_id": album["id"]})
        assert moved["album_id"] == album["id"] and moved["favourite"] is False
    assert api.patch(f"/generations/{one.id}", {"favourite": True})["album_id"] == album["id"]
    listed = api.get(f"/generations?album_id={album['id']}")["items"]
    assert {generation["id"] for generation in listed} == {one.id, other.id}
    (known,) = api.get("/albums")["items"]
    assert (known["pictures"], known["cover"]["generation_id"]) == (2, max(one.id, other.id))
    with urllib.request.urlopen(f"{server.url}/isengard/albums/{album['id']}/export") as answer:
        assert urllib.parse.quote("Ännchen.zip") in answer.headers["Content-Disposition"]
        names = zipfile.ZipFile(io.BytesIO(answer.read())).namelist()
    assert names == ["Ann, rainy street 1253.png", "Ann, rainy street 1254.png"]


def test_one_damaged_picture_spoils_no_album(api, server, made):
    """The whole file broke off where a picture that had been cut off was to get its words in the corner."""
    album, one, other = api.post("/albums", {"name": "All"}), made(), made()
    for generation in (one, other):
        api.patch(f"/generations/{generation.id}", {"album_id": album["id"]})
    api.patch("/settings", {"visible_mark": "1"})
    file = server.services.paths.generation(one.id) / one.images[0].file
    Image.effect_noise((256, 256), 60).save(file, "PNG")
    file.write_bytes(cut_off := file.read_bytes()[:20_000])
    with urllib.request.urlopen(f"{server.url}/isengard/albums/{album['id']}/export") as answer:
        packed = zipfile.ZipFile(io.BytesIO(answer.read()))
    assert packed.read("Ann, rainy street 1253.png") == cut_off
    assert Image.open(io.BytesIO(packed.read("Ann, rainy street 1254.png"))).size == (8, 8)


def test_a_selection_is_changed_in_one_request(api, server, made):
    album, one, other = api.post("/albums", {"name": "Spring"}), made(), made()
    places = [{"generation_id": known.id, "n": known.images[0].n} for known in (one, other)]
    moved = api.patch("/generations", {"pictures": [{**place, "album_id": album["id"]} for place in places]})
    assert [known["album_id"] for known in moved["items"]] == [album["id"]] * 2 and moved["refused"] == []
    last = server.services.ledger.events_after(0)[-1]
    assert (last.type, last.data) == ("generations.changed", {"generations": moved["items"]})
    wanted = [{**places[0], "deleted": True}, {**places[1], "n": 9, "favourite": True}]
    answer = api.patch("/generations", {"pictures": wanted})
    (gone,), (refused,) = answer["items"], answer["refused"]
    assert gone["id"] == one.id and gone["deleted_at"]
    assert (refused["generation_id"], refused["n"], refused["error"]["code"]) == (
        other.id,
        9,
        "image_not_found",
    )
    back = api.patch("/generations", {"pictures": [{**places[0], "deleted": False}]})
    assert back["items"][0]["deleted_at"] is None and len(api.get("/generations")["items"]) == 2
    for pictures in ([], [{**places[0], "n": -1}], [places[0]] * 501):
        with pytest.raises(ApiError) as caught:
            api.patch("/generations", {"pictures": pictures})
        assert caught.value.status == 400


def test_an_album_that_is_taken_away_leaves_its_pictures(api, made):
    album, one = api.post("/albums", {"name": "Spring"}), made()
    api.patch(f"/generations/{one.id}", {"album_id": album["id"]})
    api.delete(f"/albums/{album['id']}")
    assert api.get("/albums")["items"] == [] and api.get(f"/generations/{one.id}")["images"]
    api.post(f"/albums/{album['id']}/restore")
    assert api.patch(f"/albums/{album['id']}", {"name": "Summer"})["name"] == "Summer"
    assert api.get("/albums")["items"][0]["pictures"] == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("post", "/albums", {"name": ""}, 400, None),
        ("post", "/albums", {"name": "a\nb"}, 400, None),
        ("patch", f"/albums/alb_{'0' * 26}", {"name": "x"}, 404, "album_not_found"),
        ("get", f"/albums/alb_{'0' * 26}/export", None, 404, "album_not_found"),
        ("patch", "/generations/{one}", {"album_id": "alb_" + "0" * 26}, 404, "album_not_found"),
        ("patch", "/generations/{one}", {"album_id": "../x"}, 400, "bad_id"),
        ("get", "/generations?album_id=x", None, 400, None),
        ("get", "/albums/{empty}/export", None, 409, "album_empty"),
    ],
)
def test_what_cannot_be_is_refused_in_words(api, made, method, path, body, status, code):
    place = path.format(one=made().id, empty=api.post("/albums", {"name": "Empty"})["id"])
    with pytest.raises(ApiError) as caught:
        getattr(api, method)(place, body) if body is not None else getattr(api, method)(place)
    assert caught.value.status == status and code in (None, caught.value.error["code"])


def test_forgetting_a_person_takes_their_days_albums_and_tells_of_those_that_name_them(
    api, server, ann, made
):
    albums = server.services.albums
    theirs, by_hand = albums.create("Ann, 30 November", ann["id"]), albums.create("Ann and the sea")
    api.patch(f"/generations/{made().id}", {"album_id": by_hand.id})
    report = api.post(f"/characters/{ann['id']}/forget")["report"]
    assert report["images"] == 1 and report["elsewhere"] == [f"albums/{by_hand.id}.json"]
    assert [album["id"] for album in api.get("/albums")["items"]] == [by_hand.id]
    assert api.get("/albums")["items"][0]["pictures"] == 0
    assert not (server.services.paths.albums / f"{theirs.id}.json").exists()
