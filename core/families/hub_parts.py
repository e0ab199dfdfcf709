"""What a trainer reads of the hub for a family: repositories, the very files, about how large. All of it is told before a training,
fetched before its start, and nothing else afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Protocol

from pydantic import AfterValidator, Field

from ..records.base import Record

#: A commit of a repository, or the branch where no commit is known that was tried.
REVISION = "^(main|[0-9a-f]{40})$"
#: Between names of which the first is taken that the repository has.
OR = "|"
#: A file of this ending names the files that hold the weights: they are fetched with it.
INDEX = ".safetensors.index.json"
#: More than any description of a model's layers takes.
_DESCRIPTION_BYTES = 10_000


def _inside(names: str) -> str:
    """Names that stay in their repository's folder, and on Windows too."""
    for name in names.split(OR):
        if not name or "\\" in name or ":" in name or not all(part.strip(".") for part in name.split("/")):
            raise ValueError(f"{name!r} is not the name of a file in a repository")
    return names


FileNames = Annotated[str, AfterValidator(_inside)]


class HubPart(Record):
    """Files of one repository that serve one purpose; `label` names it for people (text encoder, VAE …), `size` in bytes, all together.

    `files` must all be there for a training, with what an index among them names; `a|b`: the first that the repository has.
    `optional` are fetched where the repository has them. `base`: the weights of the training base itself, which an owner's own
    file replaces.
    """

    label: str = Field(min_length=1)
    hub: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    revision: str = Field(default="main", pattern=REVISION)
    files: list[FileNames] = Field(min_length=1)
    optional: list[FileNames] = Field(default_factory=list)
    size: int = Field(gt=0)
    base: bool = False

    @property
    def single_file(self) -> str:
        """The file's name, where the part is just one; '' for a folder's content."""
        return self.files[0] if len(self.files) == 1 and OR not in self.files[0] else ""


class TrainedFrom(Protocol):
    """The fields of a family's record that say what its trainer reads."""

    @property
    def training_hub(self) -> str: ...

    @property
    def trainer_hubs(self) -> list[HubPart]: ...

    @property
    def extras_hub(self) -> str:
        """The repository that text encoder and VAE come from; '' where that is the base's."""

    def parts_in_bits(self, bits: int) -> list[HubPart]:
        """List what is read besides where the weights are kept in fewer than 8 bits."""


def parts_for(family: TrainedFrom, base_path: str, bits: int = 8) -> list[HubPart]:
    """The parts that a training from `base_path` reads: a file, a folder or the hub id that the record names, or an owner's own.

    Another repository of the owner's is read as the record's is. A folder holds all that the base's repository does, a file its
    weights alone: what describes them comes from the repository, or from that of text encoder and VAE where those have their own.
    """
    return [*_parts_of_base(family, base_path), *family.parts_in_bits(bits)]


def _parts_of_base(family: TrainedFrom, base_path: str) -> list[HubPart]:
    hub, is_folder = family.training_hub, bool(base_path) and Path(base_path).is_dir()
    of_base = [part for part in family.trainer_hubs if part.hub == hub or not hub]
    others = [part for part in family.trainer_hubs if part not in of_base]
    if is_folder:
        return others
    if not hub or base_path == hub:
        return list(family.trainer_hubs)
    if is_hub_id(base_path):
        return [part.model_copy(update={"hub": base_path, "revision": "main"}) for part in of_base] + others
    extras = next((part for part in others if part.hub == family.extras_hub), None)
    return [*filter(None, (_without_weights(part, extras or part) for part in of_base)), *others]


def _without_weights(part: HubPart, described_by: HubPart) -> HubPart | None:
    """The part as it is where it is not the base itself, of which the descriptions remain; None where it has none."""
    described = [names for names in part.files if OR not in names and names.endswith(".json")]
    if not part.base:
        return part
    small = {"files": described, "size": _DESCRIPTION_BYTES * len(described), "base": False}
    place = {"hub": described_by.hub, "revision": described_by.revision}
    return part.model_copy(update=small | place) if described else None


def is_described(family: TrainedFrom, base_path: str) -> bool:
    """Whether the record says all that is read for this base: not for an owner's repository where the record has a file."""
    return bool(family.training_hub) or not is_hub_id(base_path)


def total(parts: Iterable[HubPart]) -> int:
    """Bytes of all of them."""
    return sum(part.size for part in parts)


def is_hub_id(name: str) -> bool:
    """`owner/name`; not a file or a folder of this computer."""
    return name.count("/") == 1 and not Path(name).is_absolute() and not Path(name).exists()
