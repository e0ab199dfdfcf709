"""GPUs of AMD and Apple: what their programs print becomes the same record, and what is trained on them is told.

Sizes and shapes of the output are those of real machines, as their owners published them: an Instinct MI300X on AMD's developer cloud (both
programs, one process), a Radeon AI PRO R9700 (rocm-smi), ROCm 7's `gpu_data` (AMD's documentation of amd-smi).
"""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace

import pytest
from isengard.core.families.families import Families
from isengard.core.records.worker import Gpu
from isengard.core.settings import Settings
from isengard.training.backends.ai_toolkit import config
from isengard.training.backends.ai_toolkit.backend import AiToolkitBackend
from isengard.training.backends.ai_toolkit.environment import torch_device
from isengard.training.backends.ai_toolkit.setup import service
from isengard.training.backends.ai_toolkit.setup.marker import STEPS, Marker
from isengard.training.gpu.gpu_handover import holders_of
from isengard.training.machine import amd_smi, apple_gpu
from isengard.training.machine.gpus import GpuSensor, gpu_processes, gpus
from support.trainer_configs import training_of

MIB = 1024**2
MI300X = {
    "gpu": 0,
    "mem_usage": {"total_vram": {"value": 196288, "unit": "MB"}, "used_vram": {"value": 2531, "unit": "MB"}},
}
ASIC = {
    "gpu": 0,
    "asic": {
        "market_name": "AMD Instinct MI300X VF",
        "asic_serial": "0x1A2B3C",
        "target_graphics_version": "gfx942",
    },
}
PROCESS = {
    "process_info": {
        "name": "/usr/bin/llama-server",
        "pid": 28389,
        "mem_usage": {"value": 2353860608, "unit": "B"},
    }
}
#: An older release: the size lies deeper, and has another name.
OLDER = {
    "process_info": {
        "name": "python3",
        "pid": 4242,
        "memory_usage": {"vram_mem": {"value": 512, "unit": "MB"}},
    }
}
R9700 = {
    "Temperature (Sensor edge) (C)": "35.0", "Card Series": "N/A", "Card Model": "0x7551", "GFX Version": "gfx1201",
    "VRAM Total Memory (B)": "34208743424", "VRAM Total Used Memory (B)": "29225381888",
}  # fmt: skip


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Programs on PATH that print what the test says for the beginning of a command line."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(name, **said):
        (folder / f"{name}.json").write_text(json.dumps(said))
        program = folder / name
        program.write_text(
            f"#!{sys.executable} -IS\nimport json, sys\n"
            f"said = json.load(open({str(folder / name)!r} + '.json'))\n"
            "text = said.get(sys.argv[1].lstrip('-'))\n"
            "sys.exit(2) if text is None else print(text if isinstance(text, str) else json.dumps(text))\n"
        )
        program.chmod(0o755)

    return put


def amd(programs, *, wrapped=False, processes=(), **more):
    def shaped(rows):
        return {"gpu_data": rows} if wrapped else rows

    programs("amd-smi", static=shaped([ASIC]), metric=shaped([{**MI300X, **more}]),
             process=shaped([{"gpu": 0, "process_list": list(processes)}]))  # fmt: skip


@pytest.mark.parametrize("wrapped", [True, False])
def test_amd_smi_becomes_the_same_record_in_either_shape(programs, wrapped):
    amd(
        programs,
        wrapped=wrapped,
        processes=[PROCESS, OLDER],
        temperature={"edge": {"value": 44, "unit": "C"}, "mem": "N/A"},
    )
    (card,) = gpus()
    assert (card.name, card.total_bytes, card.free_bytes) == (
        "AMD Instinct MI300X VF",
        205822885888,
        (196288 - 2531) * MIB,
    )
    assert (card.maker, card.uuid, card.compute) == ("AMD", "AMD-0-00000000001a2b3c", "")
    holders = [(one.pid, one.name, one.bytes) for one in gpu_processes(card)]
    assert holders == [(28389, "llama-server", 2353860608), (4242, "python3", 512 * MIB)]
    assert GpuSensor(card.uuid).read() == {"vram_used_bytes": 2531 * MIB, "temperature_c": 44}


def test_rocm_smi_is_asked_where_amd_smi_is_not_there(programs):
    programs(
        "rocm-smi",
        showproductname={"card0": R9700, "system": {"Driver version": "6.10.5"}},
        showmeminfo={"card0": R9700},
    )
    (card,) = gpus()
    assert (card.name, card.uuid, card.total_bytes) == ("0x7551", "AMD-0", 34208743424)
    assert card.free_bytes == 34208743424 - 29225381888 and gpu_processes(card) == []
    assert GpuSensor(card.uuid).read() == {"vram_used_bytes": 29225381888, "temperature_c": 35}


def test_both_programs_call_a_card_alike(programs):
    old = {
        "Card series": "Radeon RX 7900 XTX",
        "Unique ID": "0x1a2b3c",
        "VRAM Total Memory (B)": "25753026560",
    }
    programs("rocm-smi", showproductname={"card0": old})
    (by_rocm,) = gpus()
    amd(programs)
    assert gpus()[0].uuid == by_rocm.uuid == "AMD-0-00000000001a2b3c"
    assert by_rocm.free_bytes == by_rocm.total_bytes, "what is used was not told"


