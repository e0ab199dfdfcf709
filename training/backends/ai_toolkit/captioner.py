"""AI-Toolkit's own captioner (its Qwen3VLCaptioner) in the dialect of 0.12: `run.py` with an extension job, its SQLite channel.

It writes a text beside each picture and leaves out what it could not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....core import atomic
from ....core.errors import NotReadyError
from ....core.families.hub_parts import HubPart, is_hub_id
from ....core.paths import DataPaths
from ....core.records.job import JobError
from ....core.records.worker import BackendState
from ....core.settings import Settings
from ...captioning.interface import PHOTOS, CaptionerCapabilities, Captioning
from ...captioning.prose import prompt_for
from ...downloads.hub_cache import lacking, whole_snapshot
from ...gpu.gpu_handover import Patience
from ...gpu.gpu_lock import PHASE
from ...interface import LOG_FILE
from ...machine.gpus import gpus
from ...tasks.task import Task, TaskFailed
from . import channels, config, failures, locate
from .environment import environment, torch_device
from .fetching import bring
from .plain_path import plain_path

CONFIG_FILE, DATABASE = "captioner.json", "captioner.db"
#: Sides of what the model looks at, and how much it may say: two or three sentences.
LOOK_SIDE, MOST_TOKENS = 768, 160
#: An owner's own model: this name in [base_models] of isengard.toml.
OWN_MODEL = "captioner"
_GB = 1e9


@dataclass(frozen=True)
class Model:
    """A vision model of the hub: what is fetched, what a GPU needs in all to run it, and what it takes of that."""

    part: HubPart
    least_gb: float
    vram_gb: float


def _qwen(hub: str, revision: str, size_gb: float) -> HubPart:
    """All that AI-Toolkit's captioner reads of it."""
    tokenizer = ["merges.txt", "tokenizer.json", "tokenizer_config.json", "vocab.json"]
    weights = "model.safetensors.index.json|model.safetensors"
    return HubPart(
        label="model that describes photos",
        hub=hub,
        revision=revision,
        files=["config.json", "preprocessor_config.json", *tokenizer, weights],
        optional=[
            "chat_template.jinja",
            "chat_template.json",
            "generation_config.json",
            "video_preprocessor_config.json",
        ],
        size=int(size_gb * _GB),
    )


#: The largest that fits with ease is used; on a processor the last. All Apache-2.0, ungated.
MODELS = (
    Model(_qwen("Qwen/Qwen3-VL-8B-Instruct", "0c351dd01ed87e9c1b53cbc748cba10e6187ff3b", 17.6), 30, 19),
    Model(_qwen("Qwen/Qwen3-VL-4B-Instruct", "ebb281ec70b05090aa6165b016eac8ec08e71b17", 8.9), 11, 10.5),
    Model(_qwen("Qwen/Qwen3-VL-2B-Instruct", "89644892e4d85e24eaac8bacfd4f463576704203", 4.3), 0, 6),
)
#: What a person reads instead of the words for a training.
_WORDS = {
    "gpu_out_of_memory": (
        "Describing the photos stopped: the GPU ran out of memory.",
        "Free ComfyUI's memory and close other programs, then press Retry: it continues where it stopped.",
    ),
    "memory_out": (
        "Describing the photos stopped: the computer ran out of memory.",
        "Close other programs, then press Retry: it continues where it stopped.",
    ),
    "trainer_killed": (
        "The system stopped the captioner, most likely because the computer ran out of memory.",
        "Close other programs, then press Retry: it continues where it stopped.",
    ),
    "disk_full": (
        "Describing the photos stopped: the disk is full.",
        "Free some space, then press Retry: it continues where it stopped.",
    ),
}


