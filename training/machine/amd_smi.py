"""AMD's GPUs on Linux, asked of amd-smi, or of the older rocm-smi; no torch is loaded for it.

Both print JSON whose shape has changed between releases of ROCm: a list of GPUs or one under `gpu_data`, sizes with a unit or as plain
numbers, "N/A" for what the card does not tell.
"""

from __future__ import annotations

import json
import platform
import re
import shutil
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from ...core.processes.start import answer
from ...core.records.worker import Gpu
from .gpu_process import GpuProcess

MAKER = "AMD"
#: A Python program that looks at every card.
_ASK_S = 15.0
_UNITS = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}
_CARD = re.compile(r"card(\d+)")


def gpus() -> list[Gpu]:
    """List GPUs in the order that these programs tell them in; empty elsewhere, and where neither answers."""
    if platform.system() != "Linux":
        return []
    return _of_amd_smi() or _of_rocm_smi()


def gpu_processes(uuid: str) -> list[GpuProcess]:
    """List who computes on the GPU, the largest first; rocm-smi does not tell on which GPU."""
    found = []
    for entry in _rows(_ask("amd-smi", "process", "--json")).get(_index(uuid), {}).get("process_list") or []:
        info = entry.get("process_info") if isinstance(entry, dict) else None
        pid = info.get("pid") if isinstance(info, dict) else None
        if isinstance(info, dict) and isinstance(pid, int):
            deeper = info.get("memory_usage")
            used: Any = deeper if isinstance(deeper, dict) else info
            size = _bytes(used.get("vram_mem")) or _bytes(info.get("mem_usage"))
            found.append(GpuProcess(pid, PurePosixPath(str(info.get("name", ""))).name, size))
    return sorted(found, key=lambda process: process.bytes or 0, reverse=True)


def sensed(uuid: str) -> dict[str, int]:
    """Used memory and temperature, as fields of a job's progress."""
    row = _rows(_ask("amd-smi", "metric", "--mem-usage", "--temperature", "--json")).get(_index(uuid))
    if row is None:
        return _sensed_by_rocm_smi(uuid)
    memory, heat = row.get("mem_usage"), row.get("temperature")
    used = _bytes(memory.get("used_vram")) if isinstance(memory, dict) else None
    edge = _number(heat.get("edge")) if isinstance(heat, dict) else None
    return _progress(used, edge)


def _of_amd_smi() -> list[Gpu]:
    described = _rows(_ask("amd-smi", "static", "--asic", "--json"))
    found = []
    for index, row in sorted(_rows(_ask("amd-smi", "metric", "--mem-usage", "--json")).items()):
        memory: Any = row.get("mem_usage")
        total = _bytes(memory.get("total_vram")) if isinstance(memory, dict) else None
        asic = described.get(index, {}).get("asic")
        known = asic if isinstance(asic, dict) else {}
        if total:
            used = _bytes(memory.get("used_vram")) or 0
            found.append(_gpu(index, known.get("asic_serial"), known.get("market_name"), (total, used)))
    return found


def _of_rocm_smi() -> list[Gpu]:
    said = _ask("rocm-smi", "--showproductname", "--showuniqueid", "--showmeminfo", "vram", "--json")
    found = []
    for index, card in sorted(_cards(said).items()):
        total, used = (
            _whole(card.get("vram total memory (b)")),
            _whole(card.get("vram total used memory (b)")),
        )
        if total:
            named = (card.get(name) for name in ("card series", "card model", "device name"))
            name = next((text for text in named if text and text != "N/A"), "")
            found.append(_gpu(index, card.get("unique id"), name, (total, used or 0)))
    return found


def _sensed_by_rocm_smi(uuid: str) -> dict[str, int]:
    card = _cards(_ask("rocm-smi", "--showmeminfo", "vram", "--showtemp", "--json")).get(_index(uuid), {})
    used = _whole(card.get("vram total used memory (b)"))
    return _progress(used, _number(card.get("temperature (sensor edge) (c)")))


def _progress(used: int | None, heat: float | None) -> dict[str, int]:
    found = {"vram_used_bytes": used, "temperature_c": None if heat is None else int(heat)}
    return {name: value for name, value in found.items() if value is not None}


def _gpu(index: int, serial: object, name: object, memory: tuple[int, int]) -> Gpu:
    """The number comes first in its id, since the programs are asked by it; the serial number is written alike by both."""
    total, used = memory
    text = str(serial or "").removeprefix("0x")
    own = f"-{int(text, 16):016x}" if re.fullmatch(r"[0-9a-fA-F]{1,32}", text) else ""
    called = str(name or "").strip()
    return Gpu(
        uuid=f"{MAKER}-{index}{own}",
        name=called if called and called != "N/A" else "AMD GPU",
        total_bytes=total,
        free_bytes=max(0, total - used),
        maker=MAKER,
    )


def _index(uuid: str) -> int:
    """-1 for an id that is not one of ours."""
    parts = uuid.split("-")
    return int(parts[1]) if len(parts) > 1 and parts[0] == MAKER and parts[1].isdecimal() else -1


def _ask(program: str, *question: str) -> Any:
    """What it prints as JSON; None where it is missing, does not answer or answers something else."""
    found = shutil.which(program)
    if found is None:
        return None
    try:
        return json.loads(answer([found, *question], seconds=_ASK_S))
    except ValueError:
        return None


def _rows(said: Any) -> dict[int, Mapping[str, Any]]:
    """amd-smi's GPUs by their numbers."""
    rows = said.get("gpu_data") if isinstance(said, dict) else said
    listed = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return {row["gpu"]: row for row in listed if isinstance(row.get("gpu"), int)}


def _cards(said: Any) -> dict[int, Mapping[str, str]]:
    """rocm-smi's cards by their numbers, with the names of fields in small letters: their capitals have changed."""
    cards = said.items() if isinstance(said, dict) else ()
    return {
        int(number[1]): {str(name).lower(): str(value) for name, value in card.items()}
        for key, card in cards
        if (number := _CARD.fullmatch(str(key))) and isinstance(card, dict)
    }


def _bytes(said: Any) -> int | None:
    """A size with its unit; a plain number is in MB, as amd-smi tells memory."""
    value, unit = (said.get("value"), str(said.get("unit", "MB"))) if isinstance(said, dict) else (said, "MB")
    number = _number(value)
    return None if number is None or unit not in _UNITS else int(number * _UNITS[unit])


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None


def _number(said: Any) -> float | None:
    value = said.get("value") if isinstance(said, dict) else said
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None
