"""What a training reads of the hub, fetched before it starts: the record's files of one commit, in the hub library's own cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import huggingface_hub
import pytest
from fakes.hub_server import HubServer, etag
from isengard.core.families.hub_parts import HubPart
from isengard.training.downloads import http_fetch, hub_fetch
from isengard.training.downloads.hub_cache import (
    cache_folder,
    has_part,
    lacking,
    main_commit,
    repository_folder,
    snapshot,
)
from isengard.training.downloads.hub_fetch import fetch_parts
from isengard.training.process.environment import minimal_environment
from support.task_fixtures import task_house  # noqa: F401 - fixture

OLD, NEW = "a" * 40, "b" * 40
WEIGHTS, MORE = os.urandom(5000), os.urandom(3000)
INDEX = json.dumps(
    {"weight_map": {"x": "model-1.safetensors", "y": "model-2.safetensors", "z": "model-1.safetensors"}}
)
ENCODER = HubPart(
    label="text encoder", hub="me/encoder", revision=OLD, size=8200,
    files=["config.json", "te/model.safetensors.index.json|te/model.safetensors", "tok/vocab.json"], optional=["generation.json", "absent.json"],
)  # fmt: skip
VAE = HubPart(label="VAE", hub="me/vae", revision=OLD, files=["ae.safetensors"], size=5000)
FILES = {
    "config.json": "{}", "te/model.safetensors.index.json": INDEX, "te/model-1.safetensors": WEIGHTS, "te/model-2.safetensors": MORE,
    "tok/vocab.json": "[1]", "generation.json": "{ }", "README.md": "never fetched", "te/pytorch_model.bin": os.urandom(9000),
}  # fmt: skip


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.setattr(http_fetch, "PAUSE_S", 0.02)
    server = HubServer()
    server.put("me/encoder", OLD, **FILES)
    server.put("me/vae", OLD, **{"ae.safetensors": WEIGHTS})
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    yield server
    server.close()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


@pytest.fixture
def bring(task_house, hub, cache):  # noqa: F811
    """Fetch parts as a job; the job afterwards."""

    def bring(*parts, token=""):
        return task_house.run(lambda task: fetch_parts(task, parts, cache, token))

    return bring


def held(cache: Path, name: str, commit: str = OLD) -> dict[str, bytes]:
    folder = repository_folder(cache, name) / "snapshots" / commit
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def given(hub, start: str = "GET") -> list[str]:
    return [path for method, path, _, _ in hub.asked if method == start and not path.startswith("/cdn/")]


def test_the_files_of_the_record_come_and_nothing_else(bring, hub, cache):
    job = bring(ENCODER, VAE)
    assert job.state.value == "completed", job.error
    wanted = {
        name: text.encode() if isinstance(text, str) else text
        for name, text in FILES.items()
        if name not in ("README.md", "te/pytorch_model.bin")
    }
    assert held(cache, "me/encoder") == wanted and held(cache, "me/vae") == {"ae.safetensors": WEIGHTS}
    assert main_commit(cache, "me/encoder") == OLD and not list(cache.rglob("*.part"))
    assert lacking([ENCODER, VAE]) == []


def test_the_cache_is_where_the_hubs_library_looks(monkeypatch):
    for given in ("~/mine", "$HOME/mine"):
        monkeypatch.setenv("HF_HUB_CACHE", given)
        assert cache_folder("") == Path.home() / "mine"
    monkeypatch.delenv("HF_HUB_CACHE")
    assert cache_folder("~/hf") == Path.home() / "hf" / "hub"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"XDG_CACHE_HOME": "~/elsewhere"},
        {"XDG_CACHE_HOME": "/xdg", "HF_HOME": "/hf"},
        {"XDG_CACHE_HOME": "/xdg", "HUGGINGFACE_HUB_CACHE": "$HOME/old"},
        {"HUGGINGFACE_HUB_CACHE": "/old", "HF_HUB_CACHE": "/new"},
    ],
    ids=str,
)
def test_trainer_and_downloads_mean_the_same_cache(given, monkeypatch):
    for name in ("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    asked = [sys.executable, "-c", "from huggingface_hub.constants import HF_HUB_CACHE; print(HF_HUB_CACHE)"]
    for environment in (None, minimal_environment()):  # the library as it is here, and as a trainer sees it
        told = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True)
        assert Path(told.stdout.strip()) == cache_folder("")


def test_the_bytes_of_all_repositories_are_one_whole(bring, hub, task_house):  # noqa: F811
    bring(ENCODER, VAE)
    told = [
        event.data["progress"] for event in task_house.ledger.events_after(0) if event.type == "job.progress"
    ]
    sums = [
        (one["bytes_done"], one["bytes_total"])
        for one in told
        if one["phase"] == "downloading" and one["bytes_total"]
    ]
    came = len(WEIGHTS) + len(MORE) + len("{}[1]{ }")
    assert {of for _, of in sums} == {came + len(WEIGHTS)}, "an index comes while it is asked what there is"
    assert sums == sorted(sums) and sums[-1][0] > came - len(MORE)


def test_the_hubs_own_library_finds_it_without_a_network(bring, hub, cache):
    bring(ENCODER, VAE)
    asked = len(hub.asked)
    file = huggingface_hub.hf_hub_download("me/vae", "ae.safetensors", cache_dir=cache, local_files_only=True)
    assert Path(file).read_bytes() == WEIGHTS
    folder = Path(huggingface_hub.snapshot_download("me/encoder", cache_dir=cache, local_files_only=True))
    assert folder.name == OLD and (folder / "te" / "model-2.safetensors").read_bytes() == MORE
    # newer ones ask for things of their own, but for no file
    assert not [path for _, path, *_ in hub.asked[asked:] if "/me/" in path]


def test_what_is_whole_asks_nothing_of_the_network(bring, hub):
    bring(ENCODER, VAE)
    hub.asked.clear()
    assert bring(ENCODER, VAE).state.value == "completed" and hub.asked == []


def test_only_what_is_missing_is_counted_and_fetched(bring, hub, cache):
    bring(ENCODER)
    pointer = snapshot(cache, "me/encoder") / "te" / "model-2.safetensors"
    pointer.resolve().unlink()
    assert [(one.part.label, one.size) for one in lacking([ENCODER, VAE])] == [
        ("text encoder", ENCODER.size - 5000 - len(INDEX) - 8),
        ("VAE", 5000),
    ]
    hub.asked.clear()
    assert bring(ENCODER).state.value == "completed" and pointer.read_bytes() == MORE
    assert given(hub) == [f"/me/encoder/resolve/{OLD}/te/model-2.safetensors"]


def test_a_file_that_was_cut_off_is_continued(bring, hub, cache, monkeypatch):
    monkeypatch.setattr(http_fetch, "TRIES", 1)
    hub.cut = [2000]
    job = bring(VAE)
    assert job.error.code == "network_unreachable" and not has_part(cache, VAE)
    assert [one.size for one in lacking([VAE])] == [3000], "what came counts"
    assert bring(VAE).state.value == "completed" and held(cache, "me/vae") == {"ae.safetensors": WEIGHTS}
    assert [wanted for method, path, wanted, _ in hub.asked if path.startswith("/cdn/")] == [
        "",
        "bytes=2000-",
    ]


def test_what_other_programs_have_in_the_cache_stays_their_commit_and_is_filled_up(bring, hub, cache):
    """Their newest is not turned back to the record's commit."""
    hub.put("me/encoder", NEW, **{**FILES, "tok/vocab.json": "[2]"})
    theirs = repository_folder(cache, "me/encoder")
    (theirs / "refs").mkdir(parents=True)
    (theirs / "refs" / "main").write_text(NEW)
    (theirs / "snapshots" / NEW).mkdir(parents=True)
    (theirs / "snapshots" / NEW / "config.json").write_text("{}")
    assert bring(ENCODER).state.value == "completed"
    assert (
        main_commit(cache, "me/encoder") == NEW and held(cache, "me/encoder", NEW)["tok/vocab.json"] == b"[2]"
    )
    assert held(cache, "me/encoder") == {}