@pytest.mark.parametrize(
    "said",
    [
        "no json", [], {}, [1, "x"], {"gpu_data": "N/A"}, [{"gpu": "0"}], [{"gpu": 0, "mem_usage": "N/A"}],
        [{"gpu": 0, "mem_usage": {"total_vram": "N/A"}}], [{"gpu": 0, "mem_usage": {"total_vram": {"value": 5, "unit": "furlongs"}}}],
    ],
)  # fmt: skip
def test_an_answer_that_says_nothing_is_no_gpu(programs, said):
    programs("amd-smi", static=said, metric=said, process=said)
    programs("rocm-smi", showproductname=said, showmeminfo=said)
    card = Gpu(uuid="AMD-0", name="", total_bytes=1, free_bytes=1, maker="AMD")
    assert gpus() == [] == gpu_processes(card) and GpuSensor("AMD-0").read() == {}


@pytest.mark.parametrize(
    "entry", ["N/A", {"process_info": "No running processes detected"}, {"process_info": {"pid": "x"}}, None]
)
def test_nobody_computes_there(programs, entry):
    amd(programs, processes=[entry])
    assert gpu_processes(gpus()[0]) == []


def test_there_is_none_of_amds_where_its_programs_do_not_run(programs, monkeypatch):
    amd(programs)
    monkeypatch.setattr(amd_smi.platform, "system", lambda: "Windows")
    assert gpus() == []


# --- Apple ---


@pytest.fixture
def mac(programs, monkeypatch):
    def make(memory, free, chip="Apple M2 Max", machine="arm64"):
        programs("sysctl", n=f"{memory * 1024**3}\n{chip}")
        monkeypatch.setattr(apple_gpu.platform, "system", lambda: "Darwin")
        monkeypatch.setattr(apple_gpu.platform, "machine", lambda: machine)
        memory_now = SimpleNamespace(available=free * 1024**3)
        monkeypatch.setattr(apple_gpu.psutil, "virtual_memory", lambda: memory_now)

    return make


@pytest.mark.parametrize(("memory", "takes"), [(16, 16 * 2 / 3), (36, 24), (64, 48), (192, 144)])
def test_a_macs_gpu_has_a_share_of_its_memory(mac, memory, takes):
    mac(memory, free=8)
    (card,) = gpus()
    assert (card.maker, card.name, card.uuid) == ("Apple", "Apple M2 Max", "Apple-GPU")
    assert card.total_bytes == int(takes * 1024**3) and card.free_bytes == 8 * 1024**3
    assert gpu_processes(card) == [] and GpuSensor(card.uuid).read() == {}


def test_a_mac_with_a_lot_free_has_no_more_free_than_its_gpu_may_take(mac):
    mac(64, free=60)
    assert gpus()[0].free_bytes == 48 * 1024**3


def test_an_intel_mac_and_a_translated_python_have_none(mac):
    mac(16, free=8, machine="x86_64")
    assert gpus() == []


# --- what is trained and told there ---


def card_of(maker, name="X"):
    return Gpu(uuid=f"{maker}-0", name=name, total_bytes=24 * 1024**3, free_bytes=24 * 1024**3, maker=maker)


def process(tmp_path, device, **more):
    family = Families().get("flux2_klein_4b")
    built = config.build(tmp_path, training_of(family, "quick", **more), family, device=device)
    return built["config"]["process"][0]


def test_rocm_is_told_the_same_as_cuda(tmp_path):
    assert torch_device([card_of("AMD")]) == torch_device([card_of("NVIDIA")]) == "cuda"
    assert process(tmp_path, "cuda") == process(tmp_path, torch_device([card_of("AMD")]))


def test_a_mac_is_told_what_its_gpu_can_do_and_nothing_else_changes(tmp_path):
    usual, there = process(tmp_path, "cuda"), process(tmp_path, torch_device([card_of("Apple")]))
    assert (
        there["device"] == "mps"
        and there["train"]["optimizer"] == "adamw"
        and there["train"]["dtype"] == "bf16"
    )
    model = there["model"]
    assert (model["quantize"], model["qtype"], model["qtype_te"], model["low_vram"]) == (
        True,
        "convrot8",
        "convrot8",
        False,
    )
    assert "layer_offloading" not in model
    for part in (usual, there):
        part.pop("device"), part["train"].pop("optimizer")
        part["model"] = {k: v for k, v in part["model"].items() if k not in ("qtype", "qtype_te", "low_vram")}
    assert usual == there


@pytest.mark.parametrize("maker", ["AMD", "Apple"])
def test_what_nobody_has_tried_is_said_before_a_training(paths, monkeypatch, maker):
    from isengard.training.backends.ai_toolkit import backend as module

    monkeypatch.setattr(module, "gpus", lambda: [card_of(maker)])
    (finding,) = AiToolkitBackend(Settings(), paths, Families())._gpu_findings()
    assert (finding.severity, finding.code) == ("info", "gpu_experimental") and maker in finding.message


def test_packages_for_another_makers_gpu_are_not_used(paths):
    """Somebody has put another card in."""
    folder = paths.backends / "ai-toolkit" / "abc"
    (folder / "venv" / "bin").mkdir(parents=True)
    (folder / "venv" / "bin" / "python").write_text("")
    (folder / "run.py").write_text("")
    Marker("linux-cu130", "0.12.26", list(STEPS)).write(folder)
    refusal = service.unfit(Settings(), paths, card_of("AMD"))
    assert refusal.code == "gpu_of_another_maker" and "set it up again" in refusal.hint
    assert service.unfit(Settings(), paths, card_of("NVIDIA")) is None


def test_who_holds_an_amd_gpu_is_told(paths, programs):
    amd(programs, processes=[PROCESS])
    use = holders_of(paths, gpus()[0])
    assert use.who() == "llama-server 2.2 GB" and use.gpu.name == "AMD Instinct MI300X VF"
