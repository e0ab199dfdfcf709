"""Which models read a picture now: the chosen ones that are here, the default for the rest."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

from ...paths import DataPaths
from ...processes.json_child import library_folders
from ..reading.interface import FACE_ROLES, PICTURE_ROLES
from ..tools import NAME, FaceTools, find_tools
from .records import DEFAULT, ModelRecord, records

#: Below backends/faces: each model in a folder of its own, and the library that runs those in ONNX's format. torch is ComfyUI's.
MODELS, ONNXRUNTIME, TORCH = "models", "onnxruntime", "torch"
#: Address space of the child; torch alone maps several GB of libraries that it never touches.
MEMORY_BYTES, TORCH_MEMORY_BYTES = 2 * 1024**3, 16 * 1024**3
_ONNX_LIBRARY = Path("onnxruntime") / "capi" / "onnxruntime_pybind11_state"


@dataclass(frozen=True)
class Reading:
    """Arguments that the child is started with: parts by role, folders of libraries; `model`: the name that its numbers are kept under;
    `used`: which record fills each role."""

    model: str
    parts: Mapping[str, Any] = field(default_factory=dict)
    libraries: tuple[str, ...] = ()
    used: Mapping[str, str] = field(default_factory=dict)
    memory: int = MEMORY_BYTES

    @property
    def arguments(self) -> list[str]:
        """Tell the child what to read with."""
        return [json.dumps({"parts": dict(self.parts), "memory": self.memory}), *self.libraries]


def reading_of(paths: DataPaths, chosen: Sequence[str], left_out: Sequence[str] = ()) -> Reading | None:
    """Choose for each role the first of `chosen` that is here; None where the default itself is missing, without which nothing
    is read. `left_out`: runtimes that must not be used now."""
    tools = find_tools(paths)
    if tools is None:
        return None
    able = [
        record
        for name in chosen
        if (record := records().get(name))
        and is_here(paths, record)
        and not set(record.needs) & set(left_out)
    ]
    default = records()[DEFAULT]
    filled: dict[str, ModelRecord] = dict.fromkeys(FACE_ROLES, default)
    for role in (*FACE_ROLES, *PICTURE_ROLES):
        if (record := next((one for one in able if role in one.roles), None)) is not None:
            filled[role] = record
    needs: set[str] = {need for record in filled.values() for need in record.needs}
    return Reading(
        filled["describer"].measures_as,
        {role: _part(paths, record, tools) for role, record in filled.items()},
        (str(tools.library), *_libraries(paths, needs)),
        {role: record.key for role, record in filled.items()},
        TORCH_MEMORY_BYTES if TORCH in needs else MEMORY_BYTES,
    )


def is_here(paths: DataPaths, record: ModelRecord) -> bool:
    """Tell whether its files and what runs them are here."""
    files = all(_is_whole(folder_of(paths, record) / file.base_name, file.size) for file in record.files)
    return files and all(has_runtime(paths, need) for need in record.needs)


def has_runtime(paths: DataPaths, need: str) -> bool:
    """Tell whether this can be imported: for this very Python, after an update of it other files are needed."""
    if need == ONNXRUNTIME:
        library = onnx_folder(paths) / _ONNX_LIBRARY
        return any(library.with_name(f"{library.name}{suffix}").is_file() for suffix in EXTENSION_SUFFIXES)
    if need == DEFAULT:
        return find_tools(paths) is not None
    return importlib.util.find_spec(need) is not None


def folder_of(paths: DataPaths, record: ModelRecord) -> Path:
    return paths.backends / NAME / MODELS / record.key


def onnx_folder(paths: DataPaths) -> Path:
    return paths.backends / NAME / ONNXRUNTIME


def _is_whole(file: Path, size: int) -> bool:
    return file.is_file() and file.stat().st_size == size


def _part(paths: DataPaths, record: ModelRecord, tools: FaceTools) -> dict[str, Any]:
    files = {file.name: str(folder_of(paths, record) / file.base_name) for file in record.files}
    return {"adapter": record.adapter, "files": files or tools.files}


def _libraries(paths: DataPaths, needs: set[str]) -> list[str]:
    ours = [str(onnx_folder(paths))] if ONNXRUNTIME in needs else []
    theirs = ("numpy", "PIL", TORCH) if TORCH in needs else ("numpy", "PIL")
    return [*ours, *library_folders(theirs)]