def test_a_commit_that_the_hub_no_longer_has_gives_way_to_the_records(bring, hub, cache):
    theirs = repository_folder(cache, "me/vae")
    (theirs / "refs").mkdir(parents=True)
    (theirs / "refs" / "main").write_text("c" * 40)
    assert bring(VAE).state.value == "completed" and main_commit(cache, "me/vae") == OLD


def test_where_the_records_commit_is_gone_too_the_newest_is_taken_and_told(bring, hub, cache, task_house):  # noqa: F811
    """A history that was written anew must not end every training of that model."""
    del hub.repositories["me/vae"][OLD]
    hub.put("me/vae", NEW, **{"ae.safetensors": WEIGHTS})
    job = bring(VAE)
    assert job.state.value == "completed" and main_commit(cache, "me/vae") == NEW
    assert held(cache, "me/vae", NEW) == {"ae.safetensors": WEIGHTS} and lacking([VAE]) == []
    log = (task_house.paths.job(job.id) / "trainer.log").read_text()
    assert f"no longer has the revision {OLD[:12]}: its newest one, {NEW[:12]}, is taken" in log


def test_what_was_fetched_by_its_commit_alone_is_named_without_a_network(bring, hub, cache):
    folder = repository_folder(cache, "me/vae") / "snapshots" / OLD
    folder.mkdir(parents=True)
    (folder / "ae.safetensors").write_bytes(WEIGHTS)
    assert lacking([VAE]) == [] and bring(VAE).state.value == "completed"
    assert main_commit(cache, "me/vae") == OLD and hub.asked == []


