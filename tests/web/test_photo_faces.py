"""Faces of photos as they are added, with real faces and the real tools."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from types import SimpleNamespace

import pytest
from hosts import fixtures
from isengard.core.errors import StorageError
from isengard.core.faces.face_findings import CODES
from isengard.core.records.event import Subject
from isengard.web.services import photo_faces
from isengard.web.services.photo_faces import PhotoFaceChecker
from support.face_fixtures import face_tools, first_child, her_photos, put_face_tools  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow


def looked_at(api, ann, count):
    """File name -> (finding codes of faces, share of the face), once all have been looked at."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        photos = api.get(f"/characters/{ann['id']}/photos")["items"]
        if len(photos) == count and all(photo["face"] is not None for photo in photos):
            return {
                photo["name"]: ([f["code"] for f in photo["findings"] if f["code"] in CODES], photo["face"])
                for photo in photos
            }
        time.sleep(0.1)
    raise AssertionError([photo["face"] for photo in photos])


class Slowly:
    """A reader of faces, and the photos it reads: the second photo comes while the first is read, and is read as it is asked for."""

    def __init__(self) -> None:
        self.shown: list[list[str]] = []
        self.added = ["pho_1"]
        self.may_end = threading.Event()
        self.at_once = 1

    def list(self, _):
        return [SimpleNamespace(id=name) for name in self.added]

    def image_path(self, photo, _):
        return photo.id

    def is_ready(self):
        return True

    def faces(self, name):
        if name == "pho_1":
            self.added.append("pho_2")
        else:
            assert self.may_end.wait(10)
        return ()

    def note_faces(self, _, notes):
        self.shown.append(sorted(notes))
        if notes:
            self.may_end.set()
        return 0


def test_what_comes_while_others_are_looked_at_is_looked_at_too_and_what_is_seen_is_shown_meanwhile(
    monkeypatch,
):
    """A reader that was through with its photos waited for the others; nothing was shown before all were looked at."""
    monkeypatch.setattr(photo_faces, "NOTE_EVERY_S", 0.02)
    slowly = Slowly()
    checker = PhotoFaceChecker(SimpleNamespace(), slowly, SimpleNamespace(), slowly)
    assert asyncio.run(checker._one("chr_1"))
    assert ["pho_1"] in slowly.shown and slowly.shown[-1] == ["pho_1", "pho_2"]


def add(api, ann, her_photos):
    for photo in her_photos[:4]:
        api.upload(ann["id"], photo)
    for name, photo in fixtures.other_people().items():
        api.upload(ann["id"], photo, f"{name}{photo.suffix}")


def test_strangers_and_groups_are_found_among_her_photos(api, server, face_tools, her_photos):
    put_face_tools(face_tools, server.services.paths)
    ann = api.post("/characters", {"name": "Ann"})
    add(api, ann, her_photos)
    found = looked_at(api, ann, 6)
    print(f"\n[photo faces] {found}", end="")
    assert found["man.png"][0] == ["other_person"] and found["group.jpg"][0] == ["several_faces"]
    hers = [told for name, told in found.items() if name.startswith("portrait")]
    assert all(codes == [] and share > 0.1 for codes, share in hers)
    photo = next(
        one for one in api.get(f"/characters/{ann['id']}/photos")["items"] if one["name"] == "man.png"
    )
    api.patch(f"/characters/{ann['id']}/photos/{photo['id']}", {"caption": "a man"})
    assert looked_at(api, ann, 6)["man.png"][0] == ["other_person"]
    deadline = time.monotonic() + 10
    while "Faces of photos looked at" not in [
        line["message"] for line in api.get("/logs?correlation_id=ui-test-1")["items"]
    ]:
        assert time.monotonic() < deadline, "it was not logged"
        time.sleep(0.1)


def test_photos_that_were_there_before_the_tools_are_looked_at_when_they_come(
    api, server, face_tools, her_photos
):
    ann = api.post("/characters", {"name": "Ann"})
    add(api, ann, her_photos)
    assert all(photo["face"] is None for photo in api.get(f"/characters/{ann['id']}/photos")["items"])
    put_face_tools(face_tools, server.services.paths)
    subject = Subject(kind="backend", id="faces")
    server.services.ledger.emit("backend.state", subject, {"state": {}}, correlation_id="corr-tools")
    assert looked_at(api, ann, 6)["man.png"][0] == ["other_person"]


def test_a_computer_that_was_too_busy_is_asked_again(api, server, face_tools, her_photos):
    """It was logged, and the photos stayed unlooked at until something about them changed."""
    put_face_tools(face_tools, server.services.paths)
    checker = server.services.photo_faces
    checker.slow_pause_s, reader = 0.2, checker.faces
    reader.faces(fixtures.other_people()["man"])
    os.kill(first_child(reader).pid, signal.SIGSTOP)
    first_child(reader)._timeout_s = 0.2
    ann = api.post("/characters", {"name": "Ann"})
    api.upload(ann["id"], her_photos[0])
    deadline = time.monotonic() + 120
    while not any("could not be looked at" in line["message"] for line in api.get("/logs")["items"]):
        assert time.monotonic() < deadline, "it was not too busy"
        time.sleep(0.05)
    first_child(reader)._timeout_s = 30.0
    assert looked_at(api, ann, 1)["portrait_00.jpg"][1] > 0.1


def test_only_coarse_words_of_a_face_are_kept(api, server, face_tools, her_photos):
    put_face_tools(face_tools, server.services.paths)
    ann = api.post("/characters", {"name": "Ann"})
    api.upload(ann["id"], her_photos[0])
    looked_at(api, ann, 1)
    (photo,) = api.get(f"/characters/{ann['id']}/photos")["items"]
    assert photo["face_words"] == {"angle": "frontal", "light": "even", "mouth": "wide", "clothes": "brown"}


def test_what_an_older_version_has_looked_at_is_looked_at_again_at_the_start(
    api, server, face_tools, her_photos
):
    ann = api.post("/characters", {"name": "Ann"})
    api.upload(ann["id"], her_photos[0])
    put_face_tools(face_tools, server.services.paths)
    checker = server.services.photo_faces
    assert checker._is_unfinished(ann["id"])
    server.services.ledger.emit(
        "backend.state", Subject(kind="backend", id="faces"), {"state": {}}, correlation_id="corr-tools"
    )
    looked_at(api, ann, 1)
    assert not checker._is_unfinished(ann["id"])


@pytest.mark.parametrize(("code", "is_done"), [("database_busy", False), ("character_not_found", True)])
def test_what_a_busy_database_refuses_is_looked_at_again(code, is_done):
    def refused(character_id):
        raise StorageError(code, "Another program uses it.", "Close it.")

    photos, faces = SimpleNamespace(list=refused), SimpleNamespace(is_ready=lambda: True, at_once=1)
    checker = PhotoFaceChecker(SimpleNamespace(), photos, SimpleNamespace(), faces)
    assert asyncio.run(checker._one("chr_1")) is is_done
