"""outputs/, models/ or uploads/ linked to another disk: files go into the trash and back by copies."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from isengard.core import atomic
from isengard.core.errors import StorageError
from isengard.core.storage.crash_cleanup import sweep
from support.pictures import add


@pytest.fixture
def two_disks(monkeypatch, paths):
    """uploads/, outputs/ and models/ on another disk than the rest; what was copied over, in order."""
    rename, over = atomic.replace, []

    def replace(source, target):
        sides = [
            any(place in file.parents for place in (paths.uploads, paths.outputs, paths.models))
            for file in (source, target)
        ]
        if sides[0] != sides[1]:
            over.append(target)
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        rename(source, target)

    monkeypatch.setattr(atomic, "replace", replace)
    return over


def test_what_lies_on_another_disk_goes_into_the_trash_and_back(
    two_disks, photos, store, paths, ann, one, characters
):
    photo = add(photos, paths, ann)
    content = {n: store.image_path(one.id, n).read_bytes() for n in range(2)}
    store.delete_image(one.id, 0)
    store.restore_image(one.id, 0)
    store.delete(one.id)
    assert not paths.generation(one.id).exists()
    store.restore(one.id)
    assert {n: store.image_path(one.id, n).read_bytes() for n in range(2)} == content
    photos.delete(photo.id)
    photos.restore(photo.id)
    characters.delete(ann.id)
    assert not paths.character(ann.id).exists()
    characters.restore(ann.id)
    assert photos.get(photo.id).file and (paths.character(ann.id) / photo.file).is_file()
    assert len(two_disks) >= 8
    assert not list(paths.root.rglob(f"*{atomic.TEMP_SUFFIX}")), "nothing is left on either side"


def test_another_disk_that_is_full_leaves_everything_as_it_was(two_disks, store, paths, one, monkeypatch):
    def full(source, target, **how):
        Path(target).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(StorageError) as caught:
        patch.setattr("shutil.copy2", full)
        store.delete(one.id)
    assert caught.value.hint == "Free some disk space, then try again. Nothing was lost."
    assert store.get(one.id).deleted_at is None and store.image_path(one.id, 1).is_file()
    assert not list(paths.trash.rglob(f"*{atomic.TEMP_SUFFIX}"))


def test_a_copy_to_another_disk_that_a_crash_cut_off_is_swept(paths):
    half = paths.trash / "generations" / f".gen_1.0a1b2c3d{atomic.TEMP_SUFFIX}"
    half.mkdir(parents=True)
    (half / "0000.png").write_bytes(b"half")
    assert sweep(paths) == 0, "somebody may still write it"
    assert sweep(paths, old_s=-60) == 1 and not half.exists()
