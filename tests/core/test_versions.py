from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from isengard.core.errors import NotFoundError, StorageError
from isengard.core.loras.versions import VersionStore
from isengard.core.records.checkpoint import Checkpoint, Proof, Version
from isengard.core.storage.file_lock import FileLock


@pytest.fixture
def store(paths, clock):
    return VersionStore(paths, clock)


@pytest.fixture
def publish(store, paths, clock):
    def publish(step, content=b"weights", family="sd15", job_id="job_x"):
        import hashlib

        source = paths.tmp / f"{step}.safetensors"
        source.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        checkpoint = Checkpoint(step=step, file=source.name, size=len(content), sha256=digest, family=family)
        clock.advance(1)
        return store.publish(
            "ann",
            character_id="chr_x",
            job_id=job_id,
            checkpoint=checkpoint,
            source_file=source,
            base_model="b",
        )

    return publish


def test_publishing_gives_a_name_that_is_unique_for_ever(store, paths, publish):
    one, two = publish(100, b"a"), publish(100, b"b")
    assert one.file != two.file and one.file.startswith("ann/ann-sd15-000100-")
    assert store.path(one).read_bytes() == b"a" and store.path(two).read_bytes() == b"b"


def test_a_name_begins_as_the_licence_of_its_model_asks(publish):
    """Krea's wants the names of what is made from its model to begin with Krea."""
    assert publish(100, family="krea2").file.startswith("ann/Krea-ann-krea2-000100-")
    assert publish(100, b"other", family="of_a_newer_version").file.startswith("ann/ann-of_a_newer_version-")


def test_two_trainings_that_wrote_the_same_bytes_have_a_version_each(store, publish):
    first, second = publish(100, job_id="job_" + "a" * 26), publish(100, job_id="job_" + "b" * 26)
    assert first.file != second.file and publish(100, job_id=second.job_id) == second
    assert [store.find("ann", "100", job_id=one.job_id).file for one in (first, second)] == [
        first.file,
        second.file,
    ]
    assert store.find("ann", "100", ["sdxl"], first.job_id) is None
    assert store.find("ann", "100", job_id="job_" + "c" * 26) is None


def test_publishing_twice_is_one_version_and_never_writes_again(store, publish):
    first = publish(100)
    inode = store.path(first).stat().st_ino
    assert publish(100) == first and store.path(first).stat().st_ino == inode and len(store.list("ann")) == 1


def test_the_published_file_does_not_share_the_trainers(store, paths, publish):
    version = publish(100)
    (paths.tmp / "100.safetensors").write_bytes(b"")
    assert store.path(version).read_bytes() == b"weights"


def test_best_is_the_pick_then_the_chosen_one_then_the_last(store, publish):
    low, high, last = publish(100), publish(200), publish(300)
    assert store.best("ann") == last
    measured(store, (low, 0.2), (high, 0.55), (last, 0.4), chosen=high)
    assert store.best("ann").step == 200
    store.pick("ann", low.file)
    assert store.best("ann").step == store.best("ann", ["sd15"]).step == store.find("ann", "best").step == 100
    publish(400)
    assert store.best("ann").step == 100, "what is trained later has to be chosen"
    assert store.find("ann", "last").step == 400 and store.find("ann", "100").step == 100
    assert store.find("ann", "best", ["sdxl"]) is None and store.find("ann", "7") is None


def measured(store, *pairs, chosen=None, tied=(), **scores):
    """As the measurer writes it."""
    for version, likeness in pairs:
        found = {"measured": 5, "told": 5, "copied": 0, **scores}
        found |= {} if likeness is None else {"likeness": likeness}
        found |= {"chosen": 1.0} if version is chosen else {"tied": 1.0} if version in tied else {}
        store.update(version, partial(Version.model_copy, update={"scores": found}))


def test_a_number_alone_makes_no_best(store, publish):
    """One picture of step 250 at 0.093 made it the best of three."""
    one, two, three = publish(250), publish(500), publish(750)
    measured(store, (one, 0.093))
    assert store.best("ann").step == 750 and not any(known.nearest for known in store.ranked("ann"))
    measured(store, (two, None), (three, 0.05))
    assert store.best("ann").step == 750 and not any(known.nearest for known in store.ranked("ann"))
    told = {known.step: known.faults for known in store.ranked("ann")}
    assert told == {250: ["unlike"], 500: ["not_measurable"], 750: ["unlike"]}


