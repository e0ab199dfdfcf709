"""Published LoRAs: plain files below models/<slug>/ with a JSON sidecar each. The files are the truth, there is no table."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import cache, partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .. import atomic
from ..clock import Clock, iso
from ..errors import ConflictError, InvalidError, NotFoundError, StorageError
from ..faces.calibration import DLIB
from ..faces.models.records import calibration_of
from ..paths import DataPaths, contained
from ..records.checkpoint import Checkpoint, RankedVersion, Version
from ..said import said
from ..storage.file_lock import FileLock
from .companion_files import OURS
from .safetensors_file import copy_described, method_of
from .wall_scores import CHOSEN, TIED, is_measured, version_faults

#: The entry of a LoRA's metadata that names the checkpoint it was trained on.
BASE_ENTRY = "isengard_base"
#: What a version takes over from its checkpoint.
_CARRIED = {"step", "size", "sha256", "family", "base_sha256", "proof", "scores", "placeholder"}
#: A sidecar is read, changed and written: what is measured and what is described must not undo each other.
_CHANGING = threading.Lock()
#: What of a training's id tells its file from an equal one of another training.
_OF_JOB = 8
#: How long a change waits for one of another process.
_OTHERS_S = 2.0
_log = logging.getLogger("isengard.versions")


#: The file behind ComfyUI's name for a LoRA of the user's own; None where ComfyUI lists none of that name.
FindOutside = Callable[[str], "Path | None"]


def _nowhere(name: str) -> Path | None:
    """Of a process without ComfyUI: nothing is drawn there."""
    return None


class VersionStore:
    """Names are unique for ever (step + content hash): ComfyUI keeps serving the old content of a re-used name."""

    def __init__(self, paths: DataPaths, clock: Clock, outside: FindOutside = _nowhere) -> None:
        self._paths = paths
        self._clock = clock
        self._outside = outside

    def list(self, slug: str) -> list[Version]:
        """The character's published versions in the order they were trained, whenever each was published; a folder that
        leads outside models/ has none. LoRA managers leave files of their own there, with a dot more in their names."""
        try:
            folder = self._paths.character_models(slug)
        except InvalidError:
            _log.warning("A folder of models/ leads outside it", extra={"context": {"slug": slug}})
            return []
        sidecars = [file for file in folder.glob("*.json") if "." not in file.stem] if folder.is_dir() else []
        versions = [self._read(sidecar) for sidecar in sidecars]
        return sorted((v for v in versions if v is not None), key=_age)

    def best(self, slug: str, families: Collection[str] | None = None) -> Version | None:
        """Choose the best of these families: the user's pick, else what was chosen by measurement (core/faces/choosing.py), else the
        last one.

        A number never overrules a person's eyes, never what nobody has measured yet, and an old one never hides what was
        trained since. Numbers of two families are not compared."""
        return self.find(slug, "best", families)

    def find(
        self,
        slug: str,
        checkpoint: str,
        families: Collection[str] | None = None,
        job_id: str | None = None,
    ) -> Version | None:
        """Find a version by `best`, `last`, a step number, or a file name as `list` gives it; `job_id`: of this training alone."""
        versions = [v for v in self.list(slug) if families is None or v.family in families]
        return _found([v for v in versions if job_id is None or v.job_id == job_id], checkpoint)

    def candidates(self, slug: str, checkpoint: str) -> Sequence[Version]:
        """Versions to try, one of each family at most: what `find` gives, then what it gives for the families that are left, and so on."""
        return _by_family(self.list(slug), checkpoint)

    def ranked(self, slug: str) -> Sequence[RankedVersion]:
        """Rank all versions as `list` gives them, with what is best of each family; every page shows this choice, none makes its own."""
        versions = self.list(slug)
        order = {version.file: rank for rank, version in enumerate(_by_family(versions, "best"), 1)}
        families = {version.family for version in versions}
        near = {_chosen([v for v in versions if v.family == family]) for family in families}
        return [
            RankedVersion(
                **version.model_dump(),
                rank=order.get(version.file, 0),
                nearest=version.file in near,
                faults=version_faults(version.scores, calibration_of(version.measured_by) or DLIB),
                tied=_tied(version, versions) if version.file in near else [],
            )
            for version in versions
        ]

    def pick(self, slug: str, file: str) -> Version:
        """The user's own best of its family. NotFoundError `version_missing`."""
        with self._changing():
            versions = self.list(slug)
            chosen = next((v for v in versions if v.file == file), None)
            if chosen is None:
                raise _no_such_version()
            for version in versions:
                picked = version.file == file
                if version.family == chosen.family and version.picked != picked:
                    self._changed(version, partial(_with_pick, picked=picked))
        return chosen.model_copy(update={"picked": True})

    def path(self, version: Version) -> Path:
        """The file itself, contained in models/, or the user's own where ComfyUI lists it. Raises NotFoundError `version_missing`."""
        if version.outside:
            return self._own_file(version.outside)
        path = self._place(version)
        if not path.is_file():
            raise NotFoundError(
                "version_missing",
                said("{file} is no longer there.", file=path.name),
                "Press Use in ComfyUI on its step again.",
            )
        return path

    def _place(self, version: Version) -> Path:
        slug, _, name = version.file.partition("/")
        return contained(self._paths.models, slug, name)

    def _own_file(self, name: str) -> Path:
        path = self._outside(name)
        if path is None:
            raise NotFoundError(
                "version_missing",
                said("ComfyUI no longer lists {name}.", name=name),
                "Put the file back into its LoRA folder.",
            )
        return path

    def adopt(self, slug: str, character_id: str, found: Version) -> Version:
        """Make a LoRA of the user's own a version, by a record alone: `found.outside` is ComfyUI's name for it. ConflictError
        `lora_known` where it is one already."""
        folder = self._paths.character_models(slug)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(version.outside == found.outside for version in self.list(slug)):
            raise ConflictError(
                "lora_known", "This person has this LoRA already.", "Choose another file, or use it as it is."
            )
        stem = f"{slug}-{found.family}-{found.step:06d}-{found.sha256[:8]}"
        version = found.model_copy(
            update={"file": f"{slug}/{stem}.safetensors", "created_at": iso(self._clock.now())}
        )
        self._write(contained(folder, f"{stem}.json"), {"character_id": character_id}, version)
        _log.info("A LoRA from elsewhere was taken in", extra={"context": {"file": version.file}})
        return version

    def release(self, slug: str, file: str) -> Version:
        """Forget the record of a LoRA of the user's own; the file stays. NotFoundError `version_missing`."""
        version = next((one for one in self.list(slug) if one.file == file and one.outside), None)
        if version is None:
            raise _no_such_version()
        self._sidecar(version).unlink()
        return version

    def publish(
        self,
        slug: str,
        *,
        character_id: str,
        job_id: str,
        checkpoint: Checkpoint,
        source_file: Path,
        base_model: str = "",
        trigger_word: str = "",
        said: Mapping[str, str] | None = None,
    ) -> Version:
        """Copy `source_file` into models/<slug>/ by temp + rename; doing it twice gives the same version.

        A copy, not a hard link: a trainer that writes its file again in place would otherwise truncate
        the one ComfyUI has mapped (facts: lora-roundtrip). `said` is added to its metadata, so its hash is its own;
        the name keeps the checkpoint's, and begins as the model's licence asks. Two trainings may write the same bytes: each
        has a version of its own. Raises StorageError `publish_failed`.
        """
        folder = self._paths.character_models(slug)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        stem = self._stem(folder, slug, checkpoint, job_id)
        target, sidecar = contained(folder, f"{stem}.safetensors"), contained(folder, f"{stem}.json")
        published = self._read(sidecar) if sidecar.exists() and target.exists() else None
        if published is not None:
            return published
        if not target.exists():
            _copy(source_file, target, said or {})
        facts = checkpoint.model_dump(include=_CARRIED) | _measured(target)
        version = Version(
            **facts,
            job_id=job_id,
            file=f"{slug}/{target.name}",
            base_model=base_model,
            trigger_word=trigger_word,
            trained_at=_written(source_file),
            created_at=iso(self._clock.now()),
        )
        return self._kept(sidecar, character_id, version)

    def _stem(self, folder: Path, slug: str, checkpoint: Checkpoint, job_id: str) -> str:
        """What its file is called; where a version of another training has this name, with what tells the two apart."""
        stem = f"{_start(checkpoint.family)}{slug}-{checkpoint.family}-{checkpoint.step:06d}-{checkpoint.sha256[:8]}"
        sidecar = contained(folder, f"{stem}.json")
        published = self._read(sidecar) if sidecar.exists() else None
        is_anothers = published is not None and published.job_id != job_id
        return f"{stem}-{job_id[-_OF_JOB:]}" if is_anothers else stem

    def _kept(self, sidecar: Path, character_id: str, version: Version) -> Version:
        """Published by a worker and us at once, the first stays: it may have been picked already."""
        with self._changing():
            published = self._read(sidecar) if sidecar.exists() else None
            if published is not None:
                return published
            self._write(sidecar, {"character_id": character_id}, version)
        _log.info("LoRA published", extra={"context": {"file": version.file, "job_id": version.job_id}})
        return version

    def update(self, version: Version, change: Callable[[Version], Version]) -> Version:
        """Write what `change` makes of the version (proof, scores, pick) as its sidecar tells it at that moment, whatever was read
        before. NotFoundError `version_missing` when its file is gone."""
        with self._changing():
            return self._changed(version, change)

    def _changed(self, version: Version, change: Callable[[Version], Version]) -> Version:
        self.path(version)
        before = self._read(self._sidecar(version))
        if before is None:
            raise _no_such_version()
        after = change(before)
        if after != before:
            self._write(self._sidecar(version), self.described(version), after)
        return after

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One change at a time, of all processes; where a disk has no locks, of this one."""
        with _CHANGING:
            lock = FileLock(self._paths.run / "versions.lock")
            try:
                lock.acquire(_OTHERS_S)
                yield
            finally:
                lock.release()

    def described(self, version: Version) -> dict[str, Any]:
        """All that its sidecar says. OSError."""
        content: dict[str, Any] = json.loads(self._sidecar(version).read_text(encoding="utf-8"))
        return content

    def _sidecar(self, version: Version) -> Path:
        return self._place(version).with_suffix(".json")

    def describe(self, version: Version, entries: Mapping[str, object]) -> None:
        """Put entries beside the version in its sidecar, which other programs read; those that are None go. Nothing is written where
        they stand there already. OSError."""
        with self._changing():
            content = self.described(version)
            described = {name: said for name, said in {**content, **entries}.items() if said is not None}
            if described != content:
                atomic.write_json(self._sidecar(version), described)

    def _write(self, sidecar: Path, beside: Mapping[str, object], version: Version) -> None:
        """`beside`: what else the sidecar says."""
        atomic.write_json(sidecar, {**beside, "version": version.model_dump(mode="json")})

    def _read(self, sidecar: Path) -> Version | None:
        try:
            content = json.loads(sidecar.read_text(encoding="utf-8"))
            version = Version.model_validate(content["version"])
        except (OSError, ValueError, KeyError, TypeError, ValidationError) as damage:
            _log.warning(
                "A LoRA's sidecar cannot be read",
                extra={"context": {"file": sidecar.name, "reason": type(damage).__name__}},
            )
            return None
        version = version.model_copy(update={"shown": OURS in content})
        if version.outside:
            return version if self._outside(version.outside) is not None else None
        return version if sidecar.with_suffix(".safetensors").is_file() else None


def _no_such_version() -> NotFoundError:
    return NotFoundError("version_missing", "There is no such version.", "It may have been deleted: reload.")


def _with_pick(version: Version, *, picked: bool) -> Version:
    return version.model_copy(update={"picked": picked})


@cache
def _starts() -> Mapping[str, str]:
    from ..families.families import Families  # nodes import this module, and ComfyUI waits for them

    return {family.key: family.name_start for family in Families().all()}


def _start(family: str) -> str:
    """What a file's name begins with before the person's, as the model's licence asks."""
    start = _starts().get(family, "")
    return f"{start}-" if start else ""


