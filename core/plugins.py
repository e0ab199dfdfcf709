"""The registry of plugins, ours and foreign, at five seams: a built-in table, pip entry points, neighbouring packs."""

from __future__ import annotations

import importlib
import logging
import re
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from . import toml_files
from .errors import NotFoundError, NotReadyError
from .paths import DataPaths
from .said import Said, listed, said
from .settings import Settings
from .toml_files import Slip, Unreadable

#: `tools`: what is no trainer and can be installed from the panel all the same.
SEAMS = ("training_backends", "captioners", "image_pipelines", "video_pipelines", "tools")
#: What is said of a name that a seam does not have.
_UNKNOWN_WORDS = {
    "training_backends": "There is no training backend called '{name}'.",
    "captioners": "There is no captioner called '{name}'.",
    "image_pipelines": "There is no image pipeline called '{name}'.",
    "video_pipelines": "There is no video pipeline called '{name}'.",
    "tools": "There is no tool called '{name}'.",
}
#: Modules of neighbouring packs are loaded below this name, without running their own __init__.
NEIGHBOURS = "isengard_neighbours"
#: What a foreign plugin of a seam is asked once when it is made, and what else it must have: a fault shows before anybody
#: depends on it.
ASKED = {"training_backends": ("capabilities", "state")}
NEEDED = {
    "training_backends": ("preflight", "plan", "poll", "checkpoints", "save_now", "stop", "outcome"),
}
_log = logging.getLogger("isengard.plugins")


class ForeignFault(Exception):
    """Code that may be another pack's has failed; `fault` is what it raised, which is a problem to show, never a crash."""

    def __init__(self, fault: BaseException) -> None:
        super().__init__(str(fault))
        self.fault = fault

    @property
    def reason(self) -> str:
        return _reason_of(self.fault)


class Unfit(Exception):
    """A fault of a foreign plugin that we found, as the end of a sentence about it."""

    def __init__(self, words: Said) -> None:
        super().__init__(words)
        self.words = words


def _reason_of(fault: BaseException) -> str:
    """Our own words where we found the fault, else theirs with their kind."""
    return fault.words if isinstance(fault, Unfit) else f"{type(fault).__name__}: {fault}"


@contextmanager
def foreign_code(*ours: type[Exception]) -> Iterator[None]:
    """The boundary behind which plugins run. Raises ForeignFault for anything they raise, SystemExit too; `ours` pass as they are."""
    try:
        yield
    except ours:
        raise
    except (Exception, SystemExit) as fault:
        raise ForeignFault(fault) from fault


@dataclass(frozen=True)
class PluginContext:
    """The argument of every plugin's factory."""

    paths: DataPaths
    settings: Settings


Factory = Callable[[PluginContext], Any]


@dataclass(frozen=True)
class PluginProblem:
    """A plugin that could not be loaded, for the panel and `doctor`."""

    seam: str
    name: str
    reason: str


