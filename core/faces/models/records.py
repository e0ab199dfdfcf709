"""Records of face models and picture describers, as data: no code branches on a model's name."""

from __future__ import annotations

from functools import cache
from pathlib import Path, PurePosixPath
from typing import Literal

import toml
from pydantic import Field, model_validator

from ...records.base import Record
from ..calibration import DLIB, Calibration
from ..reading.interface import FACE_ROLES

FOLDER = Path(__file__).resolve().parent
#: The record that fills whatever no chosen model fills.
DEFAULT = "dlib"
Role = Literal["detector", "marker", "describer", "copy", "variety"]
#: What runs a model beside numpy and Pillow: dlib and onnxruntime are set up in our folder, torch is ComfyUI's.
Runtime = Literal["dlib", "onnxruntime", "torch"]


class ModelFile(Record):
    """File of a model, on the hub or at its authors' own address; `name` is what its adapter calls it."""

    name: str
    hub: str = ""
    revision: str = "main"
    url: str = ""
    file: str
    size: int = Field(gt=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")

    @model_validator(mode="after")
    def _has_one_source(self) -> ModelFile:
        if bool(self.hub) == bool(self.url):
            raise ValueError("a file has either a hub or a url")
        return self

    @property
    def base_name(self) -> str:
        return PurePosixPath(self.file).name


class Scale(Record):
    """Calibration without the model's name; a model without one has not been measured by us."""

    same: float
    good: float
    strangers: float
    strange: float
    twin: float
    enough: float


class ModelRecord(Record):
    """Model that fills roles of the seam. `measures_as`: the name that its numbers are kept under, of one that describes faces;
    `copies_from`: the cosine from which two pictures are copies, of one that describes those."""

    key: str = ""
    label: str
    roles: list[Role] = Field(min_length=1)
    adapter: str = Field(pattern="^[a-z0-9_]+$")
    needs: list[Runtime] = Field(default_factory=list)
    licence: str
    files: list[ModelFile] = Field(default_factory=list)
    measures_as: str = ""
    calibration: Scale | None = None
    copies_from: float | None = None

    @model_validator(mode="after")
    def _describers_have_a_name(self) -> ModelRecord:
        if ("describer" in self.roles) != bool(self.measures_as):
            raise ValueError("measures_as belongs to what describes faces")
        return self

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def scale(self) -> Calibration | None:
        """Its calibration under its name; None where none was measured."""
        known = self.calibration
        return Calibration(model=self.measures_as, **known.model_dump()) if known is not None else None


@cache
def records() -> dict[str, ModelRecord]:
    """Read all, the default first."""
    files = sorted(FOLDER.glob("*.toml"), key=lambda file: (file.stem != DEFAULT, file.stem))
    return {file.stem: ModelRecord(key=file.stem, **toml.load(file)) for file in files}


def calibration_of(model: str) -> Calibration | None:
    """Find where this model's numbers part people; None for a model that was never calibrated, or is not known."""
    known = model or DLIB.model  # '' in records of before there were others
    return next((record.scale for record in records().values() if record.measures_as == known), None)


def fills_face_roles(record: ModelRecord) -> bool:
    """Tell whether it has to do with faces, not with whole pictures."""
    return any(role in FACE_ROLES for role in record.roles)