def _by_family(versions: Sequence[Version], checkpoint: str) -> list[Version]:
    """What `_found` gives, then what it gives for the families that are left, and so on."""
    left, ranked = list(versions), list[Version]()
    while (version := _found(left, checkpoint)) is not None:
        ranked.append(version)
        left = [other for other in left if other.family != version.family]
    return ranked


def _found(versions: Sequence[Version], checkpoint: str) -> Version | None:
    """Of these, oldest first; as `VersionStore.find` says."""
    if checkpoint == "best":
        return _best(versions)
    if checkpoint == "last":
        return versions[-1] if versions else None
    step = int(checkpoint) if checkpoint.isdecimal() else None
    return next((v for v in reversed(versions) if step == v.step or v.file == checkpoint), None)


def _best(versions: Sequence[Version]) -> Version | None:
    sound = [version for version in versions if version.picked or version.proof.image != "broken"]
    if not sound:
        return versions[-1] if versions else None
    leading = next((version for version in reversed(sound) if version.picked), sound[-1])
    chosen = _chosen([version for version in sound if version.family == leading.family])
    return next((v for v in sound if not leading.picked and v.file == chosen), leading)


def _chosen(family: Sequence[Version]) -> str:
    """The file that was chosen by measurement; '' where none was, or where nothing of what was trained since was measured."""
    sound = [version for version in family if version.proof.image != "broken"]
    newest = [version for version in sound if version.job_id == sound[-1].job_id]
    if not any(is_measured(version) for version in newest):
        return ""
    return next((version.file for version in sound if version.scores.get(CHOSEN)), "")


