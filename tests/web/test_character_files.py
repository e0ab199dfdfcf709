"""Characters over HTTP: as one file, drawn for playing, with many captions at once."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request

import pytest
from hosts.journey import ApiError
from isengard.core.records.checkpoint import Proof
from isengard.web.routes import transfers
from PIL import Image
from support.loras import publish


@pytest.fixture
def ann(api):
    return api.post("/characters", {"name": "Ann", "trigger_word": "annqvx"})


def photo(tmp_path, seed=0):
    file = tmp_path / f"p{seed}.jpg"
    Image.effect_noise((600, 600), 40 + seed * 20).convert("RGB").save(file)
    return file


def send_archive(api, data: bytes, field="character"):
    head = f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="a.zip"\r\n\r\n'.encode()
    return api.call(
        "POST",
        "/characters/import",
        data=head + data + b"\r\n--x--\r\n",
        kind="multipart/form-data; boundary=x",
    )


def test_a_character_travels_as_one_file(api, ann, server, tmp_path):
    api.upload(ann["id"], photo(tmp_path))
    url = f"{server.url}/isengard/characters/{ann['id']}/export"
    with urllib.request.urlopen(url) as answer:
        headers, data = answer.headers, answer.read()
    assert headers["Content-Disposition"] == 'attachment; filename="ann.isengard.zip"'
    assert headers["X-Content-Type-Options"] == "nosniff" and len(data) == int(headers["Content-Length"])
    before = server.services.ledger.last_seq()
    answer = send_archive(api, data)
    told = [event.data["change"] for event in server.services.ledger.events_after(before)]
    assert told == ["created", "photos"]
    assert answer["refused"] == [] and answer["character"]["photo_count"] == 1
    assert answer["character"]["id"] != ann["id"] and len(api.get("/characters")["items"]) == 2
    for bad, code in ((b"no zip", "archive_damaged"), (b"", "archive_damaged")):
        with pytest.raises(ApiError) as caught:
            send_archive(api, bad)
        assert caught.value.error["code"] == code and caught.value.status == 400
    with pytest.raises(ApiError) as caught:
        send_archive(api, data, "photo")
    assert caught.value.error["code"] == "bad_field"
    assert list(server.services.paths.tmp.iterdir()) == []


def test_an_export_that_breaks_off_is_no_whole_file(api, ann, server, monkeypatch):
    """An error in words came in the middle of the file: it was a ZIP of the right length, or never ended."""
    ordinary = transfers.in_thread

    async def in_thread(function, *arguments, **named):
        if getattr(function, "__name__", "") == "read":
            raise OSError("the disk was unplugged")
        return await ordinary(function, *arguments, **named)

    monkeypatch.setattr(transfers, "in_thread", in_thread)
    url = f"{server.url}/isengard/characters/{ann['id']}/export"
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        with urllib.request.urlopen(url, timeout=60) as answer:
            answer.read()


def test_a_trained_lora_goes_along_and_is_proven_when_it_comes_in(api, ann, server, tmp_path):
    """Export left it out without a word."""
    api.upload(ann["id"], photo(tmp_path))
    versions = server.services.versions
    made = publish(versions, ann, 700)
    proof = Proof(header=True, finite=True, nonzero=True, fit="fits", image="changed")
    versions.update(made, lambda known: known.model_copy(update={"proof": proof}))

    def exported(query=""):
        with urllib.request.urlopen(f"{server.url}/isengard/characters/{ann['id']}/export{query}") as answer:
            return answer.read()

    answer = send_archive(api, exported())
    (version,) = answer["character"]["versions"]
    assert answer["refused"] == [] and answer["former_trigger"] == "annqvx"
    assert (version["step"], version["sha256"], version["job_id"] == made.job_id) == (700, made.sha256, False)
    assert version["proof"] == {
        **version["proof"],
        "header": True,
        "finite": True,
        "nonzero": True,
        "fit": "fits",
        "image": "changed",
    }
    assert send_archive(api, exported("?loras=0"))["character"]["versions"] == []
    with pytest.raises(urllib.error.HTTPError) as caught:
        exported("?loras=yes")
    assert caught.value.code == 400
    folder = server.services.paths.character_models(ann["slug"])
    (file,) = folder.glob("*.safetensors")
    file.write_bytes(file.read_bytes()[:-4] + b"\xff\xff\xff\x7f")  # NaN: its header is whole
    refused = send_archive(api, exported())["refused"]
    assert [one["code"] for one in refused] == ["lora_damaged"]


def test_a_sample_person_is_drawn_with_findings_to_look_at(api):
    sam = api.post("/characters/sample")
    photos = api.get(f"/characters/{sam['id']}/photos")["items"]
    assert sam["photo_count"] == 12 == len(photos) and sam["consent"] and sam["name"] == "Sample Sam"
    found = [finding["code"] for photo in photos for finding in photo["findings"]]
    assert sorted(found) == ["blurred", "dark", "small"], "good photos, and three that show what findings are"
    assert all(sam["trigger_word"] in photo["caption"] for photo in photos)
    check = api.post("/training/preflight", {"character_id": sam["id"]})
    assert check["ok"] and (check["plan"]["photos"], check["plan"]["held_out"]) == (10, 2)
    for asked in (f"character_id={sam['id']}", "photos=12"):
        steps = {one["name"]: one["steps"] for one in api.get(f"/training/presets?{asked}")["items"]}
        assert steps["balanced"] == check["plan"]["steps"], "what is shown is what is trained"


def test_many_captions_at_once_and_whose_they_were(api, ann, tmp_path):
    for seed in range(2):
        api.upload(ann["id"], photo(tmp_path, seed))
    path = f"/characters/{ann['id']}/captions"
    first, second = (one["id"] for one in api.get(f"/characters/{ann['id']}/photos")["items"])
    edits = {first: {"caption": "annqvx on a bench"}, second: {"caption": "x", "caption_source": "template"}}
    items = api.patch(path, {"captions": edits})["items"]
    assert [(one["caption"], one["caption_source"]) for one in items] == [
        ("annqvx on a bench", "user"),
        ("x", "template"),
    ]
    for bad, code in (
        ({"pho_" + "0" * 26: {"caption": "y"}, first: {"caption": "z"}}, "photo_not_found"),
        ({first: {"caption": "${HOME}"}}, "caption_placeholder"),
        ({}, "bad_request"),
    ):
        with pytest.raises(ApiError) as caught:
            api.patch(path, {"captions": bad})
        assert caught.value.error["code"] == code
    assert api.get(f"/characters/{ann['id']}/photos")["items"][0]["caption"] == "annqvx on a bench"


def test_a_machine_says_whether_it_can_train(api):
    machine = api.get("/training/machine")
    assert machine["can_train"] and machine["disk_free_bytes"] > 0 and isinstance(machine["gpus"], list)