class AiToolkitCaptioner:
    name = "ai_toolkit"

    def __init__(self, settings: Settings, paths: DataPaths) -> None:
        self._settings = settings
        self._paths = paths

    def capabilities(self) -> CaptionerCapabilities:
        is_own = OWN_MODEL in self._settings.base_models
        return CaptionerCapabilities(
            name=self.name,
            label="AI-Toolkit",
            needs="cpu" if self._on_cpu() else "gpu",
            model=OWN_MODEL if is_own else self._model().part.hub,
            licence="" if is_own else "Apache-2.0",
            download_bytes=sum(one.size for one in lacking(self._parts(), self._settings.hf_home)),
        )

    def state(self) -> BackendState:
        installation, state = locate.find(self._settings, self._paths)
        if installation is not None and not gpus() and not self._settings.allow_cpu:
            detail = "No GPU was found that AI-Toolkit runs on, and describing photos on the processor would take hours."
            return state.saying(state="unsupported", detail=detail)
        return state

    def describe(self, task: Task, asked: Captioning) -> dict[str, str]:
        installation, state = locate.find(self._settings, self._paths)
        if installation is None:
            raise NotReadyError(
                "captioner_not_installed", state.sentence("detail"), "Set it up under Training first."
            )
        folder = task.dir / PHOTOS
        bring(task, self._parts(), self._settings, self._paths)
        seen = plain_path(task.dir)
        atomic.write_text(task.dir / CONFIG_FILE, config.as_text(self.config(seen, asked)))
        channels.create_job_db(task.dir / DATABASE)
        self._make_room(task)
        env = environment(self._settings, cpu=self._on_cpu())
        watch = _Watch(task, len(asked.photos), already=len(_said(folder, asked)))
        command = [str(installation.python), "run.py", str(seen / CONFIG_FILE)]
        code = task.run(command, cwd=installation.folder, env=env, meanwhile=watch.look)
        watch.look()
        row = channels.read_job(task.dir / DATABASE)
        if code != 0 or (row is not None and row.status == "error"):
            info = row.info if row is not None else ""
            raise TaskFailed(_in_words(failures.explain(info, channels.read_tail(task.dir / LOG_FILE), code)))
        return _said(folder, asked)

    def config(self, job_dir: Path, asked: Captioning) -> dict[str, Any]:
        """The whole configuration. `recaption` off: an attempt goes on where the last one stopped."""
        device = "cpu" if self._on_cpu() else torch_device(gpus())
        caption = {
            "model_name_or_path": self._read_from(),
            "dtype": "float32" if device == "cpu" else "bf16",
            "device": device,
            "quantize": False,
            "low_vram": False,
            "compile": False,
            "extensions": ["jpg", "png"],
            "path_to_caption": str(job_dir / PHOTOS),
            "recaption": False,
            "caption_extension": "txt",
            "caption_prompt": prompt_for(asked.class_word),
            "max_res": LOOK_SIDE,
            "max_new_tokens": MOST_TOKENS,
        }
        process = {
            "type": "Qwen3VLCaptioner",
            "sqlite_db_path": str(job_dir / DATABASE),
            "device": device,
            "caption": caption,
        }
        return {"job": "extension", "config": {"name": "captions", "process": [process]}}

    def _make_room(self, task: Task) -> None:
        if task.hold is None:
            return
        task.tell(PHASE)
        task.hold.make_room(self._paths, int(self._model().vram_gb * _GB), Patience(), task.check)
        if task.hold.words:
            task.warnings.append(task.hold.words)

    def _parts(self) -> list[HubPart]:
        """What is read of the hub; an owner's own repository as ours are, nothing for a folder of theirs."""
        part, own = self._model().part, self._settings.base_models.get(OWN_MODEL, "")
        if not own:
            return [part]
        return [part.model_copy(update={"hub": own, "revision": "main"})] if is_hub_id(own) else []

    def _read_from(self) -> str:
        """The folder in the hub's cache, so that nothing else is asked of it; a hub id where that is not whole."""
        parts = self._parts()
        folder = whole_snapshot(parts, self._settings.hf_home) if parts else None
        name = parts[0].hub if parts else self._settings.base_models[OWN_MODEL]
        return name if folder is None else str(folder)

    def _model(self) -> Model:
        """By the first GPU's memory."""
        cards = gpus()
        total = cards[0].total_bytes / _GB if cards else 0
        return next(model for model in MODELS if total >= model.least_gb)

    def _on_cpu(self) -> bool:
        return self._settings.allow_cpu and not gpus()


class _Watch:
    """Tells by photo where the captioner stands: what an earlier attempt described is not described again."""

    def __init__(self, task: Task, total: int, *, already: int) -> None:
        self._task = task
        self._total = total
        self._already = already

    def look(self) -> None:
        row = channels.read_job(self._task.dir / DATABASE)
        phase = "captioning" if row is not None and row.info.startswith("Captioning") else "loading"
        if phase == "loading":
            tail = channels.read_tail(self._task.dir / LOG_FILE, 4096)
            phase = channels.busy_with(tail) or phase
        step = self._already + (row.step if row is not None else 0)
        self._task.tell(phase, step=min(step, self._total), total=self._total)


def _said(folder: Path, asked: Captioning) -> dict[str, str]:
    texts = {}
    for photo in asked.photos:
        try:
            text = (folder / photo.file).with_suffix(".txt").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if text.strip():
            texts[photo.file] = text
    return texts


def _in_words(error: JobError) -> JobError:
    """The catalogue's failure as it looks to someone who wanted captions; nothing can be made smaller here."""
    message, hint = _WORDS.get(error.code, (error.sentence("message"), error.sentence("hint")))
    return error.saying(message=message, hint=hint, offer="")