def _tied(chosen: Version, versions: Sequence[Version]) -> list[str]:
    return [other.file for other in versions if other.family == chosen.family and other.scores.get(TIED)]


def _age(version: Version) -> tuple[str, str, int]:
    """Of files older than `trained_at` it is told by when they were published."""
    return version.trained_at or version.created_at, version.created_at, version.step


def _written(source: Path) -> str:
    """When the trainer wrote it; '' where it is gone, its copy being here already."""
    try:
        return iso(datetime.fromtimestamp(source.stat().st_mtime, timezone.utc))
    except OSError:
        return ""


def _measured(file: Path) -> dict[str, object]:
    """Of the published file, whose header says more than the checkpoint's."""
    with file.open("rb") as stream:
        digest = hashlib.sha256()
        while chunk := stream.read(1024 * 1024):
            digest.update(chunk)
    return {"size": file.stat().st_size, "sha256": digest.hexdigest(), "method": method_of(file)}


def _copy(source: Path, target: Path, metadata: Mapping[str, str]) -> None:
    try:
        atomic.write_with(target, lambda stream: copy_described(source, stream, metadata))
    except OSError as fault:
        raise StorageError(
            "publish_failed",
            said("The LoRA could not be copied: {reason}.", reason=fault.strerror or str(fault)),
            "Free some disk space, then press Use in ComfyUI again.",
        ) from fault
