"""The mark of a data folder: one for all who come, whole or not there."""

from __future__ import annotations

import os
import threading

import pytest
from isengard.training.machine.shared_folder_mark import MARK_FILE, data_mark


def test_of_many_that_come_at_once_the_first_wins(paths):
    marks, together = [], threading.Barrier(16)

    def come():
        together.wait()
        marks.append(data_mark(paths))

    threads = [threading.Thread(target=come) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(marks) == 16 and len(set(marks)) == 1 and len(marks[0]) == 32
    assert [file.name for file in paths.run.iterdir()] == [MARK_FILE]


def test_a_crash_between_writing_and_naming_leaves_no_mark(paths, monkeypatch):
    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(os, "link", crash)
        data_mark(paths)
    assert not (paths.run / MARK_FILE).exists() and data_mark(paths)


def test_an_empty_mark_is_made_anew(paths):
    (paths.run / MARK_FILE).touch()
    assert data_mark(paths) == data_mark(paths) != ""


def test_a_file_system_without_links(paths, monkeypatch):
    def refuse(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", refuse)
    assert data_mark(paths) == data_mark(paths) != ""


def test_a_folder_that_is_gone_has_none(paths):
    paths.run.rmdir()
    assert data_mark(paths) == ""
