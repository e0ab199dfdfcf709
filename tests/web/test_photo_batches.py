"""Many photos at once over HTTP: changed, deleted, turned, each taken back; and many files in one request."""

from __future__ import annotations

import pytest
from hosts.journey import ApiError
from support.pictures import drawing


@pytest.fixture
def ann(api, tmp_path):
    ann = api.post("/characters", {"name": "Ann", "trigger_word": "annqvx"})
    for seed in range(3):
        file = tmp_path / f"{seed}.png"
        drawing(seed).save(file)
        api.upload(ann["id"], file)
    return ann


def test_many_photos_are_changed_deleted_and_turned_and_all_of_it_taken_back(api, ann):
    photos = f"/characters/{ann['id']}/photos"
    before = api.get(photos)["items"]
    one, two, three = (photo["id"] for photo in before)
    changed = api.patch(photos, {"photos": {one: {"included": False}, two: {"caption": "long hair"}}})[
        "items"
    ]
    assert [photo["included"] for photo in changed] == [False, True, True] and changed[1]["leaks"]
    back = {one: {"included": True}, two: {"caption": "", "caption_source": ""}}
    assert api.patch(photos, {"photos": back})["items"] == before
    left = api.post(f"{photos}/delete", {"photo_ids": [one, three]})["items"]
    assert [photo["id"] for photo in left] == [two]
    assert api.post(f"{photos}/restore", {"photo_ids": [one, three]})["items"] == before
    turned = api.post(f"{photos}/turn", {"photo_ids": [two], "turn": 90})
    assert [photo["id"] for photo in turned["photos"]][::2] == [one, three]
    assert (turned["photos"][1]["width"], turned["photos"][1]["height"]) == (700, 900)
    undone = api.post(f"{photos}/turn/undo", {"batch": turned["batch"]})["items"]
    assert [photo["id"] for photo in undone] == [one, two, three]
    for path, body in (("/delete", {"photo_ids": []}), ("/turn", {"photo_ids": [one], "turn": 45})):
        with pytest.raises(ApiError) as caught:
            api.post(photos + path, body)
        assert caught.value.status == 400
    with pytest.raises(ApiError) as caught:
        api.post(f"{photos}/delete", {"photo_ids": [one, "pho_" + "0" * 26]})
    assert caught.value.error["code"] == "photo_not_found" and len(api.get(photos)["items"]) == 3


def test_deleted_photos_are_listed_shown_small_and_brought_back(api, ann):
    photos = f"/characters/{ann['id']}/photos"
    before = api.get(photos)["items"]
    one, two = before[0]["id"], before[2]["id"]
    small = api.get(f"{photos}/{one}/image?size=thumb")
    assert api.get(f"{photos}?deleted=1")["items"] == []
    for gone in (one, two):
        api.delete(f"{photos}/{gone}")
    listed = api.get(f"{photos}?deleted=1")["items"]
    assert [photo["id"] for photo in listed] == [two, one] and all(photo["deleted_at"] for photo in listed)
    assert api.get(f"{photos}/{one}/image?deleted=1") == small
    assert api.post(f"{photos}/restore", {"photo_ids": [one, two]})["items"] == before
    assert api.get(f"{photos}?deleted=1")["items"] == []
    with pytest.raises(ApiError) as caught:
        api.get(f"{photos}/{one}/image?deleted=1")
    assert caught.value.error["code"] == "photo_file_missing"


def test_many_files_in_one_request_are_answered_in_their_order(api, ann, server, tmp_path):
    files = []
    for number in range(8):
        files.append(tmp_path / f"many{number}.jpg")
        if number % 4 == 2:
            files[-1].write_bytes(b"no picture")
        else:
            drawing(20 + number).save(files[-1])
    answer = api.upload_all(ann["id"], {file.name: file for file in files})["items"]
    assert [item["file"] for item in answer] == [file.name for file in files]
    refused = [number for number, item in enumerate(answer) if item["error"]]
    assert refused == [2, 6] and answer[2]["error"]["code"] == "photo_type"
    assert len(api.get(f"/characters/{ann['id']}/photos")["items"]) == 3 + 6
    assert not list(server.services.paths.tmp.glob("*.upload"))
