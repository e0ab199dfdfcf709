"""Which GPUs may be used: nvidia-smi and amd-smi tell of every card, the owner's variables say which are meant."""

from __future__ import annotations

import json

import pytest
from isengard.core.clock import SystemClock
from isengard.core.loras.versions import VersionStore
from isengard.core.records.worker import Gpu
from isengard.core.settings import Settings
from isengard.training.gpu.gpu_lock import GpuHold
from isengard.training.machine import visible_gpus
from isengard.training.machine.gpus import gpus
from isengard.training.machine.os_locks import gpu_lock
from isengard.training.worker import main
from isengard.training.worker.doorbell import Doorbell
from isengard.training.worker.runner import Tools
from support.gpu_fixtures import gpu  # noqa: F401 - fixture

MIB = 1024**2
DESK, LARGE = "GPU-1111aaaa-0000-0000-0000-000000000001", "GPU-2222bbbb-0000-0000-0000-000000000002"


@pytest.fixture
def two(gpu, monkeypatch):  # noqa: F811
    """A small card for the screen, and behind it the one that ComfyUI is started with."""
    rows = [(DESK, "GT 1030", 2_000), (LARGE, "RTX 4090", 24_000)]
    cards = [{"uuid": uuid, "name": name, "memory.total": size, "memory.free": size - 100, "compute_cap": "8.9"} for uuid, name, size in rows]  # fmt: skip
    (gpu.path / "state.json").write_text(json.dumps({"gpus": cards, "processes": []}))
    for name in ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        (None, [DESK, LARGE]),
        ("1", [LARGE]),
        ("1,0", [LARGE, DESK]),
        (", ".join(map(str, [1, 0, *range(2, 32)])), [LARGE, DESK]),  # --default-device 1
        ("GPU-2222", [LARGE]),
        ("0,-1,1", [DESK]),
        ("", []),
        ("-1", []),
        ("7", []),
        ("1,1", [LARGE]),
        ("MIG-4f0b", [DESK, LARGE]),
    ],
)
def test_only_cards_that_may_be_used_are_listed(two, monkeypatch, said, seen):
    if said is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", said)
    assert [card.uuid for card in gpus()] == seen


def test_a_worker_trains_on_the_card_that_comfyui_was_given(two, house, monkeypatch):
    """It took the first of all, whoever's that was, and told that it had trained on it."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    settings = Settings(mode="fast-test", worker_concurrency=1)
    tools = Tools(house.paths, house.ledger, house.registry, VersionStore(house.paths, SystemClock()))
    worker = main.compose(tools, Doorbell(settings, house.paths), settings)
    (slot,) = [slot for slot in worker._slots if "gpu" in slot.needs]
    assert (slot.gpu.uuid, slot.gpu.index, slot.gpu.total_bytes) == (LARGE, 1, 24_000 * MIB)
    told = GpuHold(slot.gpu, gpu_lock("test")).environment
    assert told == {
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
        "CUDA_VISIBLE_DEVICES": "1",
        "HIP_VISIBLE_DEVICES": "1",
    }


@pytest.mark.parametrize(
    ("environment", "seen"),
    [
        ({}, [(0, "AMD-0"), (1, "AMD-1"), (2, "AMD-2")]),
        ({"HIP_VISIBLE_DEVICES": "2"}, [(2, "AMD-2")]),
        ({"CUDA_VISIBLE_DEVICES": "2"}, [(2, "AMD-2")]),
        ({"HIP_VISIBLE_DEVICES": "1", "CUDA_VISIBLE_DEVICES": "2"}, [(1, "AMD-1")]),
        ({"ROCR_VISIBLE_DEVICES": "2,1"}, [(0, "AMD-2"), (1, "AMD-1")]),
        ({"ROCR_VISIBLE_DEVICES": "2,1", "HIP_VISIBLE_DEVICES": "1"}, [(1, "AMD-1")]),
    ],
    ids=str,
)
def test_amds_cards_are_counted_as_hip_counts_them(environment, seen):
    cards = [Gpu(uuid=f"AMD-{n}", name="MI300X", total_bytes=1, free_bytes=1, maker="AMD") for n in range(3)]
    assert [(number, card.uuid) for number, card in visible_gpus.of_amd(cards, environment)] == seen
