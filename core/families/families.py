"""Model families are data: one TOML file each in families/. No code branches on a family's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

import toml
from pydantic import Field

from ..errors import InvalidError
from ..records.base import Record
from ..said import listed, said
from .bounds import Bounds
from .face_mending import FaceMending
from .hub_parts import HubPart, total
from .memory import Memory
from .model_files import HubFile, ModelFile, bare_name
from .prompting import Prompting
from .routes import Route
from .trainer_settings import TrainerSettings

FOLDER = Path(__file__).resolve().parent
Shapes = Mapping[str, tuple[int, ...]]
#: Roles of the file that a LoRA is put onto; the others are the same for every base of a family.
BASE_ROLES = ("checkpoint", "diffusion_model")


class HeaderMark(Record):
    """A tensor whose presence (and size along one axis) tells this family's files from others'."""

    key: str
    axis: int | None = None
    size: int | None = None
    absent: bool = False

    def holds(self, shapes: Shapes) -> bool:
        """Keys are looked up with and without the prefix that whole checkpoints carry."""
        shape = shapes.get(self.key, shapes.get(f"model.diffusion_model.{self.key}"))
        if shape is None or self.absent:
            return (shape is None) == self.absent
        return self.axis is None or (len(shape) > self.axis and shape[self.axis] == self.size)


class LookAlike(Record):
    """Another model whose files have the same tensors, told by its name; `label` says which it is.

    `taken` for pictures: `last`, where nothing nearer is there, or `never` by itself. `steps` and `guidance` are what it wants
    where somebody chooses it, None for the family's own.
    """

    label: str
    patterns: list[str] = Field(min_length=1)
    taken: Literal["last", "never"]
    steps: int | None = None
    guidance: float | None = None

    def is_called(self, shown: str) -> bool:
        """Whether ComfyUI's name for a file says that it is this model."""
        return any(fnmatchcase(bare_name(shown), pattern) for pattern in self.patterns)

    @property
    def sampling(self) -> dict[str, float]:
        """The numbers for a picture with it, in place of the family's."""
        wanted = {"steps": self.steps, "guidance": self.guidance}
        return {name: float(value) for name, value in wanted.items() if value is not None}


class CheckpointPart(Record):
    """A part that a whole checkpoint has besides the layers that draw: all its tensors' names begin with `prefix`."""

    label: str = Field(min_length=1)
    prefix: str = Field(min_length=1)

    def is_in(self, tensors: Iterable[str]) -> bool:
        return any(name.startswith(self.prefix) for name in tensors)


class VPrediction(Record):
    """For a family of which some checkpoints predict velocity instead of noise: how their files are called where neither
    tensors nor metadata tell. `comfyui_reads`: ComfyUI sees it by itself by the tensor `v_pred`; `trainable`: the trainer can
    learn from such a checkpoint."""

    names: list[str] = Field(min_length=1)
    comfyui_reads: bool = False
    trainable: bool = False

    def is_named(self, shown: str) -> bool:
        return any(fnmatchcase(bare_name(shown), pattern) for pattern in self.names)


class Defaults(Record):
    """Training defaults; sources stand in the TOML files beside the numbers."""

    resolution: list[int]
    rank: int
    alpha: float
    learning_rate: float
    steps_per_image: int
    steps_min: int
    steps_max: int
    batch_size: int = 1
    quantize: bool = False
    low_vram: bool = False
    dtype: str = "bf16"


class Needs(Record):
    """Needs of a training, for estimates and preflight; GB are 10^9 bytes, sources stand in the TOML files.

    `ram_gb`: the computer's memory while the model is loaded; `seconds_per_step` is for a 24 GB card of 2022 at the family's
    resolution and one photo per step; `lora_mb` for the family's rank. Video memory is computed from `Memory`.
    """

    ram_gb: float
    seconds_per_step: float
    lora_mb: float


class Sampling(Record):
    """Settings for pictures made with the generating base."""

    steps: int
    guidance: float
    width: int
    height: int
    sampler: str = "euler"
    scheduler: str = "normal"


class OtherBase(Record):
    """Another model of the same layers that some recipes of the family draw with (an edit model, say): its LoRAs go onto that, too.
    For these `recipes` what stands here is taken in place of the record's own."""

    label: str = Field(min_length=1)
    recipes: list[str] = Field(min_length=1)
    min_comfyui: str
    edits_pictures: bool = False
    file: ModelFile
    marks: list[HeaderMark] = Field(min_length=1)
    look_alikes: list[LookAlike] = Field(default_factory=list)
    sampling: Sampling


