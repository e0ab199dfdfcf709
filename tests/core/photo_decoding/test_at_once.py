"""Several photos read at once: as many children as help, no more, and what they show is still compared."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from isengard.core.photo_decoding.decoder import CHILD_BYTES, MOST_AT_ONCE, PhotoDecoder
from isengard.core.processes.child_pool import ChildPool, places_on
from isengard.core.processes.json_child import JsonChild
from PIL import Image
from support.pictures import photograph, saved
from support.soon import until

GB = 1024**3
ECHO = """
import json, os, sys, time
print('{"ready": true}', flush=True)
for line in sys.stdin:
    told = json.loads(line)["told"]
    while told and not os.path.exists(told):
        time.sleep(0.01)
    print(json.dumps({"pid": os.getpid()}), flush=True)
"""


@pytest.mark.parametrize(
    ("cores", "memory", "children"),
    [(1, 64, 1), (2, 16, 2), (2, 8, 2), (4, 8, 2), (4, 4, 1), (4, 2, 1), (8, 32, 4), (64, 512, 4)],
)
def test_as_many_children_as_cores_and_memory_help(cores, memory, children):
    assert places_on(cores, memory * GB, MOST_AT_ONCE, CHILD_BYTES) == children


@pytest.fixture
def pool(tmp_path):
    script = tmp_path / "echo.py"
    script.write_text(ECHO)
    pool = ChildPool(lambda: JsonChild(script, timeout_s=90), 3, idle_s=0.3)
    yield pool
    pool.close()


def ask(pool, told="", at_most=None):
    with pool.child(at_most) as child:
        return child.ask({"told": str(told)})["pid"]


@pytest.fixture
def at_once(pool, tmp_path):
    """The pids that answer so many askers; nobody is answered before `children` are at work."""

    def at_once(askers, children, at_most=None):
        told = tmp_path / "told"
        told.unlink(missing_ok=True)
        with ThreadPoolExecutor(askers) as threads:
            asked = [threads.submit(ask, pool, told, at_most) for _ in range(askers)]
            try:
                until(lambda: len(pool.pids) == children)
            finally:
                told.touch()
            return {one.result() for one in asked}

    return at_once


def test_one_asker_has_one_child_and_many_have_all_of_them(pool, at_once):
    first = {ask(pool) for _ in range(4)}
    assert len(first) == 1 and pool.pids == list(first)
    pids = at_once(9, 3)
    assert len(pids) == 3 and first < pids


def test_no_more_are_at_work_than_whoever_asks_allows(at_once):
    assert len(at_once(6, 2, at_most=2)) == 2


def test_those_that_came_to_help_end_when_nobody_needs_them_and_come_again(pool, at_once):
    at_once(3, 3)
    kept = pool.pids[0]
    until(lambda: len(pool.pids) == 1)
    assert pool.pids == [kept] and ask(pool) == kept
    assert len(at_once(3, 3)) == 3


def test_a_child_that_died_takes_no_place_with_it(pool, at_once):
    with pool.child() as child:
        child.start(20)
        pid = child.pid
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    with pytest.raises(RuntimeError), pool.child():
        raise RuntimeError("whoever asked fails")
    assert len(at_once(3, 3)) == 3


def test_parts_of_one_photograph_that_are_added_at_once_are_known_as_such(photos, paths, ann, monkeypatch):
    """Each was compared with those that were there when it began: of two that came together with none."""
    whole = photograph(3)
    parts = [whole, whole.crop((60, 40, 560, 500)), photograph(8)]
    files = [saved(paths, part, f"upload{at}", format="JPEG", quality=95) for at, part in enumerate(parts)]
    together = threading.Barrier(3)
    real = PhotoDecoder.decode

    def decode(self, *args, **more):
        together.wait(20)  # all three have looked what is there
        return real(self, *args, **more)

    monkeypatch.setattr(PhotoDecoder, "decode", decode)
    with ThreadPoolExecutor(3) as askers:
        list(askers.map(lambda file: photos.add(ann.id, file, f"{file.name}.jpg"), files))
    found = {photo.name: [one.code for one in photo.findings] for photo in photos.list(ann.id)}
    ours = [found[f"upload{at}.jpg"] for at in range(3)]
    assert sorted(["same_shot" in codes for codes in ours[:2]]) == [False, True], ours
    assert "same_shot" not in ours[2] and Image.open(files[2]).size == (720, 720)


def test_photos_stand_in_the_order_they_came_in(photos, paths, ann, monkeypatch):
    """Not in the one in which they were read: a large first one takes longest."""
    files = [saved(paths, photograph(at), f"upload{at}", format="JPEG") for at in (1, 2)]
    begun, real = threading.Event(), PhotoDecoder.decode

    def decode(self, file, *more):
        if file == files[0]:
            begun.set()
            deadline = time.monotonic() + 20
            while not photos.list(ann.id) and time.monotonic() < deadline:
                time.sleep(0.01)
        return real(self, file, *more)

    monkeypatch.setattr(PhotoDecoder, "decode", decode)
    with ThreadPoolExecutor(2) as askers:
        first = askers.submit(photos.add, ann.id, files[0], "first.jpg")
        assert begun.wait(20)
        time.sleep(0.002)  # ids tell milliseconds
        askers.submit(photos.add, ann.id, files[1], "second.jpg").result(30)
        first.result(30)
    assert [photo.name for photo in photos.list(ann.id)] == ["first.jpg", "second.jpg"]
