"""A training in slices: one prompt after the other to a ComfyUI of our own, each going on with the LoRA of the one before."""

from __future__ import annotations

import json
import math
import shutil
import sys
import time
from pathlib import Path

from safetensors import SafetensorError

from ....core import atomic
from ...job_folder.dataset import DATASET
from . import graphs, pictures, weights
from .bars import Bars
from .graphs import TrainingNode
from .order import LOSS_FILE, SAVE_FLAG, STATE, STATUS_FILE, STOP_FLAG, STOPPED, WORK, Order, checkpoint_name
from .own_comfyui import Ended, OwnComfyUI, Refused
from .slices import next_slice
from .weights import Learned

#: Small pictures while it runs: they are looked at, not kept.
SAMPLE_SIDE = 768
#: A step that finds the modules to train and teaches them nothing worth the name: its result is replaced.
_NO_RATE = 1e-7
_KILLED = 137
#: What ComfyUI calls the folders: by the way a base is loaded, and by the role of a file beside it.
_KINDS = {
    "checkpoint": "checkpoints",
    "parts": "diffusion_models",
    "text_encoder": "text_encoders",
    "vae": "vae",
}


class StopAsked(Exception):
    """The worker wants it to end."""


def main(job_dir: Path) -> int:
    """The exit status: 0 for all steps done and saved."""
    run = Run(job_dir, Order.read(job_dir))
    try:
        run.train()
    except StopAsked:
        run.save_what_was_asked()
        return STOPPED
    except Ended as ended:
        _say(str(ended))
        # as a shell tells it: killed by the system, most likely for memory
        return _KILLED if ended.code in (-9, _KILLED) else 1
    except (Refused, TimeoutError) as fault:
        _say(f"{fault}")
        return 1
    finally:
        run.tidy()
    return 0


