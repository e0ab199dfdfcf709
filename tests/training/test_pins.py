"""What is installed: one pinned environment for each system, CUDA generation and GPU, and what fits none is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from isengard.core.errors import NotReadyError
from isengard.core.families.families import Families
from isengard.core.settings import Settings
from isengard.training.backends.ai_toolkit.backend import AiToolkitBackend
from isengard.training.backends.ai_toolkit.setup import pins
from isengard.training.backends.ai_toolkit.setup.marker import STEPS, Marker
from isengard.training.backends.ai_toolkit.setup.pins import Machine
from support.gpu_fixtures import gpu  # noqa: F401 - fixture


def test_which_environment_fits():
    record = pins.shipped()
    assert pins.environment_for(record, Machine("Linux", 590), allow_cpu=False).name == "linux-cu130"
    assert pins.environment_for(record, Machine("Linux", 550), allow_cpu=False).name == "linux-cu128"
    assert pins.environment_for(record, Machine("Linux", 0), allow_cpu=True).name == "linux-cpu"
    assert pins.environment_for(record, Machine("Windows", 581), allow_cpu=False).name == "windows-cu130"
    assert pins.environment_for(record, Machine("Linux", 590, "12.0"), allow_cpu=False).name == "linux-cu130"
    assert pins.environment_for(record, Machine("Linux", 590, "7.0"), allow_cpu=False).name == "linux-cu128"
    refused = {
        ("Linux", 0, ""): "gpu_missing",
        ("Linux", 470, ""): "driver_too_old",
        ("Linux", 590, "13.0"): "gpu_too_new",
        ("Windows", 590, "6.1"): "gpu_too_old",
        ("Darwin", 0, ""): "system_unsupported",
    }
    for machine, code in refused.items():
        with pytest.raises(NotReadyError) as caught:
            pins.environment_for(record, Machine(*machine), allow_cpu=False)
        assert caught.value.code == code and caught.value.hint


@pytest.mark.parametrize(
    ("compute", "code", "words"),
    [
        ("8.9", None, ""),
        ("13.0", "gpu_too_new", "Update Isengard"),
        ("7.0", "gpu_too_old", "set it up again"),
    ],
)
def test_a_gpu_that_the_installed_packages_cannot_use_blocks_the_training(paths, gpu, compute, code, words):  # noqa: F811
    """`7.0` could use the packages for CUDA 12.8: those are advised."""
    folder = paths.backends / "ai-toolkit" / "abc"
    (folder / "venv" / "bin").mkdir(parents=True)
    (folder / "venv" / "bin" / "python").write_text("")
    (folder / "run.py").write_text("")
    Marker("linux-cu130", "0.12.26", list(STEPS)).write(folder)
    gpu.set(compute_cap=compute)
    backend = AiToolkitBackend(Settings(), paths, Families())
    found = {finding.code: finding for finding in backend._gpu_findings()}
    assert set(found) == ({code} if code else set())
    if code:
        assert words in found[code].message and found[code].fix == "setup_backend"


def test_the_shipped_locks_name_every_file_by_hash_and_no_address():
    for lock in pins.LOCKS.glob("*.txt"):
        text = lock.read_text()
        blocks = text.replace("\\\n", " ").splitlines()
        assert blocks and all("==" in block and "--hash=sha256:" in block for block in blocks), lock.name
        assert "://" not in text and "git+" not in text


def test_what_is_fetched_without_a_hash_is_named_where_hashes_are_promised():
    """PyTorch's own index has builds that no lock of ours can name: pages that speak of checked files say so."""
    bare = [environment for environment in pins.shipped().environments if environment.first]
    assert {environment.system for environment in bare} == {"Windows"}
    assert all("==" in package for environment in bare for package in environment.first)
    root = Path(pins.__file__).parents[4]
    for page, promises in (("README.md", 2), ("docs/registry-scan.md", 2)):
        text = (root / page).read_text(encoding="utf-8")
        told = [line for line in text.splitlines() if "by exact version" in line]
        assert len(told) == promises and "Windows" in text, page


def test_the_owners_own_source_is_theirs_to_choose():
    chosen = pins.chosen(Settings(ai_toolkit_repo="https://example.org/fork.git", ai_toolkit_ref="v1"))
    assert chosen.archive_url == "https://example.org/fork/archive/v1.tar.gz" and chosen.tree == ""
    assert pins.chosen(Settings()).tree == pins.shipped().tree
