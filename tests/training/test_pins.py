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
    fitting = {
        ("Linux", 590, "", "NVIDIA"): "linux-cu130",
        ("Linux", 550, "", "NVIDIA"): "linux-cu128",
        ("Windows", 581, "", "NVIDIA"): "windows-cu130",
        ("Linux", 590, "12.0", "NVIDIA"): "linux-cu130",
        ("Linux", 590, "7.0", "NVIDIA"): "linux-cu128",
        ("Linux", 0, "", "AMD"): "linux-rocm",
        ("Darwin", 0, "", "Apple"): "macos-arm64",
    }
    for machine, name in fitting.items():
        for allow_cpu in (False, True):
            assert pins.environment_for(record, Machine(*machine), allow_cpu=allow_cpu).name == name
    assert pins.environment_for(record, Machine("Linux", 0), allow_cpu=True).name == "linux-cpu"
    refused = {
        ("Linux", 0): "gpu_missing",
        ("Linux", 470, "", "NVIDIA"): "driver_too_old",
        ("Linux", 590, "13.0", "NVIDIA"): "gpu_too_new",
        ("Windows", 590, "6.1", "NVIDIA"): "gpu_too_old",
        ("Windows", 0, "", "AMD"): "gpu_missing",
        ("Darwin", 0): "gpu_missing",
        ("FreeBSD", 0): "system_unsupported",
    }
    for machine, code in refused.items():
        with pytest.raises(NotReadyError) as caught:
            pins.environment_for(record, Machine(*machine), allow_cpu=False)
        assert caught.value.code == code and caught.value.hint


def test_what_nobody_has_run_says_so_and_every_environment_has_its_lock():
    for pin in pins.shipped().environments:
        assert (pins.LOCKS / pin.lock).is_file()
        assert pin.maker in ("NVIDIA", "AMD", "Apple", "") and bool(pin.min_driver) == (pin.maker == "NVIDIA")
        if pin.maker in ("AMD", "Apple"):
            assert pin.status == "experimental"
    kinds = {
        lock.stem: {line.split("==")[0] for line in lock.read_text().splitlines() if "==" in line}
        for lock in pins.LOCKS.glob("*.txt")
    }
    usual = {
        name
        for name in kinds["linux-cu130"]
        if not name.startswith(("nvidia-", "cuda-")) and name != "triton"
    }
    assert kinds["macos-arm64"] == usual, "the same packages, in the same versions"
    assert kinds["linux-rocm"] == usual - {"torch", "torchvision", "torchaudio"}


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
    assert {environment.name for environment in bare} == {"windows-cu130", "linux-rocm"}
    assert all("==" in package for environment in bare for package in environment.first)
    root = Path(pins.__file__).parents[4]
    for page, promises in (("README.md", 2), ("docs/registry-scan.md", 2)):
        text = (root / page).read_text(encoding="utf-8")
        told = [line for line in text.splitlines() if "by exact version" in line]
        assert len(told) == promises and all("Windows" in line and "AMD" in line for line in told), page


def test_the_owners_own_source_is_theirs_to_choose():
    chosen = pins.chosen(Settings(ai_toolkit_repo="https://example.org/fork.git", ai_toolkit_ref="v1"))
    assert chosen.archive_url == "https://example.org/fork/archive/v1.tar.gz" and chosen.tree == ""
    assert pins.chosen(Settings()).tree == pins.shipped().tree
