"""Faces mended over HTTP, up to where ComfyUI would draw: what is refused and why, and pictures that are mended by themselves."""

from __future__ import annotations

from functools import partial

import pytest
from hosts.journey import Api, ApiError
from hosts.planted_faces import put_planted_faces
from isengard.core.errors import StorageError
from isengard.core.ids import new_id
from isengard.core.records.event import Subject
from isengard.core.records.generation import MadeFrom
from isengard.core.records.generation_states import GenerationState
from isengard.core.records.job import JobError
from isengard.web.services.mending import small_faces
from support import web_server
from support.small_faces import LARGE, mended_of, person_drawn, picture_of
from support.soon import until

pytestmark = pytest.mark.slow


@pytest.fixture
def ann(api, server, tmp_path):
    return person_drawn(server, api, tmp_path)


@pytest.fixture
def drawn(server, ann):
    return partial(picture_of, server, ann)


@pytest.fixture
def tools(server):
    put_planted_faces(server.services.paths.backends)


def told(server, generation):
    data = {"state": generation.state.value, "generation": generation.model_dump(mode="json")}
    subject = Subject(kind="generation", id=generation.id)
    server.services.ledger.emit("generation.state", subject, data, correlation_id="corr-draw")


def mended(api, generation):
    return mended_of(api, generation.id)


def once_mended(api, generation):
    return until(lambda: mended(api, generation))


def refused(api, generation, n=1):
    with pytest.raises(ApiError) as caught:
        api.post(f"/generations/{generation.id}/images/{n}/mend")
    return caught.value.status, caught.value.error["code"]


def test_a_press_makes_a_new_generation_of_one_picture(api, server, drawn, tools):
    made = drawn(LARGE)
    again = api.post(f"/generations/{made.id}/images/1/mend")
    assert again["made_from"] == {"generation_id": made.id, "n": 1, "how": "mend"}
    assert (again["request"]["count"], again["request"]["seed"], again["purpose"]) == (1, 8, "user")
    assert again["versions"] == made.versions and again["recipe"] == made.recipe
    assert api.get(f"/generations/{made.id}")["images"][0]["n"] == 1


def test_what_cannot_be_mended_says_why(api, server, drawn):
    made = drawn()
    with pytest.raises(ApiError, match="can't fix faces yet") as missing:
        api.post(f"/generations/{made.id}/images/1/mend")
    assert (missing.value.status, missing.value.error["code"]) == (503, "face_tools_missing")
    assert "Fix faces" in missing.value.error["hint"] and "ikeness" not in str(missing.value.error)
    put_planted_faces(server.services.paths.backends)
    assert refused(api, made, 5) == (404, "image_not_found")
    assert refused(api, drawn(lora="")) == (409, "drawn_without_lora")
    assert refused(api, drawn(lora="ann/gone.safetensors")) == (409, "drawn_without_lora")
    assert refused(api, drawn(2000)) == (409, "faces_fine"), "there is nothing to enlarge"


def test_a_picture_that_is_deleted_just_before_its_faces_are_found_is_told_as_gone(
    api, server, drawn, tools, monkeypatch
):
    made = drawn(LARGE)
    reader, store = server.services.mender.faces.reader, server.services.generations.store

    def seen(file):
        store.delete_image(made.id, 1)
        file.stat()
        return ()

    monkeypatch.setattr(reader, "faces", seen)
    assert refused(api, made) == (404, "image_not_found")


def test_pictures_asked_for_with_it_are_mended_as_they_end_and_once(api, server, drawn, tools):
    wanted, unwanted, fine = drawn(wanted=True), drawn(), drawn(LARGE, wanted=True)
    before, wall = drawn(wanted=True, now=False), drawn(wanted=True, purpose="grid")
    for generation in (unwanted, fine, before, wall, wanted, wanted):
        told(server, generation)
    (again,) = once_mended(api, wanted)
    assert again["request"]["mend_faces"] is False and again["correlation_id"] == "corr-draw"
    api.patch(f"/generations/{wanted.id}/images/1", {"favourite": True})
    last = drawn(wanted=True)
    told(server, last)
    once_mended(api, last)
    assert len(mended(api, wanted)) == 1, "it was told again when it was liked"
    assert [mended(api, one) for one in (unwanted, fine, before, wall)] == [[], [], [], []]


@pytest.mark.parametrize("step", ["mends_of", "note_mended"])
def test_what_a_busy_database_keeps_from_being_mended_is_mended_later(
    server, api, drawn, tools, monkeypatch, step
):
    """It was dropped, and its pictures said until the next start of ComfyUI that their faces are being redrawn."""
    small, store = server.services.small_faces, server.services.generations.store
    monkeypatch.setattr(small, "away_s", 0.2)
    kept, faults = getattr(store, step), [StorageError("database_busy", "Another program uses it.", "Wait.")]

    def busy(*asked, **named):
        if faults:
            raise faults.pop()
        return kept(*asked, **named)

    fine = drawn(LARGE, wanted=True)
    monkeypatch.setattr(store, step, busy)
    told(server, fine)
    until(lambda: not server.services.generations.store.get(fine.id).mending)
    assert faults == [] and "small faces" not in [one.name for one in server.services.loops.troubles()]


