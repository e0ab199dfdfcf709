""" "Improve this set" over HTTP: bars without the face tools, and all of it with real faces and the real tools."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

import asyncio
import time

import pytest
from hosts import fixtures
from hosts.journey import ApiError
from isengard.core.faces.likeness import alike
from PIL import Image
from support.face_fixtures import face_tools, her_photos, put_face_tools  # noqa: F401 - fixtures
from support.pictures import drawing


def found(api, ann, timeout_s=120):
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        answer = api.get(f"/characters/{ann['id']}/improvements")
        assert 0 <= answer["looked"] <= answer["of"] and (
            not answer["done"] or answer["looked"] == answer["of"]
        )
        if answer["done"]:
            return answer
    raise AssertionError(answer)


def saved(image, file):
    image.save(file, quality=95)
    return file


def barred(tmp_path):
    image = Image.new("RGB", (900, 1200), "black")
    image.paste(drawing(3, (900, 700)), (0, 250))
    return saved(image, tmp_path / "barred.jpg")


def kept_file(server, photo_id):
    photos = server.services.photos
    return photos.image_path(photos.get(photo_id), "full")


def photos_of(api, ann):
    return api.get(f"/characters/{ann['id']}/photos")["items"]


def test_bars_are_found_made_and_taken_back_without_face_tools(api, tmp_path):
    ann = api.post("/characters", {"name": "Ann"})
    api.upload(ann["id"], barred(tmp_path))
    api.upload(ann["id"], saved(drawing(1), tmp_path / "plain.jpg"))
    before = photos_of(api, ann)
    answer = found(api, ann)
    assert (answer["faces"], answer["of"], answer["left"], answer["batch"]) == (False, 2, [], "")
    [crop] = answer["proposals"]
    assert (crop["kind"], crop["replaces"], crop["photo_id"]) == ("frame", True, before[0]["id"])
    assert abs(crop["box"][1] - 250) <= 3 and abs(crop["box"][3] - 950) <= 3
    assert photos_of(api, ann) == before, "looking writes nothing"
    chosen = {key: crop[key] for key in ("photo_id", "kind", "box", "replaces")}
    made = api.post(f"/characters/{ann['id']}/improvements", {"crops": [chosen]})
    assert (
        api.post(f"/characters/{ann['id']}/improvements", {"crops": [chosen], "batch": made["batch"]}) == made
    )
    now = photos_of(api, ann)
    assert [(photo["included"], photo["made_from"]) for photo in now] == [
        (False, ""),
        (True, ""),
        (True, before[0]["id"]),
    ]
    assert found(api, ann)["proposals"] == [] and found(api, ann)["batch"] == made["batch"]
    assert api.post(f"/characters/{ann['id']}/improvements/undo", {"batch": made["batch"]})["items"] == [
        {key: value for key, value in photo.items() if key != "leaks"} for photo in before
    ]
    assert photos_of(api, ann) == before


def test_a_look_at_a_set_that_changes_meanwhile_ends_and_the_next_sees_the_new_set(api, server, tmp_path):
    ann = api.post("/characters", {"name": "Ann"})
    for seed in range(3):
        api.upload(ann["id"], saved(drawing(seed, (2400, 1800)), tmp_path / f"{seed}.jpg"))
    improver, photos = server.services.improver, server.services.photos

    async def twice():
        first = asyncio.create_task(improver.look(ann["id"]))
        while not improver._looks:
            await asyncio.sleep(0.001)
        await asyncio.to_thread(photos.delete, photos.list(ann["id"])[2].id)
        return await asyncio.gather(first, improver.look(ann["id"]))

    first, second = asyncio.run_coroutine_threadsafe(twice(), server._loop).result(60)
    assert first.found is None and [len(look.photos) for look in (first, second)] == [3, 2]
    assert found(api, ann)["of"] == 2


def test_a_photo_that_is_deleted_while_it_is_looked_at_keeps_the_others_from_nothing(
    api, server, tmp_path, monkeypatch
):
    """Between finding its file and reading it: whoever pressed was told of an internal error, or nothing."""
    ann = api.post("/characters", {"name": "Ann"})
    for seed in range(2):
        api.upload(ann["id"], saved(drawing(seed), tmp_path / f"{seed}.jpg"))
    first = photos_of(api, ann)[0]
    reader = server.services.improver.faces

    def seen(file):
        if first["id"] in file.name:
            server.services.photos.delete(first["id"])
        file.stat()
        return ()

    monkeypatch.setattr(reader, "is_ready", lambda: True)
    monkeypatch.setattr(reader, "faces", seen)
    look = asyncio.run_coroutine_threadsafe(whole(server.services.improver, ann["id"]), server._loop).result(
        60
    )
    assert (look.looked, look.found.proposals) == (2, [])


async def whole(improver, character_id):
    """The first look, however long it takes."""
    first = await improver.look(character_id)
    while first.found is None:
        _, task = improver._looks[character_id]
        await task
    return first


def test_a_crop_by_hand_is_turned_and_may_leave_the_original_in_training(api, tmp_path):
    ann = api.post("/characters", {"name": "Ann"})
    photo = api.upload(ann["id"], saved(drawing(1), tmp_path / "plain.jpg"))["items"][0]["photo"]
    place = f"/characters/{ann['id']}/photos/{photo['id']}/crop"
    made = api.post(place, {"box": [100, 0, 800, 650], "turn": 90, "replaces": False})
    assert (made["width"], made["height"], made["crop"]["kind"]) == (650, 700, "hand")
    assert photos_of(api, ann)[0]["included"]
    api.post(place, {"box": [0, 0, 800, 650]})
    assert not photos_of(api, ann)[0]["included"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"box": [0, 0, 901, 700]}, "crop_outside"),
        ({"box": [0, 0, 40, 700]}, "crop_too_small"),
        ({"box": [0, 0, 400, 400], "turn": 45}, "bad_request"),
        ({"box": [0, 0, 400]}, "bad_request"),
        ({"box": [0, 0, 400.5, 400]}, "bad_request"),
        ({"box": [-1, 0, 400, 400]}, "bad_request"),
    ],
)
def test_what_is_no_crop_is_refused_with_a_hint(api, tmp_path, body, code):
    ann = api.post("/characters", {"name": "Ann"})
    photo = api.upload(ann["id"], saved(drawing(1), tmp_path / "plain.jpg"))["items"][0]["photo"]
    with pytest.raises(ApiError) as refused:
        api.post(f"/characters/{ann['id']}/photos/{photo['id']}/crop", body)
    assert refused.value.error["code"] == code and refused.value.error["hint"]
    assert len(photos_of(api, ann)) == 1


def her_set(tmp_path, her_photos):
    """Close-ups of one woman; one of her far away in a wide picture, and one beside the people of a group photo."""
    with Image.open(fixtures.photograph()) as opened:
        her = opened.convert("RGB").crop((80, 0, 400, 400)).resize((640, 800))
    with Image.open(fixtures.other_people()["group"]) as others:
        group = others.convert("RGB").crop((640, 0, *others.size)).resize((960, 1329))
    wide = drawing(4, (3000, 1300))
    wide.paste(her, (2200, 500))
    both = drawing(5, (group.width + 1000, group.height))
    both.paste(group, (1000, 0))
    both.paste(her, (100, 100))
    return [*her_photos[:4], saved(wide, tmp_path / "wide.jpg"), saved(both, tmp_path / "both.jpg")]


@pytest.mark.slow
def test_her_face_becomes_larger_the_group_is_cut_to_her_and_everything_is_taken_back(
    api, server, face_tools, her_photos, tmp_path
):
    put_face_tools(face_tools, server.services.paths)
    ann = api.post("/characters", {"name": "Ann"})
    for photo in her_set(tmp_path, her_photos):
        api.upload(ann["id"], photo)
    before = {photo["id"]: photo for photo in photos_of(api, ann)}
    files = {key: kept_file(server, key).read_bytes() for key in before}
    answer = found(api, ann)
    by_name = {before[one["photo_id"]]["name"]: one for one in answer["proposals"]}
    print(
        f"\n[improve] {[(name, one['kind'], one['before'], one['after']) for name, one in by_name.items()]} {answer['left']}",
        end="",
    )
    assert answer["faces"] and {name: one["kind"] for name, one in by_name.items()} == {
        "wide.jpg": "head",
        "both.jpg": "person",
    }
    assert by_name["wide.jpg"]["after"] > 1.3 * by_name["wide.jpg"]["before"]
    right = by_name["both.jpg"]["box"][2]
    assert right <= 700 + 150, "none of the others is in it"
    chosen = [
        {key: one[key] for key in ("photo_id", "kind", "box", "replaces")} for one in answer["proposals"]
    ]
    made = api.post(f"/characters/{ann['id']}/improvements", {"crops": chosen})
    hers = server.services.photo_faces.faces.faces(kept_file(server, her_own(api, ann)))[0]
    for photo in made["photos"]:
        [face] = server.services.photo_faces.faces.faces(kept_file(server, photo["id"]))
        assert alike(face, hers) > 0.4, "it is she"
        assert 0.2 < face.share < 0.5
    api.post(f"/characters/{ann['id']}/improvements/undo", {})
    kept = ("included", "file", "caption", "made_from", "crop")
    assert {one["id"]: [one[key] for key in kept] for one in photos_of(api, ann)} == {
        key: [one[name] for name in kept] for key, one in before.items()
    }
    assert {key: kept_file(server, key).read_bytes() for key in before} == files
    assert api.post(f"/characters/{ann['id']}/forget")["report"]


def her_own(api, ann):
    return next(photo["id"] for photo in photos_of(api, ann) if photo["name"].startswith("portrait"))