def test_what_an_older_version_of_us_measured_counts_as_not_measured(store, publish):
    """It did not look for copies."""
    old, last = publish(250), publish(500)
    for version, likeness in ((old, 0.6), (last, 0.3)):
        scores = {"likeness": likeness, "measured": 5, "chosen": 1.0}
        store.update(version, partial(Version.model_copy, update={"scores": scores}))
    assert store.best("ann").file == last.file
    assert not any(known.nearest or known.faults for known in store.ranked("ann"))


def test_an_older_training_is_best_by_choice_once_something_of_the_newest_was_measured(store, publish):
    old, one, two = (
        publish(250, b"a", job_id="job_a"),
        publish(250, b"b", job_id="job_b"),
        publish(500, job_id="job_b"),
    )
    measured(store, (old, 0.6), chosen=old)
    assert store.best("ann").file == two.file
    measured(store, (one, 0.55))
    assert store.best("ann").file == old.file, "only step 250 of the newest is on the wall"


def test_every_page_is_told_why_a_version_is_not_fit_and_what_cannot_be_told_apart(store, publish):
    early, late, copies, stiff, leaks = (publish(step) for step in (100, 200, 300, 400, 500))
    measured(store, (early, 0.55), (late, 0.56), chosen=early, tied=(late,))
    measured(store, (copies, 0.6), copied=4, told=9)
    measured(store, (stiff, 0.6), flexible=0.5)
    measured(store, (leaks, 0.6), stranger=0.3, stranger_without=0.1)
    ranked = store.ranked("ann")
    assert [known.faults for known in ranked] == [[], [], ["copies"], ["stiff"], ["leaks"]]
    assert [known.tied for known in ranked] == [[late.file], [], [], [], []]


def test_a_version_whose_pictures_are_black_is_best_only_by_choice(store, publish):
    fine, black = publish(250), publish(500)
    store.update(black, partial(Version.model_copy, update={"proof": Proof(image="broken")}))
    assert store.best("ann").step == 250 and store.find("ann", "last").step == 500
    measured(store, (fine, 0.45), chosen=fine)
    assert [(known.step, known.nearest) for known in store.ranked("ann")] == [(250, True), (500, False)]
    assert store.pick("ann", black.file).picked and store.best("ann").step == 500
    store._paths.character_models("ann").joinpath(fine.file.split("/")[1]).unlink()
    assert store.best("ann").step == 500


def test_every_page_is_told_the_servers_choice_of_each_family(store, publish):
    old, other, new = publish(100, b"a"), publish(100, b"b", family="sdxl"), publish(200, b"c")
    measured(store, (old, 0.6), (new, 0.5), chosen=old)
    measured(store, (other, 0.9), chosen=other)
    told = {known.file: (known.rank, known.nearest) for known in store.ranked("ann")}
    assert told == {old.file: (1, True), other.file: (2, True), new.file: (0, False)}
    assert store.best("ann").file == old.file, "numbers of two families are not compared"
    store.pick("ann", new.file)
    told = {known.file: (known.rank, known.nearest) for known in store.ranked("ann")}
    assert told == {old.file: (0, True), other.file: (2, True), new.file: (1, False)}
    for families in (["sd15"], ["sdxl"], ["sd15", "sdxl"]):
        first = min(
            (known for known in store.ranked("ann") if known.family in families and known.rank),
            key=lambda known: known.rank,
        )
        assert store.best("ann", families).file == first.file


def test_last_is_what_was_trained_last_whenever_it_was_published(store, paths, publish):
    import os

    last = publish(300)
    early = paths.tmp / "early"
    early.write_bytes(b"early")
    os.utime(early, (1e9, 1e9))
    checkpoint = Checkpoint(step=100, file="early", size=5, sha256="e" * 64, family="sd15")
    again = {"character_id": "chr_x", "job_id": "job_x", "checkpoint": checkpoint, "source_file": early}
    assert store.publish("ann", **again).trained_at == "2001-09-09T01:46:40.000Z"
    assert [version.step for version in store.list("ann")] == [100, 300]
    assert store.find("ann", "last").file == store.best("ann").file == last.file


