"""What every captioner must do, run as the work of a job: `fast_test`, and `ai_toolkit` over the stand-in."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from isengard.core import atomic
from isengard.core.settings import Settings
from isengard.training.backends.ai_toolkit.captioner import AiToolkitCaptioner
from isengard.training.backends.fast_test.captioner import PlaceholderCaptioner
from isengard.training.captioning.interface import ORDER_FILE, PHOTOS, AskedPhoto, Captioning
from support.task_fixtures import task_house  # noqa: F401 - fixture

STANDIN = Path(__file__).resolve().parents[1] / "fakes" / "aitk_standin"
FILES = ("0001.jpg", "0002.png", "0003.jpg")


@pytest.fixture(params=["fast_test", "ai_toolkit"])
def captioner(request, paths, tmp_path):
    if request.param == "fast_test":
        return PlaceholderCaptioner(True)
    folder = tmp_path / "ai toolkit ü"
    folder.mkdir()
    for file in STANDIN.glob("*.py"):
        (folder / file.name).symlink_to(file)
    settings = Settings(ai_toolkit_dir=str(folder), ai_toolkit_python=sys.executable, allow_cpu=True)
    return AiToolkitCaptioner(settings, paths)


@pytest.fixture
def asked(task_house):  # noqa: F811
    """Three photos of a person in a queued job's folder."""
    order = Captioning(
        "chr_x", "annqvx", "person", [AskedPhoto(f"pho_{n}", file) for n, file in enumerate(FILES)]
    )

    def prepare(folder):
        (folder / PHOTOS).mkdir()
        for file in FILES:
            (folder / PHOTOS / file).write_bytes(file.encode())
        atomic.write_json(folder / ORDER_FILE, order.to_json())

    return task_house.submit("captioning", prepare=prepare)


def test_it_says_what_it_is(captioner):
    capabilities = captioner.capabilities()
    assert capabilities.name == captioner.name and capabilities.label and capabilities.needs == "cpu"
    assert captioner.state().state == "ready"


def test_photos_are_described_in_prose_step_by_step_and_left_as_they_are(task_house, captioner, asked):  # noqa: F811
    said = {}
    job = task_house.run(lambda task: said.update(captioner.describe(task, Captioning.read(task.dir))), asked)
    assert job.state.value == "completed", job.error
    assert set(said) == set(FILES) and all(text.strip() for text in said.values())
    told = [e.data["progress"] for e in task_house.ledger.events_after(0) if e.type == "job.progress"]
    steps = [progress["step"] for progress in told if progress["total_steps"]]
    assert steps == sorted(steps) and steps[-1] <= len(FILES) and told[-1]["phase"] == "captioning"
    folder = task_house.paths.job(asked.id) / PHOTOS
    assert all((folder / file).read_bytes() == file.encode() for file in FILES)


def test_a_photo_that_is_gone_is_left_out(task_house, captioner, asked):  # noqa: F811
    (task_house.paths.job(asked.id) / PHOTOS / FILES[1]).unlink()
    said = {}
    job = task_house.run(lambda task: said.update(captioner.describe(task, Captioning.read(task.dir))), asked)
    assert job.state.value == "completed" and set(said) == {FILES[0], FILES[2]}


def test_a_wish_to_stop_is_obeyed(task_house, captioner, asked):  # noqa: F811
    def work(task):
        task_house.ledger.order(asked.id, "cancel")
        captioner.describe(task, Captioning.read(task.dir))

    assert task_house.run(work, asked).state.value == "cancelled"