def test_what_is_much_larger_than_was_told_is_told_and_comes_by_a_retry(
    bring,
    hub,
    cache,
    task_house,  # noqa: F811 - fixture
    monkeypatch,
):
    """The sizes that are told before a training are the record's, and nobody has asked the hub for them by then."""
    monkeypatch.setattr(hub_fetch, "_MORE_BYTES", 0)
    small = VAE.model_copy(update={"size": 3000})
    job = bring(ENCODER, small)
    assert (job.state.value, job.error.code) == ("failed", "download_larger"), job.error
    assert job.error.message.startswith("me/vae is ") and "Retry" in job.error.hint
    assert not [path for path in given(hub) if path.startswith("/me/vae")], "nothing of it came"
    task_house.ledger.requeue(job.id)
    job = task_house.run(lambda task: fetch_parts(task, [ENCODER, small], cache), job)
    assert job.state.value == "completed" and lacking([VAE]) == [], job.error
    kept = (task_house.paths.job(job.id) / hub_fetch.LARGER_FILE).read_text()
    assert json.loads(kept) == {"me/vae": 5000}


def test_a_little_more_than_was_told_is_nobodys_question(bring, cache, monkeypatch):
    monkeypatch.setattr(hub_fetch, "_MORE_BYTES", 0)
    assert bring(VAE.model_copy(update={"size": 4200})).state.value == "completed"
    assert lacking([VAE]) == []


def test_a_renamed_repository_is_followed_with_its_token_and_told(bring, hub, cache, task_house):  # noqa: F811
    hub.put("me/new-name", OLD, **{"ae.safetensors": WEIGHTS})
    del hub.repositories["me/vae"]
    hub.renamed["me/vae"], hub.gated["me/new-name"] = "me/new-name", "hf_mine"
    job = bring(VAE, token="hf_mine")
    assert job.state.value == "completed" and held(cache, "me/vae") == {"ae.safetensors": WEIGHTS}
    assert "me/vae is called me/new-name now" in (task_house.paths.job(job.id) / "trainer.log").read_text()


def test_a_token_goes_to_the_hub_alone(bring, hub):
    bring(VAE, token="hf_mine")
    told = {(path.startswith("/cdn/"), token) for _, path, _, token in hub.asked}
    assert told == {(False, "Bearer hf_mine"), (True, "")}


@pytest.mark.parametrize(
    ("trouble", "token", "code", "words"),
    [
        (lambda hub: hub.gated.update({"me/vae": "hf_other"}), "", "model_gated", "accept a licence before"),
        (lambda hub: hub.gated.update({"me/vae": "hf_other"}), "hf_mine", "model_gated", "accept a licence before"),
        (lambda hub: hub.repositories.pop("me/vae"), "", "repository_missing", "no repository me/vae"),
        (lambda hub: hub.repositories.pop("me/vae"), "hf_mine", "repository_missing", "renamed or made private"),
        (lambda hub: hub.repositories["me/vae"].clear(), "", "download_missing", f"the revision {OLD[:12]}"),
        (lambda hub: hub.repositories["me/vae"][OLD].clear(), "", "download_missing", "no longer has ae.safetensors"),
        (lambda hub: hub.tampered.update({etag(WEIGHTS): os.urandom(5000)}), "", "download_damaged", "doesn't match"),
    ],
)  # fmt: skip
def test_a_refusal_is_told_as_what_it_is(bring, hub, cache, trouble, token, code, words):
    trouble(hub)
    job = bring(VAE, token=token)
    assert (
        (job.state.value, job.error.code) == ("failed", code)
        and words in job.error.message
        and job.error.hint
    )
    assert main_commit(cache, "me/vae") == "" and not list(cache.rglob("*.part"))


def test_a_small_file_with_other_content_is_refused_too(bring, hub, cache):
    hub.tampered[etag(b"[1]")] = b"[9]"
    assert bring(ENCODER).error.code == "download_damaged" and not has_part(cache, ENCODER)


def test_a_disk_without_room_is_told_before_anything_large_comes(bring, hub, cache, monkeypatch):
    monkeypatch.setattr(http_fetch.shutil, "disk_usage", lambda where: type("Usage", (), {"free": 3000})())
    job = bring(VAE)
    assert (job.state.value, job.error.code) == (
        "paused",
        "disk_full",
    ) and "me/vae needs" in job.error.message
    assert not [path for _, path, _, _ in hub.asked if path.startswith("/cdn/")]


def test_where_links_cannot_be_made_the_snapshot_holds_the_files(bring, hub, cache, monkeypatch):
    def refused(self, target):
        raise OSError("a privilege is missing")

    monkeypatch.setattr(Path, "symlink_to", refused)
    assert bring(ENCODER).state.value == "completed" and has_part(snapshot(cache, "me/encoder"), ENCODER)
    assert held(cache, "me/encoder")["te/model-1.safetensors"] == WEIGHTS
    hub.asked.clear()
    assert bring(ENCODER).state.value == "completed" and hub.asked == []


def test_a_cancel_ends_the_wait_for_another_training_that_fetches_the_same(task_house, hub, cache, tmp_path):  # noqa: F811
    (cache / ".locks").mkdir(parents=True)
    other = hub_fetch.FileLock(cache / ".locks" / "isengard--me--vae.lock")
    assert other.acquire()
    job = task_house.run_until(
        lambda task: fetch_parts(task, [VAE], cache), lambda job: job.state.value == "running"
    )
    other.release()
    assert job.state.value == "cancelled" and hub.asked == []
