"""The bundle that goes with a bug report: versions, states, what the doctor says, the newest log lines; nobody is in it."""

from __future__ import annotations

import io
import json
import os
import platform
import socket
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from ...core.characters.character_store import CharacterStore, everybody
from ...core.characters.slugs import is_generic_slug
from ...core.errors import InvalidError
from ...core.jobs.ledger import JobFilter, Ledger
from ...core.logs import SERVICES
from ...core.loops import Loops
from ...core.paths import DataPaths
from ...core.plugins import PluginRegistry
from ...core.privacy.anonymize import anonymizer
from ...core.privacy.personal_data import words_of
from ...core.records.character import Character
from ...core.settings import SECRETS, Settings, load_settings
from ...core.storage.recovery_notices import Recoveries
from ...core.version import VERSION
from ...training.backends.backend_states import states
from ..host import Host
from .frontend_report import FrontendReport
from .log_lines import newest_lines

FILE_NAME = "isengard-diagnostics.zip"
LINES = 500
JOBS = 20
#: What behaves differently from version to version.
PACKAGES = (
    "aiohttp", "comfyui-frontend-package", "huey", "pillow", "pydantic", "python-json-logger", "redis", "safetensors", "torch",
)  # fmt: skip
#: What an issue begins with; the lines below them are for the answers.
_QUESTIONS = ("### What happened", "", "", "### What you did just before", "", "")
_JOB = {"id", "kind", "state", "attempt", "backend", "error"}


@dataclass(frozen=True)
class Source:
    """The sources that the bundle is made of."""

    paths: DataPaths
    settings: Settings
    host: Host
    characters: CharacterStore
    ledger: Ledger
    registry: PluginRegistry
    loops: Loops


def bundle(source: Source, frontend: FrontendReport | None = None) -> bytes:
    """The zip file; everything in it has gone through the same redaction. `frontend` is what the page says of itself."""
    anonymous = _anonymizer(source)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _members(source, frontend, anonymous):
            archive.writestr(name, text)
    return stream.getvalue()


def issue_draft(source: Source, frontend: FrontendReport | None = None) -> tuple[str, str]:
    """Title and text of a new issue, in the words of its readers: questions for whoever writes it, and versions. No name, path or
    token: what is told goes through the redaction of the bundle."""
    told = _anonymizer(source)(_versions(source))
    page = f" ({frontend.adapter})" if frontend else ""
    packages = ", ".join(f"{name} {version}" for name, version in told["packages"].items() if version)
    lines = [
        f"- Isengard {told['isengard']}",
        f"- ComfyUI {told['comfyui']}, frontend {told['frontend']}{page}",
        f"- Python {told['python']}, {told['system']}",
        f"- {packages}",
    ]
    return (
        f"Problem with Isengard {told['isengard']} in ComfyUI {told['comfyui']}",
        "\n".join([*_QUESTIONS, "### Versions", "", *lines, ""]),
    )


def _members(
    source: Source, frontend: FrontendReport | None, anonymous: Callable[[Any], Any]
) -> Iterator[tuple[str, str]]:
    yield "versions.json", _json(anonymous(_versions(source)))
    if frontend:
        yield "frontend.json", _json(anonymous(frontend.model_dump()))
    yield "state.json", _json(anonymous(_state(source)))
    yield "doctor.txt", "".join(f"{level:5} {anonymous(text)}\n" for level, text in _doctor(source))
    for name in SERVICES:
        lines = newest_lines(source.paths.logs, [name], "", LINES)
        yield f"logs/{name}.jsonl", "".join(f"{_json(anonymous(line), indent=None)}\n" for line in lines)


def _json(value: Any, indent: int | None = 1) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _versions(source: Source) -> dict[str, Any]:
    return {
        "isengard": VERSION,
        "comfyui": source.host.version,
        "frontend": source.host.frontend,
        "comfyui_capabilities": source.host.capabilities(),
        "python": sys.version.split()[0],
        "system": platform.platform(),
        "packages": {name: _version(name) for name in PACKAGES},
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _state(source: Source) -> dict[str, Any]:
    jobs = source.ledger.jobs(JobFilter(), limit=JOBS).items
    return {
        "mode": source.settings.mode,
        "sources": dict(source.settings.sources),
        "workers": [worker.model_dump(mode="json", exclude={"host"}) for worker in source.ledger.workers()],
        "backends": [state.model_dump(mode="json") for state in states(source.registry)],
        "plugin_problems": [vars(problem) for problem in source.registry.problems],
        "jobs": [job.model_dump(mode="json", include=_JOB) for job in jobs],
        "loops": [vars(trouble) for trouble in source.loops.troubles()],
        "recoveries": [recovery.model_dump(mode="json") for recovery in Recoveries(source.paths).untold()],
    }


def _doctor(source: Source) -> list[tuple[str, str]]:
    from ...training.doctor import doctor

    try:
        return doctor.examined(source.paths, source.registry)
    except InvalidError as slip:
        return [("FAIL", f"{slip.message} {slip.hint}")]


def _anonymizer(source: Source) -> Callable[[Any], Any]:
    names = [word for person in everybody(source.characters) for word in _said_of(person)]
    every_settings = [source.settings, *_settings_now(source)]
    secrets = [str(getattr(settings, name)) for settings in every_settings for name in SECRETS]
    return anonymizer(names=names, secrets=secrets, places=_places(source))


def _settings_now(source: Source) -> list[Settings]:
    """None where a file of theirs cannot be read: the bundle that shows it must not fail by it."""
    try:
        return [load_settings(os.environ, source.paths)]
    except InvalidError:
        return []


def _said_of(person: Character) -> list[str]:
    """What they are called, and their files where those are called after them."""
    slug = [] if is_generic_slug(person.slug) else [person.slug]
    return [*words_of(person), *slug]


def _places(source: Source) -> dict[str, str]:
    comfyui = source.host.user_directory.parent
    shown_as = {
        source.paths.root: "[DATA]",
        source.paths.logs: "[LOGS]",
        comfyui: "[COMFYUI]",
        Path.home(): "[HOME]",
    }
    both = {str(way): shown for place, shown in shown_as.items() for way in (place, place.resolve())}
    return {**both, socket.gethostname(): "[HOST]"}
