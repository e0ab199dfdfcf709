"""The seam of image pipelines: what the service knows of whoever makes pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

from pydantic import Field

from ...core.families.bounds import Bounds
from ...core.families.prompting import Prompting
from ...core.records.base import Record
from ...core.records.character import Character
from ...core.records.checkpoint import Version
from ...core.records.generation import GenerationProgress, GenerationRequest, Look
from ...core.records.spoken import Spoken
from ...core.records.training import Finding
from .graph import Identity

Prompt = dict[str, Any]
#: Code of the sign that a picture came out of which no value is a number.
NOT_FINITE = "picture_not_finite"


class RecipeFile(Spoken, Record):
    """A file that a recipe needs and ComfyUI does not have; `download`: POST /training/models/{family}/download has it.
    `fault` says what is wrong with the one that is there in its place."""

    file: str
    folder: str
    size: int = 0
    download: bool = False
    family: str = ""
    fault: str = ""


class RecipeBase(Record):
    """A file that pictures of a family can be made with: `taken` by itself for `why` (core/families/base_choice.py); `label`
    names the other model that it is by its name, '' for one of the family, and `defaults` the numbers which that one wants.
    `sha256`: where it is known, to tell it for the file that a LoRA was trained on."""

    family: str
    file: str
    taken: bool
    why: str
    label: str = ""
    sha256: str | None = None
    defaults: dict[str, float] = Field(default_factory=dict)


class RecipeInfo(Record):
    """A recipe as the panel shows it; `controls` are the names it supports, `missing` what ComfyUI lacks for it.

    `ready` are the families of which ComfyUI has every file the recipe loads, `bases` the files that a picture's
    `base_model` may name: of each family the one that is taken comes first. A finding of severity `error` says why it cannot be used. `foreign` names nodes of other packs: where it is not
    `confirmed`, a person has to agree to them before its first run. `thumbnail` is a path below the API's root. `family_bounds`
    is what each family bears, the least and the most of a number; `family_prompting` how prompts for each are written and read,
    where the graph is ours. `needs_picture`: it begins with a picture, and makes none without.
    """

    name: str
    label: str
    description: str
    pipeline: str
    identity: Identity
    families: list[str]
    ready: list[str] = Field(default_factory=list)
    bases: list[RecipeBase] = Field(default_factory=list)
    people: int
    needs_picture: bool = False
    controls: list[str]
    missing: list[RecipeFile]
    foreign: list[str]
    defaults: dict[str, float]
    family_defaults: dict[str, dict[str, float]] = Field(default_factory=dict)
    family_bounds: dict[str, Bounds] = Field(default_factory=dict)
    family_prompting: dict[str, Prompting] = Field(default_factory=dict)
    min_comfyui: str = ""
    source: Literal["ours", "user"] = "ours"
    findings: list[Finding] = Field(default_factory=list)
    confirmed: bool = True
    thumbnail: str | None = None

    @property
    def usable(self) -> bool:
        """Tell whether pictures can be made with it now."""
        return not self.missing and all(finding.severity != "error" for finding in self.findings)


@dataclass(frozen=True)
class Person:
    """A character in a request, with the version that is used (None for placeholder recipes)."""

    character: Character
    version: Version | None
    strength: float
    reference: float = 1.0
    words: str = ""


@dataclass(frozen=True)
class Saved:
    """A picture ComfyUI has saved: file name inside outputs/<generation id>/, size in pixels, whether it shows anything."""

    file: str
    width: int
    height: int
    look: Look = ""


@dataclass(frozen=True)
class Frame:
    """The picture as it looks so far: the `number`th, a PNG or JPEG."""

    number: int
    mime: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Sign:
    """A sign of life of a prompt: `waiting` with how many are `ahead`, `running` with steps, or how it ended."""

    kind: Literal["waiting", "running", "done", "failed", "cancelled", "lost"]
    step: int = 0
    total: int = 0
    ahead: int = 0
    frame: Frame | None = None
    saved: list[Saved] = field(default_factory=list)
    code: str = ""
    message: str = ""
    hint: str = ""

    def progress(self, image: int, count: int) -> GenerationProgress:
        """Tell the progress of picture `image` of `count`."""
        frame = self.frame.number if self.frame else 0
        return GenerationProgress(
            image=image,
            count=count,
            step=self.step,
            total_steps=self.total,
            ahead=self.ahead,
            frame=frame,
        )


class ImagePipeline(Protocol):
    name: str

    def capabilities(self) -> dict[str, Any]: ...

    async def recipes(self) -> list[RecipeInfo]: ...

    def build(self, request: GenerationRequest, people: list[Person], ticket: str) -> list[Prompt]:
        """Build one API prompt per picture, seed + i; InvalidError for what this recipe cannot do.

        `ticket` goes into IsengardSaveImage's `generation_id` and says where the pictures belong (core/generations/save_tickets.py).
        """

    async def submit(self, prompt: Prompt, prompt_id: str, metadata: dict[str, Any]) -> None:
        """Queue under an id chosen by us. NotReadyError when ComfyUI is away, InvalidError when it refuses."""

    def follow(self, prompt_id: str) -> AsyncIterator[Sign]:
        """Signs until the prompt has ended; the last one says how."""

    async def cancel(self, prompt_id: str) -> None: ...

    async def free(self) -> None:
        """Empty ComfyUI's caches, so that the same prompt is really computed again."""


@runtime_checkable
class ChoosesWords(Protocol):
    """A pipeline that makes choices in prompts (`{red|blue}`), other ones for each picture."""

    def chosen_prompt(self, request: GenerationRequest, seed: int) -> str:
        """The prompt of the picture with this seed, the people's words not filled in yet."""
