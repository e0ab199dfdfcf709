"""Which model files ComfyUI has for a family, and which of them a training and its pictures use: by a name in ComfyUI's
folders or the owner's file, never by a path."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

from ...core.errors import InvalidError
from ...core.families.base_choice import BaseFile, RankedBase, ranked
from ...core.families.base_traits import Traits, traits_of
from ...core.families.families import BASE_ROLES, Family
from ...core.families.model_files import ModelFile
from ...core.model_headers.reader import HeaderReader, ModelHeader
from ...core.records.training import Finding
from ...core.said import Listed, listed, said
from ...core.settings import Settings
from ...training.downloads.model_files import FileState
from ...training.planning.facts import BaseModel

Use = Literal["training", "pictures"]
#: So many names stand in a refusal.
NAMED = 10
_NOTHING = ModelHeader(fault="it cannot be found")


class ModelFolders(Protocol):
    """The part of ComfyUI that is asked here: its release, the names its loaders show, and the file behind one."""

    @property
    def version(self) -> str: ...

    def model_names(self, folder: str) -> list[str]: ...

    def model_path(self, folder: str, name: str) -> Path | None: ...


class ComfyBaseModels:
    """Implements training.planning.gathering.BaseModels over ComfyUI's folders. A base's family is read from its header; the other
    files are known by their names. A file that is not whole serves nobody."""

    def __init__(
        self,
        folders: ModelFolders,
        settings: Settings,
        headers: HeaderReader,
        hash_of: Callable[[Path], str | None] = lambda path: None,
    ) -> None:
        self._folders = folders
        self._settings = settings
        self._headers = headers
        #: a file's SHA-256 where it is known without reading the file
        self._hash_of = hash_of

    def resolve(self, name: str | None, family: Family) -> BaseModel:
        """See the port. Raises InvalidError `base_model_unknown` or `base_model_wrong_family`."""
        if name is None or name == family.key:
            return self._default(family)
        if name in self._settings.base_models:
            return self._of_the_owner(name, family)
        path = self._folders.model_path(family.comfy_folder, name)
        if path is None:
            raise InvalidError(
                "base_model_unknown",
                said("ComfyUI has no model called '{name}'.", name=name),
                said("Use one of these: {names}.", names=there)
                if (there := self._named(family))
                else "Download it, or put it into ComfyUI's models folder.",
            )
        header = self._headers.look(path)
        of_another = not header.fault and not family.recognises(header.shapes)
        if of_another and (header.shapes or not header.quantised):
            raise InvalidError(
                "base_model_wrong_family",
                said("{name} is not a {model} model.", name=name, model=family.label),
                said("Use one of these: {names}.", names=there)
                if (there := self._named(family))
                else "Download it, or put it into ComfyUI's models folder.",
            )
        (base,) = ranked(family, [self._file(family, name)])
        flaw = _flaw(name, header, family)
        return BaseModel(_trained_from(path, family), name, flaw=flaw, drawn_path=str(path), base=base)

    def _named(self, family: Family) -> Listed | None:
        """What to write instead: nodes and scripts have no list to choose from. None where ComfyUI has none."""
        there = self.names(family, "training")[:NAMED]
        return listed(there) if there else None

    def names(self, family: Family, use: Use = "pictures") -> list[str]:
        """The bases of this family that ComfyUI has, as its loaders call them, in the order in which they are taken."""
        return [base.name for base in self.bases(family, use) if base.taken]

    def bases(self, family: Family, use: Use = "pictures") -> list[RankedBase]:
        """The same with the reasons, and behind them the files that are another model by their names. A checkpoint without its
        parts serves nobody."""
        found = [base for base in self._recognised(family) if not base.file.traits.lacks]
        if use == "pictures":
            return found
        return [base for base in found if _unfit(base.name, base.file.traits, family) is None]

    def choices(self, family: Family) -> list[tuple[RankedBase, str]]:
        """Every base of this family in that order, each with the sentence that says why no training can start from it, '' where one
        can."""
        flaws = [(base, _unfit(base.name, base.file.traits, family)) for base in self._recognised(family)]
        return [(base, flaw.message if flaw is not None else "") for base, flaw in flaws]

    def is_base(self, family: Family, folder: str, name: str) -> bool:
        """Whether this file of ComfyUI's is a base of the family, by its tensors."""
        return folder == family.comfy_folder and family.recognises(self._header(family, name).shapes)

    def files(self, family: Family, use: Use = "pictures") -> list[FileState]:
        """The state of ComfyUI's folders for each file of the record."""
        return [self._state(family, file, use) for file in family.files]

    def fault(self, folder: str, name: str) -> str:
        """Why a file that ComfyUI lists is not a whole model, as a sentence; '' where it is one or is not listed."""
        path = self._folders.model_path(folder, name)
        return self._headers.look(path).told(name) if path is not None else ""

    def unreadable(self, folder: str) -> dict[str, str]:
        """name -> why, for every file that ComfyUI lists there and that is not a whole model."""
        faults = {name: self.fault(folder, name) for name in self._folders.model_names(folder)}
        return {name: why for name, why in faults.items() if why}

    def _state(self, family: Family, file: ModelFile, use: Use) -> FileState:
        shown = file.among(self._folders.model_names(file.folder))
        if file.role in BASE_ROLES:
            bases = self.bases(family, use)
            names = [base.name for base in bases if base.taken]
            meant = None if names else self._meant(family)
            return FileState(file, names, meant[1].message if meant else "", bases)
        faults = {name: self._too_new(file, name) or self.fault(file.folder, name) for name in shown}
        names = [name for name in shown if not faults[name]]
        return FileState(file, names, "" if names else next(iter(faults.values()), ""))

    def _too_new(self, file: ModelFile, name: str) -> str:
        release = file.release_for(name, self._folders.version)
        return (
            said(
                "{name} needs ComfyUI {release}; this is {version}.",
                name=name,
                release=release,
                version=self._folders.version,
            )
            if release
            else ""
        )

    def _meant(self, family: Family) -> tuple[str, Finding] | None:
        """Where no base serves: the one that was meant to, by its name or its tensors, and what keeps it from that."""
        base, shown = family.base_file, self._folders.model_names(family.comfy_folder)
        named = base.among(shown) if base is not None else []
        recognised = self._recognised(family)
        for name in [*named, *(one.name for one in recognised if one.taken)]:
            header = self._header(family, name)
            flaw = _flaw(name, header, family)
            if flaw is None and header.shapes and base is not None and base.rank(name) == 0:
                flaw = _other(name, family)
            if flaw is not None:
                return name, flaw
        other = next((one for one in recognised if one.other is not None), None)
        return None if other is None else (other.name, _look_alike(other, family))

    def _default(self, family: Family) -> BaseModel:
        base = next((base for base in self.bases(family, "training") if base.taken), None)
        meant = self._meant(family) if base is None and family.trains_from == "file" else None
        name = base.name if base is not None else meant[0] if meant else ""
        path = self._folders.model_path(family.comfy_folder, name) if name else None
        flaw, drawn = meant[1] if meant else None, str(path) if path is not None else ""
        return BaseModel(_trained_from(path, family), name, flaw=flaw, drawn_path=drawn, base=base)

    def _of_the_owner(self, name: str, family: Family) -> BaseModel:
        """By an entry of isengard.toml: a file, a folder or a hub id."""
        path, names = self._settings.base_models[name], self.names(family)
        file, flaw, base = Path(path), None, None
        if file.is_file():
            header = self._headers.look(file)
            flaw = _flaw(name, header, family) or _one_file(name, family)
            (base,) = ranked(family, [_described(family, file.name, header, None)])
        drawn = self._folders.model_path(family.comfy_folder, names[0]) if names else None
        drawn_path = str(drawn) if drawn is not None else ""
        return BaseModel(path, names[0] if names else "", flaw=flaw, drawn_path=drawn_path, base=base)

    def _recognised(self, family: Family) -> list[RankedBase]:
        """Every file of ComfyUI's with the family's tensors, whatever it serves for."""
        shown = self._folders.model_names(family.comfy_folder)
        here = [name for name in shown if family.recognises(self._header(family, name).shapes)]
        return ranked(family, [self._file(family, name) for name in here])

    def _file(self, family: Family, name: str) -> BaseFile:
        path = self._folders.model_path(family.comfy_folder, name)
        if path is None:
            return BaseFile(name)
        return _described(family, name, self._headers.look(path), self._hash_of(path))

    def _header(self, family: Family, name: str) -> ModelHeader:
        path = self._folders.model_path(family.comfy_folder, name)
        return self._headers.look(path) if path is not None else _NOTHING


