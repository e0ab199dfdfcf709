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
from importlib import metadata
from pathlib import Path
from typing import Any

from ...core.characters.character_store import everybody
from ...core.characters.slugs import is_generic_slug
from ...core.errors import InvalidError
from ...core.jobs.ledger import JobFilter
from ...core.logs import SERVICES
from ...core.privacy.anonymize import anonymizer
from ...core.privacy.personal_data import words_of
from ...core.records.character import Character
from ...core.settings import SECRETS, Settings, load_settings
from ...core.storage.recovery_notices import Recoveries
from ...core.version import VERSION
from ...training.backends.backend_states import states
from ..container import Services
from .log_lines import newest_lines

FILE_NAME = "isengard-diagnostics.zip"
LINES = 500
JOBS = 20
#: What behaves differently from version to version.
PACKAGES = (
    "aiohttp", "comfyui-frontend-package", "huey", "pillow", "pydantic", "python-json-logger", "redis", "safetensors", "torch",
)  # fmt: skip
_JOB = {"id", "kind", "state", "attempt", "backend", "error"}


def bundle(services: Services) -> bytes:
    """The zip file; everything in it has gone through the same redaction."""
    anonymous = _anonymizer(services)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _members(services, anonymous):
            archive.writestr(name, text)
    return stream.getvalue()


def _members(services: Services, anonymous: Callable[[Any], Any]) -> Iterator[tuple[str, str]]:
    yield "versions.json", _json(anonymous(_versions(services)))
    yield "state.json", _json(anonymous(_state(services)))
    yield "doctor.txt", "".join(f"{level:5} {anonymous(text)}\n" for level, text in _doctor(services))
    for name in SERVICES:
        lines = newest_lines(services.paths.logs, [name], "", LINES)
        yield f"logs/{name}.jsonl", "".join(f"{_json(anonymous(line), indent=None)}\n" for line in lines)


def _json(value: Any, indent: int | None = 1) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _versions(services: Services) -> dict[str, Any]:
    return {
        "isengard": VERSION,
        "comfyui": services.host.version,
        "python": sys.version.split()[0],
        "system": platform.platform(),
        "packages": {name: _version(name) for name in PACKAGES},
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _state(services: Services) -> dict[str, Any]:
    jobs = services.ledger.jobs(JobFilter(), limit=JOBS).items
    return {
        "mode": services.settings.mode,
        "sources": dict(services.settings.sources),
        "workers": [worker.model_dump(mode="json", exclude={"host"}) for worker in services.ledger.workers()],
        "backends": [state.model_dump(mode="json") for state in states(services.registry)],
        "plugin_problems": [vars(problem) for problem in services.registry.problems],
        "jobs": [job.model_dump(mode="json", include=_JOB) for job in jobs],
        "loops": [vars(trouble) for trouble in services.loops.troubles()],
        "recoveries": [told.model_dump(mode="json") for told in Recoveries(services.paths).untold()],
    }


def _doctor(services: Services) -> list[tuple[str, str]]:
    from ...training.doctor import doctor

    try:
        return doctor.examined(services.paths, services.registry)
    except InvalidError as slip:
        return [("FAIL", f"{slip.message} {slip.hint}")]


def _anonymizer(services: Services) -> Callable[[Any], Any]:
    names = [word for person in everybody(services.characters) for word in _said_of(person)]
    known = [services.settings, *_settings_now(services)]
    secrets = [str(getattr(settings, name)) for settings in known for name in SECRETS]
    return anonymizer(names=names, secrets=secrets, places=_places(services))


def _settings_now(services: Services) -> list[Settings]:
    """None where a file of theirs cannot be read: the bundle that shows it must not fail by it."""
    try:
        return [load_settings(os.environ, services.paths)]
    except InvalidError:
        return []


def _said_of(person: Character) -> list[str]:
    """What they are called, and their files where those are called after them."""
    slug = [] if is_generic_slug(person.slug) else [person.slug]
    return [*words_of(person), *slug]


def _places(services: Services) -> dict[str, str]:
    comfyui = services.host.user_directory.parent
    told = {
        services.paths.root: "[DATA]",
        services.paths.logs: "[LOGS]",
        comfyui: "[COMFYUI]",
        Path.home(): "[HOME]",
    }
    both = {str(way): shown for place, shown in told.items() for way in (place, place.resolve())}
    return {**both, socket.gethostname(): "[HOST]"}
