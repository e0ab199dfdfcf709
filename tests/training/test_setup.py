"""Setting up a trainer from a local source with the real uv: good, broken, wrong, cut off, cancelled, no room, removed."""

from __future__ import annotations

import importlib.util
import io
import subprocess
import sys
import tarfile
import urllib.request
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from isengard.core.ids import new_id
from isengard.core.records.job import Job
from isengard.core.settings import Settings
from isengard.training.backends.ai_toolkit import locate
from isengard.training.backends.ai_toolkit.setup import service
from isengard.training.backends.ai_toolkit.setup.install import Installer, own_packages
from isengard.training.backends.ai_toolkit.setup.marker import STEPS, Marker
from isengard.training.backends.ai_toolkit.setup.pins import EnvironmentPin, Pins
from isengard.training.downloads import http_fetch
from isengard.training.worker.main import make_registry
from isengard.training.worker.task_kinds import works
from support.task_fixtures import task_house  # noqa: F401 - fixture

SOURCE = Path(__file__).resolve().parents[1] / "fakes" / "trainer_source"
LOCK = (
    "toml==0.10.2 \\\n    --hash=sha256:806143ae5bfb6a3c6e736a764057db0e6a0e05e338b5630894a5f779cabb4f9b\n"
    "left-out==1.0 \\\n    --hash=sha256:" + "0" * 64 + "\n"
)
pytestmark = pytest.mark.slow


def archive(where: Path, *, change=None) -> tuple[str, str]:
    """(file: address, git's own id of the files) of the stand-in's source."""
    checkout = where / "checkout"
    checkout.mkdir(parents=True)
    for file in SOURCE.glob("*.py"):
        (checkout / file.name).write_bytes(file.read_bytes())
    (checkout / "deep" / "er").mkdir(parents=True)
    (checkout / "deep" / "er" / "x.txt").write_text("x")
    (checkout / "deep.txt").write_text("sorts between deep and deep/")
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=checkout, check=True)
    tree = subprocess.run(["git", "write-tree"], cwd=checkout, check=True, capture_output=True, text=True)
    if change:
        change(checkout)
    file = where / "source.tar.gz"
    with tarfile.open(file, "w:gz") as tar:
        for path in sorted(checkout.rglob("*")):
            if ".git" not in path.parts:
                tar.add(path, f"trainer-main/{path.relative_to(checkout)}", recursive=False)
    return file.as_uri(), tree.stdout.strip()


def freeze() -> str:
    """What `pip freeze` says of the Python we run in, which in real life is ComfyUI's; by uv where it has no pip."""
    own = [sys.executable, "-m", "pip", "freeze", "--all"]
    command = own if importlib.util.find_spec("pip") else ["uv", "pip", "freeze", "--python", sys.executable]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(autouse=True)
def python_source(tmp_path, monkeypatch):
    """Where uv would fetch a Python of its own from: nothing is there, and the network is not asked."""
    where = tmp_path / "pythons"
    monkeypatch.setenv("UV_PYTHON_INSTALL_MIRROR", where.as_uri())
    return where


@pytest.fixture
def locks(tmp_path):
    folder = tmp_path / "locks"
    folder.mkdir()
    (folder / "test.txt").write_text(LOCK)
    return folder


@pytest.fixture
def make(paths, tmp_path, locks):
    """An installer's work for a source; environment and check are small."""

    def make(url, tree, **changes):
        environment = EnvironmentPin(
            **{"name": "test", "system": "Linux", "lock": "test.txt", "without": ["left-out"], **changes},
            download_gb=0.001,
            disk_gb=0.001,
        )
        python = f"{subprocess.sys.version_info[0]}.{subprocess.sys.version_info[1]}"
        record = Pins(
            repository=url, commit="c" * 40, version="0.12.26", tree=tree, licence="MIT", python=python,
            ram_gb=1, environments=[environment],
        )  # fmt: skip
        home = paths.backends / "ai-toolkit"
        maker = SOURCE / "make_job.py"
        return lambda task: Installer(task, record, environment, home, locks=locks, maker=maker).install()

    return make


@pytest.fixture
def folder(paths):
    return paths.backends / "ai-toolkit" / ("c" * 12)


def test_a_trainer_is_installed_tried_out_found_and_removed(
    task_house,  # noqa: F811
    make,
    tmp_path,
    folder,
    paths,
    python_source,
):
    frozen = freeze()
    (folder.parent / "tmp" / "what-a-killed-pip-leaves").mkdir(parents=True)
    job = task_house.run(make(*archive(tmp_path / "a")))
    assert job.state.value == "completed", (
        job.error,
        (task_house.paths.job(job.id) / "trainer.log").read_text(),
    )
    assert Marker.read(folder).complete and freeze() == frozen and not (folder.parent / "tmp").exists()
    found, state = locate.find(Settings(), paths)
    assert state.state == "ready" and found.folder == folder and found.version == "0.12.26"
    assert found.python.is_relative_to(folder), "the trainer has its own Python"
    log = (paths.job(job.id) / "trainer.log").read_text()
    assert "trained" in log and str(folder / "venv") in log
    assert f"{python_source}/" in log, "a Python of its own was not asked for before the system's"
    phases = [
        e.data["progress"]["phase"] for e in task_house.ledger.events_after(0) if e.type == "job.progress"
    ]
    for phase in (
        "fetching_source",
        "unpacking",
        "installing",
        "trying",
    ):
        assert phase in phases
    is_kept_while_it_can_train(task_house, make, tmp_path, folder)
    mine = paths.backends / "ai-toolkit" / "my-own"
    mine.mkdir()
    (mine / "keep.txt").write_text("the person's own")
    removal = task_house.run(lambda task: service.uninstall(task, paths))
    assert removal.state.value == "completed" and not folder.exists() and (mine / "keep.txt").exists()
    assert locate.find(Settings(), paths)[1].state == "not_installed"


