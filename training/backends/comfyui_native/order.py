"""What the backend and its trainer's process tell each other, as files in the job's folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ....core import atomic
from ....core.storage.documents import known

ORDER_FILE = "config.json"
STATUS_FILE = "status.json"
LOSS_FILE = "native_loss.jsonl"
SAVE_FLAG, STOP_FLAG = "save_now", "stop"
#: The folder of our own ComfyUI below the job's: its photos, pictures and database, gone when the training ends.
WORK = "comfyui"
#: Below it what the next slice goes on from.
STATE = "state"
#: The exit code of a trainer that was asked to stop, as a signal would give it.
STOPPED = 143


@dataclass(frozen=True)
class Order:
    """A training as its process gets it. `start`: the ComfyUI to run, as `Installation`; `save_every` and `first_step` in steps; `algorithm` by the node's own name, of which `rank` is a LoKr's factor; `beside`:
    the files of a model in parts by their roles, `clip` what ComfyUI's loader calls its kind of text encoder."""

    start: dict[str, Any]
    base: str
    loader: str
    stem: str
    steps: int
    first_step: int
    save_every: int
    rank: int
    alpha: float
    learning_rate: float
    batch_size: int
    resolution: list[int]
    seed: int
    prompts: list[str]
    sample_steps: int
    sample_guidance: float
    low_vram: bool
    algorithm: str = "LoRA"
    beside: dict[str, str] = field(default_factory=dict)
    clip: str = ""

    def write(self, job_dir: Path) -> None:
        atomic.write_json(job_dir / ORDER_FILE, asdict(self))

    @classmethod
    def read(cls, job_dir: Path) -> Order:
        return cls(**known(cls, json.loads((job_dir / ORDER_FILE).read_text(encoding="utf-8"))))


def checkpoint_name(stem: str, step: int) -> str:
    return f"{stem}_{step:06d}.safetensors"