class Probe(Record):
    """A module of the base that a placeholder LoRA may fill: `key` in the LoRA's own spelling, sizes of its matrix."""

    key: str
    inputs: int = Field(gt=0)
    outputs: int = Field(gt=0)
    down: str = "lora_down.weight"
    up: str = "lora_up.weight"


class Card(Record):
    """Words and marks by which people choose among families. `recommend`: its place among those that are recommended, the first that suits a machine;
    0 for never. `sell`: whether its licence lets one sell pictures: `limits` where `terms` name the limits, `ask` where one should
    read it first."""

    good_at: str = Field(min_length=1, max_length=120)
    sell: Literal["yes", "limits", "ask"]
    recommend: int = Field(default=0, ge=0)


class Family(Record):
    """A model family as the trainer, the recipes and the panel need it."""

    key: str
    label: str
    status: str = Field(pattern="^(proven|experimental)$")
    #: False for one that nobody can draw with yet: its record stays for what was trained before
    offered: bool = True
    licence: str
    #: what the licence asks of those who train, as a sentence; '' where it asks nothing that they would not do anyway
    terms: str = ""
    card: Card
    #: what the name of a published LoRA begins with, where the licence asks for it
    name_start: str = Field(default="", pattern="^[A-Za-z]{0,20}$")
    gated: bool = False
    #: ModelSpec's name for a LoRA of this architecture, '' where it has none
    modelspec: str = ""
    #: what LoRAs' metadata and Civitai call its base, as patterns in small letters
    base_words: list[str] = Field(default_factory=list)
    #: what Civitai, and so LoRA managers, call its base; '' for its label
    civitai_name: str = ""
    trainer_arch: str
    trains_from: str = Field(pattern="^(file|hub)$")
    #: whether an owner's own base of one file can be trained from, where it trains from the hub
    trains_own_file: bool = True
    comfy_folder: str
    recipe: str
    #: further recipes that can draw people of this family
    other_recipes: list[str] = Field(default_factory=list)
    #: bases of further recipes, where those draw with another model
    other_bases: list[OtherBase] = Field(default_factory=list)
    #: an edit model: it looks at pictures that it is shown (ComfyUI's ReferenceLatent)
    edits_pictures: bool = False
    min_comfyui: str
    training_base: HubFile
    #: what the trainer reads of the hub, the training base's own parts included
    trainer_hubs: list[HubPart] = Field(default_factory=list)
    generating_base: HubFile
    #: what can be fetched into ComfyUI's folders for its recipes
    files: list[ModelFile] = Field(default_factory=list)
    marks: list[HeaderMark] = Field(default_factory=list)
    look_alikes: list[LookAlike] = Field(default_factory=list)
    #: what a checkpoint needs besides, for trainer and ComfyUI alike
    parts: list[CheckpointPart] = Field(default_factory=list)
    v_prediction: VPrediction | None = None
    defaults: Defaults
    needs: Needs
    memory: Memory
    trainer: TrainerSettings
    sampling: Sampling
    bounds: Bounds = Field(default_factory=Bounds)
    prompting: Prompting = Field(default_factory=Prompting)
    face_mending: FaceMending
    probes: list[Probe] = Field(default_factory=list)
    #: ways to train it, where there are several; `route` is the key of the one that this record is by
    routes: list[Route] = Field(default_factory=list)
    route: str = ""

    def by_route(self, key: str) -> Family:
        """The record for a training that somebody asks for; '' is the usual way. InvalidError `training_route_unknown`."""
        offered = [route for route in self.routes if not route.retired]
        if not key:
            return self._by(offered[0]) if offered else self
        route = next((route for route in offered if route.key == key), None)
        if route is None:
            known = listed(route.key for route in offered)
            message = said("{model} has no training route called '{key}'.", model=self.label, key=key)
            hint = said("Known: {known}.", known=known) if offered else "None is known here: leave it empty."
            raise InvalidError("training_route_unknown", message, hint)
        return self._by(route)

    def by_frozen_route(self, key: str) -> Family:
        """The record for a training that was begun, whatever is offered now; one that names no route is from before there
        were any, and goes on by the retired one."""
        begun = next((route for route in self.routes if (route.key == key if key else route.retired)), None)
        return self._by(begun) if begun is not None else self

    def _by(self, route: Route) -> Family:
        other = next((one for one in self.routes if one.key == route.like), None)
        record = self if other is None else self._by(other)
        return Family.model_validate(route.laid_over(record.model_dump()))

    def recognises(self, shapes: Shapes) -> bool:
        """Tell whether a file with these tensors is a base of this family; a family without marks recognises nothing."""
        return bool(self.marks) and all(mark.holds(shapes) for mark in self.marks)

    def look_alike(self, shown: str) -> LookAlike | None:
        """The other model that a recognised file is by its name; None for one of this family, or one that nothing is known of."""
        if self.base_file is not None and self.base_file.rank(shown) == 0:
            return None
        return next((other for other in self.look_alikes if other.is_called(shown)), None)

    def is_called(self, base: str) -> bool:
        """Whether a LoRA that says it was trained on `base` is of this family."""
        return any(fnmatchcase(base.lower(), pattern) for pattern in (self.key, *self.base_words))

    @property
    def recipes(self) -> list[str]:
        """All that can draw people of this family."""
        return [self.recipe, *self.other_recipes, *(one for base in self.other_bases for one in base.recipes)]

    def for_recipe(self, recipe: str) -> Family:
        """The record as this recipe draws: with the base that it is for."""
        other = next((base for base in self.other_bases if recipe in base.recipes), None)
        if other is None:
            return self
        same = ("label", "min_comfyui", "edits_pictures", "marks", "look_alikes", "sampling")
        files = [other.file, *(file for file in self.files if file.role not in BASE_ROLES)]
        return self.model_copy(update={**{name: getattr(other, name) for name in same}, "files": files})

    @property
    def training_hub(self) -> str:
        """The repository that is trained from, '' where that is a file of ComfyUI's."""
        return self.training_base.hub if self.trains_from == "hub" else ""

    @property
    def extras_hub(self) -> str:
        """The repository that text encoder and VAE come from, '' where that is the base's."""
        return self.trainer.extras

    @property
    def training_bytes(self) -> int:
        """Bytes that a trainer reads for its default base, of the hub and of ComfyUI's folders."""
        file = self.base_file if self.trains_from == "file" else None
        return total(self.trainer_hubs) + (file.size if file is not None else 0)

    @property
    def hub_parts(self) -> list[HubPart]:
        """All that its trainer may read of the hub, in any form of its weights."""
        return [*self.trainer_hubs, *(form.adapter for form in self.memory.fewer_bits)]

    def parts_in_bits(self, bits: int) -> list[HubPart]:
        """List what its trainer reads of the hub besides `trainer_hubs` where the weights are kept in so many bits."""
        form = self.memory.in_bits(bits)
        return [form.adapter] if form is not None else []

    @property
    def base_file(self) -> ModelFile | None:
        """The record of the generating base's own file."""
        return next((file for file in self.files if file.role in BASE_ROLES), None)


