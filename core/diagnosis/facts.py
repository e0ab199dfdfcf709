"""Facts that a diagnosis is made of. None and empty mean: not known, and nothing is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..records.checkpoint import Proof
from ..records.generation import Look
from ..records.likeness import Likeness


@dataclass(frozen=True)
class PhotoFacts:
    """Photos in use: how many, the share of the height that the face takes in each that has one, and how many carry a finding, by
    its code; `telling` have captions that describe the person."""

    count: int = 0
    faces: Sequence[float] = ()
    found: Mapping[str, int] = field(default_factory=dict)
    telling: int = 0

    def share(self, *codes: str) -> float:
        """Share of the photos that carry one of these findings."""
        return min(1.0, self.number(*codes) / self.count) if self.count else 0.0

    def number(self, *codes: str) -> int:
        return sum(self.found.get(code, 0) for code in codes)


@dataclass(frozen=True)
class VersionFacts:
    """A version of the person, with what was measured of it; `best` marks the server's or the person's own choice of its family."""

    file: str
    step: int
    family: str
    job_id: str
    proof: Proof = field(default_factory=Proof)
    placeholder: bool = False
    trigger_word: str = ""
    base: str = ""
    best: bool = False
    picked: bool = False
    faults: Sequence[str] = ()
    scores: Mapping[str, float] = field(default_factory=dict)

    @property
    def likeness(self) -> float | None:
        return self.scores.get("likeness") if self.measured else None

    @property
    def measured(self) -> bool:
        """Whether this pack measured it: an older one told nothing of copies."""
        return "told" in self.scores


@dataclass(frozen=True)
class TrainingFacts:
    """The training of a version: the steps it was given, and what is usual for as many photos; `can_go_on`: it has ended and may be continued."""

    job_id: str
    steps: int
    usual_steps: int = 0
    can_go_on: bool = False


@dataclass(frozen=True)
class PictureFacts:
    """Facts of one picture: with which of the versions and how strongly the person was drawn, and from which words. `has_trigger` None where
    that cannot be told; `base` is the file that drew it, `usual_steps` what that one wants; `generation_id` and `n` say which it is."""

    version: VersionFacts | None = None
    strength: float | None = None
    prompt: str = ""
    has_trigger: bool | None = None
    trigger: str = ""
    base: str = ""
    steps: int | None = None
    usual_steps: int = 0
    look: Look = ""
    likeness: Likeness | None = None
    generation_id: str = ""
    n: int = 0


@dataclass(frozen=True)
class Facts:
    """Everything that is known. `version` is the one that is asked about: the picture's, else the person's best; `versions` all of
    its family in the order of their training, `pictures` the one that is asked about, or the person's newest. `measures`: whether the
    face tools are here."""

    measures: bool
    trigger_word: str = ""
    class_word: str = ""
    photos: PhotoFacts = field(default_factory=PhotoFacts)
    version: VersionFacts | None = None
    versions: Sequence[VersionFacts] = ()
    training: TrainingFacts | None = None
    pictures: Sequence[PictureFacts] = ()

    @property
    def best(self) -> VersionFacts | None:
        return next((version for version in self.versions if version.best), None)
