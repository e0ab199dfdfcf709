"""Which files a recipe loads: by the family record over what ComfyUI has, and by role, never by a family's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ...core.families.base_choice import RankedBase
from ...core.families.base_traits import Traits
from ...core.families.bounds import Bounds
from ...core.families.model_files import bare_name
from ...core.families.prompting import Prompting
from ...core.records.checkpoint import Version
from .graph import Graph

#: Loader -> its inputs and the role of the file each one names: the only inputs of foreign nodes that are written.
LOADERS: dict[str, dict[str, str]] = {
    "CheckpointLoaderSimple": {"ckpt_name": "checkpoint"},
    "UNETLoader": {"unet_name": "diffusion_model"},
    "CLIPLoader": {"clip_name": "text_encoder"},
    "DualCLIPLoader": {"clip_name1": "text_encoder", "clip_name2": "text_encoder_2"},
    "VAELoader": {"vae_name": "vae"},
}
#: Where ComfyUI keeps files of a role.
FOLDERS = {
    "checkpoint": "checkpoints",
    "diffusion_model": "diffusion_models",
    "text_encoder": "text_encoders",
    "text_encoder_2": "text_encoders",
    "vae": "vae",
}
BASE_ROLES = ("checkpoint", "diffusion_model")


@dataclass(frozen=True)
class Part:
    """A file of a family: the name it usually has, and `here`, the names in ComfyUI that serve, the best first. Without
    any, `fault` says what is wrong with the one that was meant to. `bases`: of a base, the files that somebody may choose."""

    role: str
    file: str
    here: Sequence[str]
    size: int = 0
    download: bool = False
    fault: str = ""
    bases: Sequence[RankedBase] = ()

    def base(self, name: str) -> RankedBase | None:
        return next((base for base in self.bases if base.name == name), None)

    def has(self, name: str) -> bool:
        """Whether a file of that name serves, by itself or where somebody chooses it."""
        return name in self.here or self.base(name) is not None

    def trained_on(self, version: Version) -> RankedBase | None:
        """The file that a LoRA was trained on, as far as it is still here: by its hash, else by its name, wherever it was moved."""
        same = [base for base in self.bases if base.taken and _same(base, version)]
        by_hash = [base for base in same if base.file.sha256 is not None and version.base_sha256 is not None]
        by_name = [base for base in same if base.name == version.base_model]
        return next(iter([*by_hash, *by_name, *same]), None)


@dataclass(frozen=True)
class FamilyFiles:
    """A family as a recipe sees it; `too_old` where this ComfyUI is older than `min_comfyui`."""

    key: str
    label: str
    parts: Sequence[Part]
    min_comfyui: str = ""
    too_old: bool = False
    defaults: dict[str, float] = field(default_factory=dict)
    bounds: Bounds = field(default_factory=Bounds)
    prompting: Prompting = field(default_factory=Prompting)
    #: an edit model, which looks at pictures that it is shown
    edits: bool = False

    def part(self, role: str) -> Part | None:
        return next((part for part in self.parts if part.role == role), None)

    def velocity_of(self, files: dict[str, str]) -> Traits | None:
        """Find a base among the files by role that predicts velocity without ComfyUI seeing it."""
        bases = [part.base(files.get(part.role, "")) for part in self.parts]
        told = [base.file.traits for base in bases if base is not None and base.file.traits.comfyui_is_told]
        return next(iter(told), None)

    def wanted_by(self, files: Mapping[str, str]) -> dict[str, float]:
        """The numbers that another model of the same tensors wants, where such a base is among the files by role."""
        bases = [part.base(files.get(part.role, "")) for part in self.parts]
        return next((base.wanted for base in bases if base is not None and base.wanted), {})

    def missing(self, roles: Sequence[str]) -> list[Part]:
        """Files that ComfyUI lacks of the roles that a graph loads."""
        return [part for part in self.parts if part.role in roles and not part.here]


def _same(base: RankedBase, version: Version) -> bool:
    """A hash that is known of both is surer than a name."""
    if base.file.sha256 is not None and version.base_sha256 is not None:
        return base.file.sha256 == version.base_sha256
    return bool(version.base_model) and bare_name(base.name) == bare_name(version.base_model)


class ModelFiles(Protocol):
    """Answers to what a pipeline asks about models. `comfyui` is this ComfyUI's version, for words."""

    @property
    def comfyui(self) -> str: ...

    def families(self, recipe: str) -> list[FamilyFiles]:
        """The families whose record names this recipe."""

    def recognised(self, role: str, file: str) -> list[FamilyFiles]:
        """The families that a file of ComfyUI's is a base of, by its tensors; all of them where that cannot be told."""

    def upscalers(self) -> list[str]:
        """The upscale models that ComfyUI has, by its names."""

    def fault(self, role: str, file: str) -> str:
        """Tell why a file of ComfyUI's is not a whole model, as a sentence; '' where it is one or is not there."""


def loaded(graph: Graph) -> list[tuple[str, str]]:
    """(role, file) of every loader input."""
    return [(role, str(node["inputs"].get(name, ""))) for node, name, role in _inputs(graph)]


def write_files(graph: Graph, files: dict[str, str]) -> None:
    """Write file names by role into the loaders; roles without a name stay as the recipe has them."""
    for node, name, role in _inputs(graph):
        if role in files:
            node["inputs"][name] = files[role]


def checkpoint_loaders(graph: Graph) -> list[str]:
    """Ids of the nodes whose first output is the model of a checkpoint."""
    return [
        key for key, node in graph.items() if "checkpoint" in LOADERS.get(node["class_type"], {}).values()
    ]


def _inputs(graph: Graph) -> list[tuple[dict[str, Any], str, str]]:
    return [
        (node, name, role)
        for node in graph.values()
        for name, role in LOADERS.get(node["class_type"], {}).items()
    ]