def is_kept_while_it_can_train(task_house, make, tmp_path, folder):  # noqa: F811
    """Retry of a set-up that failed before another one succeeded took the trainer away, and without a network nothing came back."""
    mark = folder / "venv" / "mark"
    mark.touch()
    without_network = make((tmp_path / "gone.tar.gz").as_uri(), "")
    assert task_house.run(without_network).state.value == "completed"
    assert mark.exists() and Marker.read(folder).complete
    (folder / "run.py").write_text("raise SystemExit(1)")
    again = task_house.run(make(*archive(tmp_path / "again")))
    assert again.state.value == "completed" and not mark.exists() and Marker.read(folder).complete


def test_a_removal_that_was_cut_off_goes_on_and_leaves_nothing(task_house, paths, folder, monkeypatch):  # noqa: F811
    (folder / "venv" / "lib").mkdir(parents=True)
    (folder / "run.py").write_text("")
    for emptied in ("cache", "tmp"):
        (folder.parent / emptied / "a").mkdir(parents=True)
    Marker("test", "0.12.26", list(STEPS)).write(folder)
    whole = service.shutil.rmtree

    def cut_off(where, *more):
        if where.name == "venv":
            raise PermissionError(13, "in use", str(where / "torch.dll"))
        whole(where, *more)

    monkeypatch.setattr(service.shutil, "rmtree", cut_off)
    job = task_house.run(lambda task: service.uninstall(task, paths))
    assert (job.state.value, job.error.code) == ("failed", "files_in_use"), (
        "it told to start a training again"
    )
    assert "torch.dll could not be deleted: in use." in job.error.message
    assert Marker.read(folder) is not None and locate.find(Settings(), paths)[1].state == "broken"
    monkeypatch.undo()
    task_house.ledger.requeue(job.id)
    again = task_house.run(lambda task: service.uninstall(task, paths), task_house.ledger.get(job.id))
    assert again.state.value == "completed" and not folder.parent.exists()


@pytest.mark.parametrize("action", ["uninstall", "install"])
def test_a_trainer_that_began_to_train_while_its_removal_waited_stays(task_house, paths, folder, action):  # noqa: F811
    """The removal stood in line behind a download; then it took the trainer away from under the training."""
    folder.mkdir(parents=True)
    Marker("test", "0.12.26", list(STEPS)).write(folder)
    ledger, at = task_house.ledger, "2026-08-20T10:00:00Z"
    job = task_house.submit(request={"action": action}, backend="ai_toolkit")
    training = Job(id=new_id("job"), needs="gpu", backend="ai_toolkit", created_at=at, updated_at=at)
    ledger.submit(training)
    ledger.claim(worker_id="w", owner="w-2", needs={"gpu"})
    task_house.tools = replace(task_house.tools, registry=make_registry(Settings(), paths))
    work = works(task_house.tools.registry, ledger)["backend_setup"]
    ended = task_house.run(work, job)
    assert (ended.state.value, ended.error.code) == ("failed", "backend_in_use")
    assert Marker.read(folder).complete
    ledger.order(training.id, "cancel")


def test_a_source_that_is_not_the_pinned_commit_is_refused(task_house, make, tmp_path, folder):  # noqa: F811
    def tampered(checkout):
        (checkout / "run.py").write_text("print('evil')")

    job = task_house.run(make(*archive(tmp_path / "a", change=tampered)))
    assert (job.state.value, job.error.code) == ("failed", "source_damaged")
    assert not Marker.read(folder).done and not (folder / "run.py").exists()


@pytest.mark.parametrize(
    "name", ["trainer/../../evil.py", "trainer//etc/evil", "trainer/a:b", "trainer/..\\evil"]
)
def test_names_that_lead_outside_are_refused(task_house, make, tmp_path, name):  # noqa: F811
    file = tmp_path / "evil.tar.gz"
    with tarfile.open(file, "w:gz") as tar:
        entry = tarfile.TarInfo(name)
        entry.size = 4
        tar.addfile(entry, io.BytesIO(b"evil"))
    before = set(tmp_path.rglob("evil*"))
    job = task_house.run(make(file.as_uri(), ""))
    assert (job.state.value, job.error.code) == ("failed", "source_damaged")
    assert set(tmp_path.rglob("evil*")) == before


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_refused(task_house, make, tmp_path, kind):  # noqa: F811
    file = tmp_path / "links.tar.gz"
    with tarfile.open(file, "w:gz") as tar:
        entry = tarfile.TarInfo("trainer/link")
        entry.type, entry.linkname = kind, "/etc/passwd"
        tar.addfile(entry)
    job = task_house.run(make(file.as_uri(), ""))
    assert (job.state.value, job.error.code) == ("failed", "source_damaged")


