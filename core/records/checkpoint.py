"""A checkpoint of a training and what has been proven about it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Stored

Fit = Literal["fits", "partial", "unchecked", "wrong"]
#: `broken`: pictures with the LoRA show nothing (black, one colour, noise); `base_broken`: those without it do not either.
ImageProof = Literal["pending", "changed", "unchanged", "skipped", "broken", "base_broken"]
#: Why a measured version is not fit to be best: it copies training photos, hardly does what it is asked, does not look like the
#: person, draws the person as others too, or shows no face that can be measured.
VersionFault = Literal["copies", "stiff", "unlike", "leaks", "not_measurable"]


class Proof(Stored):
    """Header parses, weights finite and not all zero, modules and shapes fit the base, the picture changes."""

    header: bool = False
    finite: bool = False
    nonzero: bool = False
    fit: Fit = "unchecked"
    image: ImageProof = "pending"

    @property
    def holds(self) -> bool:
        """Tell whether the file may be called trained (the picture proof comes later)."""
        return self.header and self.finite and self.nonzero and self.fit != "wrong"


class Checkpoint(Stored):
    """`step` counts optimizer steps done; `file` is relative to the job's out/ folder, or to models/ once published."""

    step: int
    file: str
    size: int
    sha256: str
    family: str
    base_sha256: str | None = None
    proof: Proof = Field(default_factory=Proof)
    scores: dict[str, float] = Field(default_factory=dict)
    published: bool = False
    placeholder: bool = False


class Version(Stored):
    """A published LoRA of a character; `file` is relative to models/ (`<slug>/<name>.safetensors`).

    `trigger_word` is the one it was trained with, `trained_at` when the trainer wrote it ('' for files older than these
    fields): the person's word may change later, and an early step may be published last.
    """

    job_id: str
    step: int
    file: str
    size: int
    sha256: str
    family: str
    base_sha256: str | None = None
    base_model: str = ""
    trigger_word: str = ""
    proof: Proof = Field(default_factory=Proof)
    scores: dict[str, float] = Field(default_factory=dict)
    placeholder: bool = False
    picked: bool = False
    #: what the file holds: lora or lokr
    method: str = "lora"
    #: the model that its scores were measured with, '' for dlib: numbers of two are never compared
    measured_by: str = ""
    trained_at: str = ""
    created_at: str
    #: a file of the user's own, by ComfyUI's name for it: never copied, moved, changed or deleted. `file` is its name here all the same
    outside: str = ""
    #: whether a picture of it lies beside that file, or in it
    outside_preview: bool = False
    #: name and preview beside the file, for LoRA managers: pressed for this one, or '' as the setting says
    companions: Literal["", "on", "off"] = ""
    #: whether they lie there
    shown: bool = False


class RankedVersion(Version):
    """A version as the panel is told of it, with the choice that the server has made among all of them: `rank` is 1 for
    what "best" means, 2 for the best of the next family …, 0 for the others; `nearest` is its family's best by what was
    measured, whatever the person chose. `faults`: why it is not fit to be that; `tied`: on the nearest one, the files of those that
    cannot be told from it."""

    rank: int = 0
    nearest: bool = False
    faults: list[VersionFault] = Field(default_factory=list)
    tied: list[str] = Field(default_factory=list)