@dataclass
class PluginRegistry:
    """`builtin[seam][name]` is a factory; foreign ones never replace a built-in name."""

    context: PluginContext
    builtin: Mapping[str, Mapping[str, Factory]]
    neighbours: Sequence[Path] = ()
    problems: list[PluginProblem] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)
    _read: dict[Path, dict[str, dict[str, str]]] = field(default_factory=dict)
    _found: dict[str, dict[str, Factory]] = field(default_factory=dict)
    _made: dict[tuple[str, str], Any] = field(default_factory=dict)

    def names(self, seam: str) -> list[str]:
        """The plugins of a seam, built-in ones first."""
        return list(self._factories(seam))

    def prepare(self) -> None:
        """Look for foreign plugins now: reading every installed package's entry points takes a while the first time."""
        for seam in SEAMS:
            self._factories(seam)

    def get(self, seam: str, name: str) -> Any:
        """The plugin, made at first use. NotFoundError `plugin_unknown`; NotReadyError `plugin_broken` for a foreign one."""
        if (seam, name) not in self._made:
            factory = self._factories(seam).get(name)
            if factory is None:
                known = self.names(seam)
                raise NotFoundError(
                    "plugin_unknown",
                    said(_UNKNOWN_WORDS[seam], name=name),
                    said("Known: {known}.", known=listed(known)) if known else "None is known here.",
                )
            made = self._whole(seam, name, factory) if self.is_foreign(seam, name) else factory(self.context)
            self._made[seam, name] = made
        return self._made[seam, name]

    def is_foreign(self, seam: str, name: str) -> bool:
        return name not in self.builtin.get(seam, {})

    def _whole(self, seam: str, name: str, factory: Factory) -> Any:
        """A foreign plugin that has what its seam asks for."""
        try:
            with foreign_code():
                made = factory(self.context)
                _require_whole(seam, name, made)
        except ForeignFault as broken:
            raise NotReadyError(
                "plugin_broken",
                said(
                    "{name}, which comes from another pack, can't be used: {reason}.",
                    name=name,
                    reason=broken.reason,
                ),
                "Update that pack, or report it to its author.",
            ) from broken.fault
        return made

    def all(self, seam: str) -> dict[str, Any]:
        """Every plugin of the seam that could be made; a foreign one that fails is listed in `problems`."""
        made: dict[str, Any] = {}
        for name in self.names(seam):
            try:
                with foreign_code():
                    made[name] = self.get(seam, name)
            except ForeignFault as broken:
                if not self.is_foreign(seam, name):
                    raise broken.fault from None
                self._found[seam].pop(name)
                self._note(seam, name, broken.fault)
        return made

    def _factories(self, seam: str) -> dict[str, Factory]:
        if seam not in SEAMS:
            raise NotFoundError("plugin_unknown", f"There is no seam called {seam!r}.", f"Seams: {SEAMS}.")
        if seam not in self._found:
            factories = dict(self.builtin.get(seam, {}))
            for name, load in self._foreign(seam):
                if name in factories:
                    self._note(seam, name, Unfit(said("its name is taken")))
                    continue
                try:
                    with foreign_code():
                        factories[name] = load()
                except ForeignFault as broken:
                    self._note(seam, name, broken.fault)
            self._found[seam] = factories
        return self._found[seam]

    def _foreign(self, seam: str) -> Iterator[tuple[str, Callable[[], Factory]]]:
        for point in metadata.entry_points(group=f"isengard.{seam}"):
            yield point.name, point.load
        for pack in self.neighbours:
            for name, target in self._declared(pack).get(seam, {}).items():
                yield str(name), partial(_load, pack, str(target))

    def _declared(self, pack: Path) -> dict[str, dict[str, str]]:
        """Read once; what cannot be read is told and brings nothing."""
        if pack not in self._read:
            try:
                tables = _declared(pack)
            except (Unreadable, OSError) as damage:
                tables = {}
                slip = Slip("pack_slip", f"{pack.name}/pyproject.toml", getattr(damage, "line", 0))
                self.slips.append(slip)
                _log.warning(
                    "A neighbouring pack's pyproject.toml cannot be read", extra={"context": vars(slip)}
                )
            self._read[pack] = {seam: table for seam, table in tables.items() if isinstance(table, dict)}
        return self._read[pack]

    def _note(self, seam: str, name: str, fault: BaseException) -> None:
        cause = fault.__cause__ or fault
        reason = _reason_of(cause)
        self.problems.append(PluginProblem(seam, name, reason))
        _log.warning("Plugin not loaded", extra={"context": {"seam": seam, "name": name, "reason": reason}})


def _require_whole(seam: str, name: str, made: Any) -> None:
    for method in (*ASKED.get(seam, ()), *NEEDED.get(seam, ())):
        if not callable(getattr(made, method, None)):
            raise Unfit(said("it has no {method}()", method=method))
    for answer in [getattr(made, method)() for method in ASKED.get(seam, ())]:
        if answer.name != name:
            raise Unfit(
                said("it is declared as {name} and calls itself {other}", name=name, other=str(answer.name))
            )


def neighbour_packs(own_folder: Path) -> list[Path]:
    """The packs beside ours that declare `[tool.isengard.plugins]`, and those whose declaration cannot be read."""
    beside = sorted(own_folder.parent.iterdir()) if own_folder.parent.name == "custom_nodes" else []
    return [pack for pack in beside if pack != own_folder and _concerns_us(pack)]


def _concerns_us(pack: Path) -> bool:
    try:
        declared = _declared(pack)
        return any(isinstance(declared.get(seam), dict) and declared[seam] for seam in SEAMS)
    except Unreadable:
        return True
    except OSError:
        return False


def _declared(pack: Path) -> dict[str, Any]:
    """`[tool.isengard.plugins]` of a pack: seam -> {name: "module.path:factory"}. Unreadable, OSError."""
    file = pack / "pyproject.toml"
    if not file.is_file() or b"isengard" not in file.read_bytes():
        return {}
    table: Any = toml_files.read(file)
    for name in ("tool", "isengard", "plugins"):
        table = table.get(name) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else {}


def _load(pack: Path, target: str) -> Factory:
    module_name, _, attribute = target.partition(":")
    if not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", module_name) or not attribute.isidentifier():
        raise Unfit(said("'{target}' is not of the form module.path:factory", target=target))
    root = f"{NEIGHBOURS}.{re.sub(r'[^0-9A-Za-z_]', '_', pack.name)}"
    _namespace(NEIGHBOURS, [])
    _namespace(root, [str(pack)])
    factory: Factory = getattr(importlib.import_module(f"{root}.{module_name}"), attribute)
    return factory


def _namespace(name: str, folders: list[str]) -> None:
    """A package of that name whose modules lie in `folders`; the pack's own __init__ (nodes, routes) is not run."""
    if name not in sys.modules:
        module = types.ModuleType(name)
        module.__path__ = folders
        sys.modules[name] = module