def test_candidates_are_one_for_each_family_and_the_likeliest_first(store, publish):
    old, other, new = publish(100, b"a"), publish(100, b"b", family="sdxl"), publish(200, b"c")
    store.pick("ann", other.file)
    found = {
        checkpoint: [version.file for version in store.candidates("ann", checkpoint)]
        for checkpoint in ("best", "last", "100", old.file, "7")
    }
    assert found["best"] == [other.file, new.file] and found["last"] == [new.file, other.file]
    assert found["100"] == [other.file, old.file] and found[old.file] == [old.file] and found["7"] == []


def test_a_pick_and_what_is_measured_meanwhile_both_stay(store, publish):
    version = publish(100)
    read_before = store.list("ann")[0]
    store.pick("ann", version.file)
    store.update(read_before, partial(Version.model_copy, update={"scores": {"likeness": 0.7}}))
    assert (store.list("ann")[0].picked, store.list("ann")[0].scores) == (True, {"likeness": 0.7})


def test_changes_of_several_threads_undo_none(store, publish, paths, clock):
    version = publish(100)

    def score(number):
        def change(known):
            return known.model_copy(update={"scores": {**known.scores, str(number): 1.0}})

        VersionStore(paths, clock).update(version, change)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(score, range(40)))
    assert len(store.list("ann")[0].scores) == 40


def test_a_change_waits_for_one_of_another_process(store, publish, paths):
    version = publish(100)
    other = FileLock(paths.run / "versions.lock")
    assert other.acquire()
    with ThreadPoolExecutor(1) as threads:
        picking = threads.submit(store.pick, "ann", version.file)
        time.sleep(0.2)
        assert not picking.done() and not store.list("ann")[0].picked
        other.release()
        assert picking.result(30).picked and store.list("ann")[0].picked


def test_an_updated_proof_is_read_back(store, publish):
    version = publish(100)
    store.update(version, partial(Version.model_copy, update={"proof": Proof(header=True, image="changed")}))
    assert store.list("ann")[0].proof.image == "changed"


def test_a_damaged_sidecar_is_told_and_left_alone(store, paths, publish, logged):
    version = publish(100)
    sidecar = store.path(version).with_suffix(".json")
    sidecar.write_text("{ half")
    assert store.list("ann") == [] and sidecar.read_text() == "{ half"
    assert any("sidecar" in line.getMessage() for line in logged.records)


def test_a_version_whose_file_is_gone_is_not_listed(store, publish):
    version = publish(100)
    store.path(version).unlink()
    assert store.list("ann") == []
    with pytest.raises(NotFoundError):
        store.update(version, partial(Version.model_copy, update={"picked": True}))


def test_a_source_that_cannot_be_read_leaves_nothing(store, paths, clock):
    checkpoint = Checkpoint(step=1, file="x", size=1, sha256="0" * 64, family="sd15")
    with pytest.raises(StorageError) as caught:
        store.publish(
            "ann", character_id="c", job_id="j", checkpoint=checkpoint, source_file=paths.tmp / "none"
        )
    assert caught.value.code == "publish_failed" and list(paths.character_models("ann").iterdir()) == []


def test_a_linked_folder_is_told_and_makes_no_list_fail(store, paths, tmp_path, logged):
    (paths.models / "ann").symlink_to(tmp_path)
    assert store.list("ann") == []
    assert any("leads outside" in line.getMessage() for line in logged.records)


def test_the_users_pick_is_one_of_its_family_and_is_the_best(store, publish):
    first, second, other = publish(100, b"a"), publish(200, b"b"), publish(100, b"c", family="sdxl")
    store.pick("ann", other.file)
    for chosen in (first, second, first):
        assert store.pick("ann", chosen.file).picked and store.best("ann", ["sd15"]).file == chosen.file
        picked = {version.file for version in store.list("ann") if version.picked}
        assert picked == {chosen.file, other.file}
    with pytest.raises(NotFoundError):
        store.pick("ann", "../../etc/passwd")
