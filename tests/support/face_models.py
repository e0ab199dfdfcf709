"""The records of face models with tiny networks in place of the real ones, which lie on a hub that tests cannot reach."""

from __future__ import annotations

import hashlib
import math
import warnings
from pathlib import Path

import pytest
import toml
import torch
from isengard.core.faces.models import records as records_module
from isengard.core.faces.models.choice import folder_of, onnx_folder
from isengard.core.paths import DataPaths
from support import tiny_onnx


@pytest.fixture
def tiny_models(tmp_path, monkeypatch):
    """The records as they are, but that each file is a tiny network with the same inputs and outputs; its bytes by model."""
    folder, contents = tmp_path / "records", tiny_networks(tmp_path)
    folder.mkdir()
    for file in records_module.FOLDER.glob("*.toml"):
        record = toml.load(file)
        for known in record.get("files", []):
            content = contents[file.stem]
            known |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        (folder / file.name).write_text(toml.dumps(record))
    monkeypatch.setattr(records_module, "FOLDER", folder)
    records_module.records.cache_clear()
    yield contents
    records_module.records.cache_clear()


def tiny_networks(where: Path) -> dict[str, bytes]:
    """One blue cell of 32 pixels is a face to the tiny YuNet, wherever it lies."""
    face = ((0.5, 0.5, math.log(2), math.log(3)), (0.2, 0.2, 0.8, 0.2, 0.5, 0.5, 0.3, 0.8, 0.7, 0.8))
    cells = {(row, column): face for row in range(20) for column in range(20)}
    copies = where / "copies.pt"
    with warnings.catch_warnings():  # PyTorch would rather export it anew; the real file is TorchScript
        warnings.simplefilter("ignore")
        torch.jit.script(_MeanColours()).save(str(copies))
    return {
        "yunet": tiny_onnx.yunet({32: cells}),
        "auraface": tiny_onnx.arcface(),
        "dinov2_small": tiny_onnx.dinov2(),
        "sscd": copies.read_bytes(),
    }


class _MeanColours(torch.nn.Module):
    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return pictures.mean(dim=[2, 3])


def put_model(paths: DataPaths, key: str, content: bytes, onnx_library: Path) -> None:
    """As a set-up leaves it."""
    record = records_module.records()[key]
    folder_of(paths, record).mkdir(parents=True)
    (folder_of(paths, record) / record.files[0].base_name).write_bytes(content)
    if not onnx_folder(paths).exists():
        onnx_folder(paths).symlink_to(onnx_library)
