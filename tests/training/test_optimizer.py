"""The optimizer's state: halved by a kill, it is put away and the whole copy of the save before comes back."""

from __future__ import annotations

import os
import pickle
import time
import zipfile

import pytest
from isengard.training.backends.ai_toolkit import optimizer, outcomes
from isengard.training.backends.checkpoint_reader import CheckpointReader


@pytest.fixture
def run(tmp_path):
    """(out, job folder) of a run whose optimizer.pt is whole and has settled."""
    out = tmp_path / "out" / "ann_1"
    out.mkdir(parents=True)
    save(out, b"first")
    return out, tmp_path


def save(out, content, age_s=10.0, tensors=1):
    """As torch does it: an index of `tensors`, then the tensors themselves, of which one comes."""
    with zipfile.ZipFile(out / optimizer.NAME, "w") as archive:
        index = {"state": {number: ("storage", str(number), "cpu") for number in range(tensors)}}
        archive.writestr("optimizer/data.pkl", pickle.dumps(index, 2))
        archive.writestr("optimizer/data/0", content * 5000)
    moment = time.time() - age_s
    os.utime(out / optimizer.NAME, (moment, moment))


def halve(out):
    file = out / optimizer.NAME
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def content(file):
    with zipfile.ZipFile(file) as archive:
        return archive.read("optimizer/data/0")[:6]


def test_a_halved_state_is_put_away_and_the_kept_one_comes_back(run):
    out, job_dir = run
    optimizer.keep(out, job_dir)
    halve(out)
    outcomes.quarantine(out, "ann_1", CheckpointReader(), keep=True)
    assert [file.name for file in (job_dir / "quarantine").iterdir()] == ["000-optimizer.pt"]
    assert optimizer.put_back(out, job_dir) and content(out / optimizer.NAME) == b"firstf"


def test_a_whole_state_is_left_where_it_is(run):
    out, job_dir = run
    optimizer.keep(out, job_dir)
    save(out, b"second")
    outcomes.quarantine(out, "ann_1", CheckpointReader(), keep=True)
    assert not optimizer.put_back(out, job_dir) and content(out / optimizer.NAME) == b"second"


def test_what_is_still_written_or_broken_never_replaces_the_kept_one(run):
    out, job_dir = run
    optimizer.keep(out, job_dir)
    save(out, b"second", age_s=0)
    optimizer.keep(out, job_dir)
    assert content(job_dir / optimizer.KEPT) == b"firstf"
    save(out, b"second")
    halve(out)
    os.utime(out / optimizer.NAME, (1, 1))
    optimizer.keep(out, job_dir)
    assert content(job_dir / optimizer.KEPT) == b"firstf" and list(job_dir.glob("*.isen-tmp")) == []
    save(out, b"third")
    optimizer.keep(out, job_dir)
    assert content(job_dir / optimizer.KEPT) == b"thirdt"


def test_before_the_first_save_there_is_nothing_to_say(run, caplog):
    out, job_dir = run
    (out / optimizer.NAME).unlink()
    optimizer.keep(out, job_dir)
    assert not caplog.records


def test_an_archive_that_was_closed_before_its_last_tensor_is_not_whole(run):
    out, job_dir = run
    optimizer.keep(out, job_dir)
    save(out, b"second", tensors=2)
    assert not optimizer.whole(out / optimizer.NAME)
    optimizer.keep(out, job_dir)
    assert content(job_dir / optimizer.KEPT) == b"firstf"


def test_a_clock_that_was_set_back_does_not_keep_it_from_being_copied(run):
    out, job_dir = run
    save(out, b"future", age_s=-86_400)
    optimizer.keep(out, job_dir)
    assert content(job_dir / optimizer.KEPT) == b"future"


def test_every_cut_of_the_file_is_seen(run):
    out, _ = run
    whole = (out / optimizer.NAME).read_bytes()
    for number in range(50):
        (out / optimizer.NAME).write_bytes(whole[: number * len(whole) // 50])
        assert not optimizer.whole(out / optimizer.NAME)
