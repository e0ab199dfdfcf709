"""The base's hash: from the hub's blob name, from an earlier reading, or read once beside the training."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest
from isengard.training.loras import base_hash
from isengard.training.loras.base_hash import BaseHash, hash_of, known_hash


@pytest.fixture
def base(tmp_path):
    file = tmp_path / "base.safetensors"
    file.write_bytes(b"weights" * 1000)
    return file


def digest(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_file_is_read_once_until_it_changes(base, paths, monkeypatch):
    assert known_hash(base, paths) is None
    assert hash_of(base, paths) == known_hash(base, paths) == digest(base)
    monkeypatch.setattr(base_hash, "sha256_of", lambda file: pytest.fail("read again"))
    assert hash_of(base, paths) == digest(base)
    monkeypatch.undo()
    base.write_bytes(b"other weights")
    os.utime(base, ns=(1, 1))
    assert known_hash(base, paths) is None and hash_of(base, paths) == digest(base)


def test_what_is_known_is_read_once_for_a_list_of_bases_and_again_when_it_was_written(
    base, paths, monkeypatch
):
    others = [base.with_name(f"{number}.safetensors") for number in range(5)]
    for file in others:
        file.write_bytes(b"x")
    hash_of(base, paths)
    reads, read_text = [], Path.read_text
    monkeypatch.setattr(
        Path, "read_text", lambda file, **how: reads.append(file.name) or read_text(file, **how)
    )
    assert [known_hash(file, paths) for file in (base, *others)] == [digest(base), *[None] * 5]
    assert len(reads) == 1
    assert hash_of(others[0], paths) == known_hash(others[0], paths) == digest(others[0])
    kept = paths.run / "base_hashes.json"
    kept.write_text("no json")
    assert known_hash(base, paths) is None


def test_the_hubs_cache_names_its_blobs_by_their_hash(tmp_path, paths):
    blob = tmp_path / "blobs" / ("ab" * 32)
    blob.parent.mkdir()
    blob.write_bytes(b"x")
    link = tmp_path / "model.safetensors"
    link.symlink_to(blob)
    assert known_hash(link, paths) == "ab" * 32


def test_a_slow_reading_is_waited_for_with_heartbeats(base, paths, monkeypatch):
    go, beats = threading.Event(), []

    def slow(file):
        go.wait(10)
        return "cd" * 32

    monkeypatch.setattr(base_hash, "sha256_of", slow)
    reading = BaseHash(str(base), None, paths)

    def beat():
        beats.append(1)
        go.set()

    assert reading.wait(beat, every=0.05) == "cd" * 32 and beats


@pytest.mark.parametrize("path", ["", "some/hub-id", "folder"])
def test_what_is_no_file_has_no_hash(path, tmp_path, paths):
    where = str(tmp_path) if path == "folder" else path
    assert BaseHash(where, None, paths).wait(lambda: None) is None
    assert BaseHash(where, "ef" * 32, paths).wait(lambda: None) == "ef" * 32