class Run:
    """A training from `order.first_step` on."""

    def __init__(self, job_dir: Path, order: Order) -> None:
        self._dir, self._order = job_dir, order
        self._work, self._out = job_dir / WORK, job_dir / "out"
        self._state = job_dir / STATE
        self._bars = Bars()
        self._status: dict[str, object] = {}
        self._pace: float | None = None
        self._on_cpu = False
        self._done = self._began = order.first_step
        self._loss: float | None = None
        self._kept: tuple[Learned, tuple[str, str]] | None = None
        self._comfyui = OwnComfyUI(order.start, self._work, self._bars.feed)

    def train(self) -> None:
        """Raises StopAsked, Ended, Refused, TimeoutError."""
        order = self._order
        self._tell("starting")
        self._work.mkdir(exist_ok=True)
        base = Path(order.base)
        self._state.mkdir(exist_ok=True)
        models = {_KINDS[order.loader]: [base.parent], "loras": [self._state, self._out]}
        models |= {_KINDS[role]: [Path(file).parent] for role, file in order.beside.items()}
        self._comfyui.prepare(models)
        pictures.prepare(self._dir / DATASET, self._work / "input" / graphs.PHOTOS, order.resolution)
        with self._comfyui:
            self._on_cpu = self._comfyui.wait_until_up(self._heed)
            self._tell("loading")
            node = self._training_node()
            learned = self._going_on() or self._begun(node)
            self._began = self._done
            if self._done >= order.steps:  # it was ended between its last step and its last save
                self._save_when_due(learned)
            while self._done < order.steps:
                steps = next_slice(self._done, order.steps, order.save_every, self._pace)
                learned = self._slice(node, learned, steps)
                self._save_when_due(learned)

    def save_what_was_asked(self) -> None:
        """A pause that could not wait for its slice: what those before it have learned is saved, and nothing is drawn."""
        if self._kept is None or not (self._dir / SAVE_FLAG).exists():
            return
        learned = self._kept[0]
        file = self._out / checkpoint_name(self._order.stem, learned.step)
        if learned.step and not file.exists():
            weights.save_checkpoint(learned, file)

    def tidy(self) -> None:
        """Photos, pictures and database go whatever came of it; what the next attempt goes on from stays until all is done."""
        shutil.rmtree(self._work, ignore_errors=True)
        if self._done >= self._order.steps:
            shutil.rmtree(self._state, ignore_errors=True)

    def _training_node(self) -> TrainingNode:
        try:
            return TrainingNode.of(self._comfyui.ask("GET", f"/object_info/{graphs.TRAINER}"))
        except ValueError as unknown:
            raise Refused(str(unknown)) from unknown

    def _going_on(self) -> Learned | None:
        """The state after the last slice, which has whole precision; else the last checkpoint."""
        order = self._order
        if not order.first_step:
            return None
        learned = weights.kept(self._state)
        if learned is not None and learned.step >= order.first_step and learned.finite:
            self._done = learned.step
            return learned
        try:
            return weights.read(self._out / checkpoint_name(order.stem, order.first_step), order.first_step)
        except (OSError, SafetensorError) as fault:
            raise Refused(f"the checkpoint cannot be read: {fault}") from fault

    def _begun(self, node: TrainingNode) -> Learned:
        """The modules that the node trains are known once it has trained: one step at next to no learning rate."""
        order = self._order
        graph = graphs.slice_of(
            order, node, steps=1, done=0, going_on="", shifts="", on_cpu=self._on_cpu, learning_rate=_NO_RATE
        )
        self._bars.begin(0)
        self._comfyui.run(graph, self._heed)
        found = self._saved(0)
        return weights.begun(found, alpha=order.alpha, seed=order.seed)

    def _slice(self, node: TrainingNode, learned: Learned, steps: int) -> Learned:
        pairs, shifts = self._keep(learned)
        self._bars.begin(self._done)
        began = time.monotonic()
        self._tell("training")
        graph = graphs.slice_of(
            self._order,
            node,
            steps=steps,
            done=self._done,
            going_on=pairs,
            shifts=shifts,
            on_cpu=self._on_cpu,
        )
        self._comfyui.run(graph, self._obey)
        found = self._saved(self._done + steps)
        self._bars.finish()
        self._note_losses()
        self._pace = self._bars.pace or (time.monotonic() - began) / steps
        self._done += steps
        learned = weights.after(learned, found)
        if learned.finite:
            self._keep(learned)
        return learned

    def _keep(self, learned: Learned) -> tuple[str, str]:
        """The names of both files; what the slice before has kept is not written again."""
        if self._kept is None or self._kept[0] is not learned:
            self._kept = learned, weights.keep(learned, self._state)
        return self._kept[1]

    def _saved(self, step: int) -> Learned:
        """What the node has saved; its file is removed."""
        files = sorted((self._work / "output").glob(f"{graphs.SLICE}*.safetensors"))
        if not files:
            raise Refused("ComfyUI has saved no LoRA")
        found = weights.read(files[-1], step)
        for file in files:
            file.unlink()
        return found

    def _save_when_due(self, learned: Learned) -> None:
        asked = self._dir / SAVE_FLAG
        due = self._done % self._order.save_every == 0 or self._done >= self._order.steps
        if not (due or asked.exists()):
            return
        asked.unlink(missing_ok=True)
        self._tell("saving")
        name = checkpoint_name(self._order.stem, self._done)
        weights.save_checkpoint(learned, self._out / name)
        self._tell("sampling")
        self._draw(name)

    def _draw(self, lora: str) -> None:
        """Pictures are looked at only: a training goes on without them."""
        prompts = self._order.prompts
        if not prompts:
            return
        graph = graphs.samples_of(self._order, lora, prompts, min(SAMPLE_SIDE, max(self._order.resolution)))
        try:
            outputs = self._comfyui.run(graph, self._obey)
            folder = self._dir / "samples"
            folder.mkdir(exist_ok=True)
            for number in range(len(prompts)):
                for picture in outputs.get(f"save{number}", {}).get("images", []):
                    source = self._work / "output" / picture["subfolder"] / picture["filename"]
                    atomic.replace(source, folder / f"{self._done:06d}_{number}.png")
        except (Refused, OSError) as fault:
            _say(f"No sample pictures: {fault}")

    def _heed(self) -> None:
        if (self._dir / STOP_FLAG).exists():
            raise StopAsked

    def _obey(self) -> None:
        self._heed()
        self._note_losses()

    def _note_losses(self) -> None:
        points = self._bars.take()
        if not points:
            return
        rate = self._order.learning_rate
        with (self._dir / LOSS_FILE).open("a", encoding="utf-8") as stream:
            for step, loss in points:
                stream.write(json.dumps({"step": step, "loss": loss, "learning_rate": rate}) + "\n")
        step, loss = points[-1]
        self._loss = loss if math.isfinite(loss) else None
        self._tell("training", step)

    def _tell(self, phase: str, step: int | None = None) -> None:
        told = {
            "phase": phase,
            "step": self._done if step is None else step,
            "loss": self._loss,
            "seconds_per_step": self._bars.pace or self._pace,
            "began_at": self._began,
        }
        if told != self._status:
            self._status = told
            atomic.write_json(self._dir / STATUS_FILE, told)


def _say(text: str) -> None:
    """Into the job's log."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
