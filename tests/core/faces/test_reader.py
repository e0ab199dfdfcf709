"""Real faces read by the real tools: what is one person, what is another, what is none, and what happens to the child."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from hosts import fixtures
from isengard.core.errors import NotReadyError
from isengard.core.faces.calibration import DLIB
from isengard.core.faces.likeness import alike, judge, own_likeness, portraits
from isengard.core.faces.reader import CHILD, FaceReader
from isengard.core.faces.tools import DESCRIBER, LANDMARKS, MODELS_PACKAGE
from PIL import Image, ImageEnhance
from support.face_fixtures import face_tools, first_child, her_photos, put_face_tools  # noqa: F401 - fixtures
from support.soon import until

pytestmark = pytest.mark.slow


@pytest.fixture
def reader(face_tools, paths):
    put_face_tools(face_tools, paths)
    reader = FaceReader(paths)
    yield reader
    reader.close()


@pytest.fixture
def references(reader, her_photos):
    return portraits(reader.faces(photo) for photo in her_photos)


def test_she_is_like_herself_and_unlike_others(reader, references, tmp_path):
    dark = tmp_path / "dark.png"
    with Image.open(fixtures.photograph()) as photo:
        ImageEnhance.Brightness(photo.convert("RGB").transpose(Image.Transpose.FLIP_LEFT_RIGHT)).enhance(
            0.6
        ).save(dark)
    her = judge(reader.faces(dark), references)
    others = reader.faces(fixtures.other_people()["group"])
    him = judge(reader.faces(fixtures.other_people()["man"]), references)
    print(f"\n[likeness] herself {her.score}, own photos {own_likeness(references)}, him {him.score}", end="")
    assert her.verdict == "good" and own_likeness(references) >= DLIB.good
    assert him.verdict == "poor" and len(others) == 6
    assert max(alike(other, reference) for other in others for reference in references) < DLIB.same


def test_whose_face_the_edge_cuts_may_be_there(reader, tmp_path):
    """No face is found of her; "Improve this set" keeps away from where one may be."""
    with Image.open(fixtures.photograph()) as photo:
        photo.convert("RGB").crop((220, 0, 512, 400)).save(tmp_path / "cut.png")
    assert reader.faces(tmp_path / "cut.png") == ()
    near = [
        box for box in reader.perhaps(tmp_path / "cut.png") if box[0] == 0 and 0.15 < box[1] < box[3] < 0.5
    ]
    assert len(near) == 1


def test_a_picture_without_a_face_says_nothing(reader, references, tmp_path):
    noise = tmp_path / "noise.png"
    Image.effect_noise((512, 512), 90).convert("RGB").save(noise)
    assert judge(reader.faces(noise), references).verdict == "not_measurable"


def test_a_file_is_read_once_until_it_changes_or_everybody_is_forgotten(reader, tmp_path):
    picture = tmp_path / "p.png"
    Image.open(fixtures.other_people()["man"]).save(picture)
    (first,) = reader.faces(picture)
    pid = first_child(reader).pid
    os.kill(pid, signal.SIGSTOP)
    assert reader.faces(picture) == (first,), "answered from memory"
    os.kill(pid, signal.SIGCONT)
    Image.new("RGB", (64, 64)).save(picture)
    assert reader.faces(picture) == ()
    reader.forget()
    assert not reader._known and reader._children.pids == []


def test_a_damaged_picture_and_a_killed_child_are_no_faults_of_the_next(reader, tmp_path, caplog):
    broken, fine = tmp_path / "broken.png", fixtures.other_people()["man"]
    broken.write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    assert reader.faces(broken) == () and "could not be read" in caplog.text
    os.kill(first_child(reader).pid, signal.SIGKILL)
    first_child(reader)._process.wait()
    assert len(reader.faces(fine)) == 1


def test_two_who_ask_have_a_child_each_and_one_needs_one(face_tools, paths, tmp_path):
    put_face_tools(face_tools, paths)
    reader, man = FaceReader(paths, at_once=2), fixtures.other_people()["man"]
    again = [shutil.copy(man, tmp_path / f"{number}.png") for number in range(3)]
    assert len(reader.faces(man)) == 1 and len(reader._children.pids) == 1
    os.kill(first_child(reader).pid, signal.SIGSTOP)
    with ThreadPoolExecutor(2) as pool:
        held = pool.submit(reader.faces, again[0])
        until(lambda: reader._children.is_at_work)
        assert len(pool.submit(reader.faces, again[1]).result(60)) == 1 and not held.done()
        assert len(reader._children.pids) == 2
        os.kill(first_child(reader).pid, signal.SIGCONT)
        assert held.result(60) == reader.faces(again[2])
    reader.close()


def test_what_was_asked_before_everybody_was_forgotten_is_not_remembered_after(reader, tmp_path):
    man = fixtures.other_people()["man"]
    reader.start()
    child = first_child(reader).pid
    os.kill(child, signal.SIGSTOP)
    with ThreadPoolExecutor(2) as pool:
        held = pool.submit(reader.faces, man)
        until(lambda: reader._children.is_at_work)
        forgotten = pool.submit(reader.forget)
        until(lambda: reader._forgotten)
        with contextlib.suppress(ProcessLookupError):  # ended before it was asked
            os.kill(child, signal.SIGCONT)
        assert len(held.result(60)) == 1
        forgotten.result(60)
    assert not reader._known and reader._children.pids == []


def test_a_child_that_is_asked_just_after_everybody_was_forgotten_ends_too(reader, monkeypatch):
    """It was told apart from those that forgetting ends by a moment, and kept what it saw until it was idle."""
    ask = reader._ask

    def forgotten_meanwhile(picture, reading):
        reader.forget()
        return ask(picture, reading)

    monkeypatch.setattr(reader, "_ask", forgotten_meanwhile)
    assert len(reader.faces(fixtures.other_people()["man"])) == 1
    assert not reader._known and reader._children.pids == []


def test_the_child_ends_when_nobody_needs_it_and_comes_back(face_tools, paths):
    put_face_tools(face_tools, paths)
    reader = FaceReader(paths, idle_s=0.2)
    man = fixtures.other_people()["man"]
    assert len(reader.faces(man)) == 1
    process = first_child(reader)._process
    assert process.wait(60) is not None
    reader.forget()
    assert len(reader.faces(man)) == 1
    reader.close()


def test_a_slow_start_is_waited_for_and_nobody_else_waits_for_it(face_tools, paths, monkeypatch, tmp_path):
    """Beside a training it took over 30 s, and was told as broken tools that have to be set up again."""
    put_face_tools(face_tools, paths)
    slow, told = tmp_path / "slow.py", tmp_path / "told"
    slow.write_text(
        "import os, runpy, time\n"
        f"while not os.path.exists({str(told)!r}):\n    time.sleep(0.05)\n"
        f"runpy.run_path({str(CHILD)!r}, run_name='__main__')"
    )
    monkeypatch.setattr("isengard.core.faces.reader.CHILD", slow)
    monkeypatch.setattr("isengard.core.faces.reader.START_STEP_S", 0.1)
    reader, man = FaceReader(paths), fixtures.other_people()["man"]
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(reader.faces, man)
        try:
            until(lambda: reader._children.pids)
            reader.start()  # not until it has started, which it does once it is told to
            assert not reading.done()
        finally:
            told.touch()
        assert len(reading.result(60)) == 1
    reader.forget()
    told.unlink()
    impatient = FaceReader(paths, start_s=0.3)
    with pytest.raises(NotReadyError) as caught:
        impatient.faces(man)
    assert caught.value.code == "face_tools_slow" and "set it up" not in caught.value.hint
    impatient.close()
    reader.close()


def test_a_picture_that_took_too_long_is_not_one_without_a_face(reader):
    man = fixtures.other_people()["man"]
    reader.start()
    reader.faces(man)
    reader._known.clear()
    os.kill(first_child(reader).pid, signal.SIGSTOP)
    first_child(reader)._timeout_s = 0.2
    with pytest.raises(NotReadyError) as caught:
        reader.faces(man)
    assert caught.value.code == "face_tools_slow"
    first_child(reader)._timeout_s = 30.0
    assert len(reader.faces(man)) == 1


def test_without_tools_it_says_what_to_do(paths, tmp_path):
    reader, picture = FaceReader(paths), tmp_path / "p.png"
    Image.new("RGB", (8, 8)).save(picture)
    assert not reader.is_ready()
    with pytest.raises(NotReadyError) as caught:
        reader.faces(picture)
    assert caught.value.code == "face_tools_missing" and caught.value.hint


def test_tools_that_do_not_start_are_told(face_tools, paths, tmp_path):
    put_face_tools(face_tools, paths)
    (paths.backends / "faces").unlink()
    home = paths.backends / "faces"
    models = home / "library" / MODELS_PACKAGE / "models"
    models.mkdir(parents=True)
    for file in (face_tools / "library").glob("_dlib_pybind11*"):
        (home / "library" / file.name).symlink_to(file)
    for name in (LANDMARKS, DESCRIBER):
        (models / name).write_bytes(b"no model")
    picture = tmp_path / "p.png"
    Image.new("RGB", (8, 8)).save(picture)
    with pytest.raises(NotReadyError) as caught:
        FaceReader(paths).faces(picture)
    assert caught.value.code == "face_tools_broken"