class Families:
    """The records of all families by key, in the order of their file names."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._records = {record.key: record for record in map(_read, sorted(folder.glob("*.toml")))}

    def get(self, key: str) -> Family:
        """Any record, also of a family that is not offered. InvalidError `family_unknown`."""
        if key not in self._records:
            raise self._unknown(key)
        return self._records[key]

    def get_offered(self, key: str) -> Family:
        """A family of those `offered`. InvalidError `family_unknown`, also for a family that is not offered."""
        family = self.get(key)
        if not family.offered:
            raise self._unknown(key)
        return family

    def __contains__(self, key: str) -> bool:
        return key in self._records

    def all(self) -> list[Family]:
        return list(self._records.values())

    def offered(self) -> list[Family]:
        """Families that a person can be trained for now."""
        return [family for family in self._records.values() if family.offered]

    def _unknown(self, key: str) -> InvalidError:
        return InvalidError(
            "family_unknown",
            said("There is no model family called '{key}'.", key=key),
            said("Known: {known}.", known=listed(family.key for family in self.offered())),
        )


def _read(file: Path) -> Family:
    try:
        family = Family.model_validate({"key": file.stem, **toml.loads(file.read_text(encoding="utf-8"))})
        _require_routes(family)
        return family
    except ValueError as fault:
        raise InvalidError(
            "family_damaged",
            said("families/{file} cannot be read: {reason}", file=file.name, reason=str(fault)),
            "Update or reinstall Isengard.",
        ) from fault


def _require_routes(family: Family) -> None:
    """ValueError where they are none that a training could take; each is read like a record of its own."""
    keys = [route.key for route in family.routes]
    if len(set(keys)) < len(keys) or sum(route.retired for route in family.routes) > 1:
        raise ValueError("routes need keys of their own, and one of them at most is retired")
    if family.routes and (family.routes[0].changes or family.routes[0].expert or family.routes[0].retired):
        raise ValueError("the first route is the record itself")
    if any(route.like and route.like not in keys[:number] for number, route in enumerate(family.routes)):
        raise ValueError("a route is like one that stands before it")
    for trained in (family, *map(family.by_frozen_route, keys)):
        unsaid = set(trained.trainer.hubs) - {part.hub for part in trained.trainer_hubs}
        if unsaid:
            raise ValueError(f"trainer_hubs do not say what is read of {', '.join(sorted(unsaid))}")