@pytest.mark.full
def test_an_archive_cut_in_the_middle_is_fetched_again(task_house, make, tmp_path, folder):  # noqa: F811
    url, tree = archive(tmp_path / "a")
    file = Path(urllib.request.url2pathname(url.removeprefix("file://")))
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    job = task_house.run(make(url, tree))
    assert (job.state.value, job.error.code) == ("failed", "source_damaged")
    file.write_bytes(whole)
    task_house.ledger.requeue(job.id)
    assert task_house.run(make(url, tree), task_house.ledger.get(job.id)).state.value == "completed"


def test_a_package_that_is_not_the_locked_one_is_refused_and_the_next_attempt_goes_on(
    task_house,  # noqa: F811
    make,
    tmp_path,
    locks,
    folder,
):
    (locks / "test.txt").write_text(LOCK.replace("806143", "906143"))
    cut_off = folder.parent / "cache" / ".tmpWhatAKilledUvLeaves"
    (cut_off / "torch").mkdir(parents=True)
    work = make(*archive(tmp_path / "a"))
    job = task_house.run(work)
    assert (job.state.value, job.error.code) == ("failed", "packages_failed")
    assert Marker.read(folder).done == ["source", "python"] and not cut_off.exists()
    (locks / "test.txt").write_text(LOCK)
    (tmp_path / "a" / "source.tar.gz").unlink()  # what is done is not done again
    task_house.ledger.requeue(job.id)
    assert task_house.run(work, task_house.ledger.get(job.id)).state.value == "completed"


def test_a_cancel_in_the_middle_leaves_what_is_done(task_house, make, tmp_path, folder):  # noqa: F811
    work = make(*archive(tmp_path / "a"))
    job = task_house.run_until(work, lambda job: job.progress.phase in ("making_python", "fetching_uv"))
    assert job.state.value == "cancelled" and "source" in Marker.read(folder).done
    task_house.ledger.requeue(job.id)
    assert task_house.run(work, task_house.ledger.get(job.id)).state.value == "completed"


def test_a_trainer_that_cannot_train_is_not_called_installed(task_house, make, tmp_path, folder, paths):  # noqa: F811
    def broken(checkout):
        (checkout / "run.py").write_text("raise SystemExit('no')")

    url, _ = archive(tmp_path / "a", change=broken)
    job = task_house.run(make(url, ""))
    assert (job.state.value, job.error.code) == ("failed", "backend_broken")
    assert locate.find(Settings(), paths)[0] is None


def test_without_room_nothing_is_begun(task_house, make, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(http_fetch.shutil, "disk_usage", lambda where: type("Usage", (), {"free": 1000}))
    job = task_house.run(make(*archive(tmp_path / "a")))
    assert (job.state.value, job.error.code) == ("paused", "disk_full")


def test_packages_that_change_in_comfyuis_python_are_noticed(task_house, make, tmp_path, monkeypatch):  # noqa: F811
    """ComfyUI's own Python must be as it was: something is put into it while the trainer is being unpacked."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))

    def intrude(task):
        intruder = site / "intruder-1.0.dist-info"
        intruder.mkdir()
        (intruder / "METADATA").write_text("Metadata-Version: 2.1\nName: intruder\nVersion: 1.0\n")
        check(task)

    work = make(*archive(tmp_path / "a"))
    check = Installer._check
    monkeypatch.setattr(Installer, "_check", intrude)
    job = task_house.run(work)
    assert (job.state.value, job.error.code) == ("failed", "comfyui_python_changed")


@pytest.mark.parametrize("said", [None, "", "Metadata-Version: 2.1\n", "Name: Half\n"])
def test_a_package_of_comfyuis_python_without_its_description_is_passed_over(tmp_path, monkeypatch, said):
    """A pip that was cut off (on Windows: by a file in use) leaves folders that tell neither name nor version."""
    before = own_packages()
    broken = tmp_path / "half-1.0.dist-info"
    broken.mkdir()
    if said is not None:
        (broken / "METADATA").write_text(said)
    monkeypatch.syspath_prepend(str(tmp_path))
    named = {("half", "None")} if said and "Name" in said else set()
    assert own_packages() - before == named


def test_a_trees_id_is_gits_own(tmp_path):
    from isengard.training.backends.ai_toolkit.setup.source import _git_id, tree_id

    _, expected = archive(tmp_path / "a")
    checkout = tmp_path / "a" / "checkout"
    files = {
        PurePosixPath(file.relative_to(checkout)): ("100644", _git_id("blob", file.read_bytes()))
        for file in checkout.rglob("*")
        if file.is_file() and ".git" not in file.parts
    }
    assert tree_id(files).hex() == expected