@pytest.fixture
def soon(monkeypatch):
    """Nobody waits for a ComfyUI that is not there."""
    monkeypatch.setattr(small_faces.SmallFaces, "away_s", 0.2)


@pytest.fixture
def restarted(server, tmp_path, monkeypatch):
    """As after a `kill -9`: nothing was written down on the way out."""

    def restarted():
        server.close()
        monkeypatch.setattr(web_server, "PlainHost", partial(web_server.PlainHost, models=server.host.models))
        started.append(web_server.WebServer(tmp_path, environment={"ISENGARD_MODE": "fast-test"}))
        Api(started[0].url).wait_until_ready()
        return Api(started[0].url)

    started = []
    yield restarted
    for one in started:
        one.close()


def test_what_was_to_be_mended_is_mended_after_a_restart_and_once(server, drawn, tools, soon, restarted):
    """The server ends between the last picture and its faces: nothing was heard of them."""
    wanted, before = drawn(wanted=True), drawn(wanted=True, now=False)
    api = restarted()
    (mend,) = once_mended(api, wanted)
    assert mend["request"]["mend_faces"] is False and mended(api, before) == []


def test_mending_that_a_restart_took_away_is_tried_once_more_and_no_more(
    server, drawn, tools, soon, restarted
):
    wanted = drawn(wanted=True)
    store = server.services.generations.store
    lost = JobError(code="comfyui_restarted", message="x", hint="y")
    made_from = MadeFrom(generation_id=wanted.id, n=1, how="mend")
    changes = {"state": GenerationState.FAILED, "error": lost, "made_from": made_from}
    first = wanted.model_copy(update={**changes, "id": new_id("gen"), "images": [], "mending": ""})
    server.services.paths.generation(first.id).mkdir()
    store.adopt(first, ())
    api = restarted()
    until(lambda: len(mended(api, wanted)) == 2)
    until(lambda: api.get(f"/generations/{wanted.id}")["mending"] == "")
    assert len(mended(api, wanted)) == 2, "it may be what ends ComfyUI"
    until(lambda: error_of(api, wanted) == "comfyui_unreachable")


def error_of(api, generation):
    """Why its picture could not be mended; None where nothing is said."""
    (image,) = api.get(f"/generations/{generation.id}")["images"]
    return image["mending_error"] and image["mending_error"]["code"]


def test_without_the_tools_pictures_stay_as_they_are_and_say_so_until_it_is_tried_again(
    api, server, drawn, tools_later
):
    """It was told in the log alone."""
    made = drawn(wanted=True)
    told(server, made)
    until(lambda: error_of(api, made) == "face_tools_missing")
    until(lambda: api.get(f"/generations/{made.id}")["mending"] == "")
    lines = api.get("/logs?correlation_id=corr-draw")["items"]
    assert mended(api, made) == [] and any("mended" in line["message"] for line in lines)
    events = server.services.ledger.events_after(0)
    assert events[-1].data["generation"]["images"][0]["mending_error"]["hint"].startswith("Set them up")
    tools_later()
    before = server.services.ledger.last_seq()
    api.post(f"/generations/{made.id}/images/1/mend")  # it fails at once: no ComfyUI is there
    told_of_it = [one for one in server.services.ledger.events_after(before) if one.subject.id == made.id]
    assert told_of_it[0].data["generation"]["images"][0]["mending_error"] is None


@pytest.fixture
def tools_later(server):
    return lambda: put_planted_faces(server.services.paths.backends)


@pytest.fixture
def tried(api, server, drawn, tools):
    """A picture that somebody pressed for, and how that ended."""

    def tried(state, error=None):
        made = drawn()
        started = api.post(f"/generations/{made.id}/images/1/mend")
        api.wait_for(f"/generations/{started['id']}", 30)  # no ComfyUI is there
        until(lambda: error_of(api, made) == "comfyui_unreachable")
        store = server.services.generations.store
        again = store.get(started["id"])
        ended = again.model_copy(update={"id": new_id("gen"), "state": state, "error": error})
        server.services.paths.generation(ended.id).mkdir()
        told(server, store.adopt(ended, ()))
        return made

    return tried


def test_what_was_pressed_for_and_failed_is_told_with_the_picture(api, tried):
    full = JobError(code="comfyui_out_of_memory", message="x", hint="y")
    made = tried(GenerationState.FAILED, full)
    until(lambda: error_of(api, made) == "comfyui_out_of_memory")


def test_forgetting_somebody_takes_their_mended_pictures_along(api, server, drawn, tools, ann):
    again = api.post(f"/generations/{drawn().id}/images/1/mend")
    api.wait_for(f"/generations/{again['id']}", 30)
    folder = server.services.paths.generation(again["id"])
    assert (folder / "from").is_dir(), "the picture it is made from is kept as long as it"
    api.post(f"/characters/{ann['id']}/forget")
    assert not folder.exists()