def _trained_from(path: Path | None, family: Family) -> str:
    if family.trains_from == "hub":
        return family.training_base.hub
    return str(path) if path is not None else ""


def _described(family: Family, name: str, header: ModelHeader, sha256: str | None) -> BaseFile:
    traits = traits_of(family, name, header.shapes, header.metadata, header.quantised)
    return BaseFile(name, header.size, sha256, traits)


def _flaw(name: str, header: ModelHeader, family: Family) -> Finding | None:
    """What keeps a training from this file, where it is the family's."""
    if header.fault:
        return Finding(
            severity="error", code="base_model_damaged", message=header.told(name), fix="download_model"
        )
    if header.shapes and not family.recognises(header.shapes):
        return None
    return _unfit(name, _described(family, name, header, None).traits, family)


def _unfit(name: str, traits: Traits, family: Family) -> Finding | None:
    """The same of a whole file, by what is known of it."""
    if traits.lacks:
        message = said(
            "{file} has parts missing ({parts}): neither the trainer nor ComfyUI can use it alone. Complete it with ComfyUI's Save Checkpoint, or choose another file.",
            file=name,
            parts=listed(map(said, traits.lacks)),
        )
        return Finding(severity="error", code="base_model_incomplete", message=message, fix="download_model")
    if traits.quantised and family.trains_from == "file":
        message = said(
            "{file} is a quantised copy ({kind}): you can make pictures with it, but the trainer needs the full model.",
            file=name,
            kind=traits.quantised,
        )
        return Finding(severity="error", code="base_model_quantised", message=message, fix="download_model")
    velocity = family.v_prediction
    if traits.prediction == "v" and velocity is not None and not velocity.trainable:
        message = said(
            "{file} predicts velocity (v-prediction, going by its {source}): you can make pictures with it, but the trainer can't learn from it. Choose another checkpoint.",
            file=name,
            source=said(traits.prediction_from),
        )
        return Finding(
            severity="error", code="base_model_v_prediction", message=message, fix="download_model"
        )
    return None


def _one_file(name: str, family: Family) -> Finding | None:
    if family.trains_own_file:
        return None
    message = said(
        "{file} is a single file, but AI-Toolkit trains {model} only from a folder with all its parts. Choose such a folder, or the usual model.",
        file=name,
        model=family.label,
    )
    return Finding(severity="error", code="base_model_one_file", message=message)


def _look_alike(base: RankedBase, family: Family) -> Finding:
    message = said(
        "Going by its name, {file} is {other}: pictures with {model} need another file.",
        file=base.name,
        other=base.label,
        model=family.label,
    )
    return Finding(severity="error", code="base_model_look_alike", message=message, fix="download_model")


def _other(name: str, family: Family) -> Finding:
    message = said("{name} is not a {model} model.", name=name, model=family.label)
    return Finding(severity="error", code="base_model_wrong_family", message=message, fix="download_model")
