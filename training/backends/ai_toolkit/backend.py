"""The AI-Toolkit backend: plans `run.py`, reads its channels, judges its outcome by the files it left."""

from __future__ import annotations

import logging
import math
import re
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ....core import atomic
from ....core.errors import NotReadyError
from ....core.families.families import Families, Family
from ....core.families.hub_parts import is_described, parts_for
from ....core.paths import DataPaths
from ....core.records.checkpoint import Checkpoint
from ....core.records.job import Progress
from ....core.records.training import Finding
from ....core.records.worker import BackendState
from ....core.said import joined, said
from ....core.settings import Settings, current_token
from ...downloads.hub_cache import local_adapter, local_base, local_repository
from ...interface import (
    LOG_FILE,
    BackendCapabilities,
    LaunchPlan,
    LossPoint,
    Option,
    Outcome,
    Reading,
    ResolvedTraining,
    SampleFile,
)
from ...machine.gpus import gpus
from ...process import process_tree
from ...tasks.installable import SetupOffer
from ...tasks.task import Task
from ..checkpoint_reader import CheckpointReader
from . import channels, config, locate, optimizer, outcomes
from .environment import environment, torch_device
from .fetching import Fetching, bring
from .omissions import Omissions
from .plain_path import plain_path
from .setup import service

#: Bumped whenever what is trained changes (see config.py).
VERSION = "1.6.0"
CONFIG_FILE = "config.json"
#: What it can do to take less memory.
SAVINGS = ("cache_text", "quantize", "low_vram", "batch_size", "bits", "resolution", "offload", "rank")
_BARS_BYTES = 4096
#: AI-Toolkit's words for what it does -> ours.
_PHASES = {
    "Starting": "starting",
    "Training completed": "finishing",
    "Training": "training",
    "Saving": "saving",
    "Generating": "sampling",
    "Job": "finishing",
}


class AiToolkitBackend:
    """Adapter of one dialect: 0.12 (`diffusion_trainer`, Job row, loss_log.db), with the log's bars as the fallback."""

    name = "ai_toolkit"
    version = VERSION

    def __init__(self, settings: Settings, paths: DataPaths, families: Families) -> None:
        self._settings = settings
        self._paths = paths
        self._families = families
        self._reader = CheckpointReader()
        self._omissions = Omissions()
        self._fetching = Fetching()
        self._began: dict[Path, int] = {}

    def capabilities(self) -> BackendCapabilities:
        return BackendCapabilities(
            name=self.name,
            label="AI-Toolkit",
            version=self.version,
            families=[family.key for family in self._families.offered()],
            methods=["lora", "lokr"],
            needs="cpu" if self._on_cpu() else "gpu",
            tagline="better results, 3 GB once",
            about="Trains every model here and loses nothing at a pause. It is downloaded once (about 3 GB), into a Python of its own.",
            can_continue=True,
            figures=True,
            savings=list(SAVINGS),
            options={
                "steps": Option(
                    min=1, max=20_000, tooltip="How long to train. Training too long memorises the photos."
                ),
                "rank": Option(
                    min=1, max=256, tooltip="How much the LoRA can hold. 16 is plenty for a face."
                ),
                "alpha": Option(
                    min=1, max=256, tooltip="Scales the LoRA. Leave it equal to the rank if unsure."
                ),
                "lokr_factor": Option(
                    min=2, max=32, tooltip="LoKr only: a larger factor makes a smaller file that holds less."
                ),
                "learning_rate": Option(
                    min=1e-6, max=0.1, tooltip="How big each step is. 0.0001 is the usual value."
                ),
                "batch_size": Option(min=1, max=16, tooltip="Photos per step. More needs more video memory."),
                "save_every": Option(
                    min=1, max=20_000, tooltip="Steps between two checkpoints to choose from."
                ),
            },
        )

    def state(self) -> BackendState:
        return locate.find(self._settings, self._paths)[1]

    def preflight(self, training: ResolvedTraining) -> list[Finding]:
        findings = [
            finding.model_copy(update={"this_machine": True})
            for finding in (*self._state_findings(), *self._gpu_findings())
        ]
        if not training.base_path:
            message = "The model to train on was not found in ComfyUI's folders."
            findings.append(
                Finding(severity="error", code="base_model_missing", message=message, fix="download_model")
            )
        return findings

    def _state_findings(self) -> list[Finding]:
        state = self.state()
        if state.state != "ready":
            return [
                Finding(
                    severity="error",
                    code="backend_missing",
                    message=state.sentence("detail"),
                    fix="setup_backend",
                )
            ]
        if state.detail:
            return [
                Finding(
                    severity="warning",
                    code="backend_untested",
                    message=state.sentence("detail"),
                    fix="setup_backend",
                )
            ]
        return []

    def _gpu_findings(self) -> list[Finding]:
        cards = gpus()
        if not cards:
            return [] if self._settings.allow_cpu else [_gpu_missing()]
        unfit = service.unfit(self._settings, self._paths, cards[0])
        if unfit is not None:
            message = joined(unfit.message, unfit.hint)
            return [Finding(severity="error", code=unfit.code, message=message, fix="setup_backend")]
        return [] if cards[0].maker == "NVIDIA" else [_gpu_experimental(cards[0].maker)]

    def fetch(self, task: Task, training: ResolvedTraining) -> None:
        family = self._families.get(training.family).by_frozen_route(training.route)
        parts = parts_for(family, training.base_path, training.bits)
        bring(task, parts, self._settings, self._paths)

    def plan(self, job_dir: Path, training: ResolvedTraining, *, resume: bool) -> LaunchPlan:
        installation, state = locate.find(self._settings, self._paths)
        if installation is None:
            raise NotReadyError("backend_missing", state.sentence("detail"), "Set it up, then press Retry.")
        out, seen = job_dir / "out" / config.run_name(training), plain_path(job_dir)
        out.mkdir(parents=True, exist_ok=True)
        outcomes.quarantine(out, config.run_name(training), self._reader, keep=resume)
        if resume:
            outcomes.make_newest(out, config.run_name(training), training.steps)
            optimizer.put_back(out, job_dir)
        family = self._families.get(training.family).by_frozen_route(training.route)
        cpu, done = self._on_cpu(), _done(out, training)
        self._to_trainer("losses", lambda: channels.forget_losses(out / "loss_log.db", done))
        self._began.pop(job_dir, None)
        self._fetching.begin(job_dir, training.base_path, family, self._settings.hf_home)
        base = local_base(family, training.base_path, self._settings.hf_home)
        extras = self._extras(family, training)
        adapter = local_adapter(family.memory.in_bits(training.bits), self._settings.hf_home)
        content = config.build(
            seen,
            replace(training, base_path=base),
            family,
            device=torch_device(gpus()),
            extras=extras,
            adapter=adapter,
        )
        atomic.write_text(job_dir / CONFIG_FILE, config.as_text(content))
        channels.create_job_db(job_dir / "job.db")
        env = environment(
            self._settings,
            cpu=cpu,
            offline=is_described(family, training.base_path),
            token=current_token(self._settings, self._paths),
        )
        env["SEED"] = str(_seed(done, training))
        argv = [str(installation.python), "run.py", str(seen / CONFIG_FILE)]
        return LaunchPlan(argv=argv, cwd=installation.folder, env=env)

    def _extras(self, family: Family, training: ResolvedTraining) -> str:
        """Where text encoder and VAE are: the record's, else of one file of the owner's own the base's repository. By its name
        AI-Toolkit would ask the hub for what that does not have."""
        more, parts = training.settings(family).extras, family.trainer_hubs
        if not more and Path(training.base_path).is_file():
            parts = parts_for(family, training.base_path)
            in_folders = [part for part in parts if part.hub == family.training_hub and not part.single_file]
            more = family.training_hub if in_folders else ""
        return local_repository(parts, more, self._settings.hf_home)

    def poll(self, job_dir: Path, training: ResolvedTraining, after_step: int) -> Reading:
        row = channels.read_job(job_dir / "job.db")
        out = job_dir / "out" / config.run_name(training)
        losses = channels.read_losses(out / "loss_log.db", after_step)
        samples = _samples(out / "samples", job_dir)
        if row is None or row.status in ("", "queued"):
            return self._poll_log(job_dir, training, samples)
        pace = row.seconds_per_step
        progress = Progress(
            phase=self._phase(row.info, job_dir),
            step=row.step,
            total_steps=training.steps,
            loss=losses[-1].loss if losses and math.isfinite(losses[-1].loss) else None,
            learning_rate=losses[-1].learning_rate if losses else None,
            seconds_per_step=pace,
            held_out_loss=channels.read_held_out_loss(out / "loss_log.db"),
        )
        omitted = self._omissions.told(job_dir, out / "loss_log.db", training, step=row.step)
        with_fetching = self._fetching.told(job_dir, progress)
        return Reading(with_fetching, samples, losses, omitted, self._began_at(job_dir, training))

    def checkpoints(self, job_dir: Path, training: ResolvedTraining) -> list[Checkpoint]:
        out = job_dir / "out" / config.run_name(training)
        optimizer.keep(out, job_dir)
        checkpoints = []
        for file, step in outcomes.saved(out, config.run_name(training), training.steps):
            checkpoint = self._reader.read(file, job_dir, step, training)
            if checkpoint is not None:
                checkpoints.append(checkpoint)
        return sorted(checkpoints, key=lambda checkpoint: checkpoint.step)

    def carry_over(
        self, before_dir: Path, before: ResolvedTraining, job_dir: Path, training: ResolvedTraining
    ) -> None:
        """Under the new run's name and with a step in it: AI-Toolkit overwrites a final file, which has none."""
        last = self.checkpoints(before_dir, before)[-1]
        name = config.run_name(training)
        out = job_dir / "out" / name
        out.mkdir(parents=True)
        source = before_dir / "out" / last.file
        shutil.copyfile(source, out / f"{name}_{last.step - 1:09d}.safetensors")
        learned = source.with_name(optimizer.NAME)
        if optimizer.whole(learned):
            shutil.copyfile(learned, out / learned.name)

    def save_now(self, job_dir: Path) -> None:
        self._raise_flag(job_dir, "save_now")

    def stop(self, job_dir: Path, pid: int) -> None:
        """The flag works everywhere and at every step; one interrupt reaches the phases before the first step.

        A save is left alone, it looks at the flag when it is done: cut off, it leaves half of what the optimizer has
        learned, in an archive that looks whole.
        """
        self._raise_flag(job_dir, "stop")
        row = channels.read_job(job_dir / "job.db")
        if row is None or phase_of(row.info) != "saving":
            process_tree.interrupt(pid)

    def outcome(self, job_dir: Path, training: ResolvedTraining, exit_code: int) -> Outcome:
        row = channels.read_job(job_dir / "job.db")
        lines = channels.read_tail(job_dir / LOG_FILE)
        return outcomes.judge(training, self.checkpoints(job_dir, training), row, exit_code, lines)

    def setup_offer(self) -> SetupOffer:
        return service.offer(self._settings, self._paths)

    def set_up(self, task: Task) -> None:
        service.set_up(task, self._settings, self._paths)

    def uninstall(self, task: Task) -> None:
        service.uninstall(task, self._paths)

    def _on_cpu(self) -> bool:
        return self._settings.allow_cpu and not gpus()

    def _phase(self, info: str, job_dir: Path) -> str:
        """AI-Toolkit's word for it; while it loads, what its bars say is closer."""
        phase = phase_of(info)
        if phase == "loading":
            return channels.busy_with(channels.read_tail(job_dir / LOG_FILE, _BARS_BYTES)) or phase
        return phase

    def _poll_log(self, job_dir: Path, training: ResolvedTraining, samples: list[SampleFile]) -> Reading:
        """Versions without the Job row, and the seconds of imports before it is first written."""
        bar = channels.read_bar(channels.read_tail(job_dir / LOG_FILE), config.run_name(training))
        if bar is None:
            return Reading(Progress(phase="starting", total_steps=training.steps), samples)
        pace = bar.seconds_per_step
        progress = Progress(
            phase="training",
            step=bar.step,
            total_steps=training.steps,
            loss=bar.loss,
            learning_rate=bar.learning_rate,
            seconds_per_step=pace,
            eta_s=max(0, training.steps - bar.step) * pace if pace else None,
        )
        points = [] if bar.loss is None else [LossPoint(bar.step, bar.loss, bar.learning_rate)]
        return Reading(progress, samples, points, began_at=self._began_at(job_dir, training))

    def _began_at(self, job_dir: Path, training: ResolvedTraining) -> int | None:
        """Read until it is known, and once for each attempt."""
        if job_dir not in self._began:
            lines = channels.read_tail(job_dir / LOG_FILE)
            began = channels.began_at(lines, config.run_name(training))
            if began is not None:
                self._began[job_dir] = began
        return self._began.get(job_dir)

    def _raise_flag(self, job_dir: Path, flag: str) -> None:
        self._to_trainer(flag, lambda: channels.set_flag(job_dir / "job.db", flag))

    def _to_trainer(self, what: str, write: Callable[[], object]) -> None:
        try:
            write()
        except sqlite3.Error as fault:
            logging.getLogger("isengard.ai_toolkit").warning(
                "The trainer's database could not be reached",
                extra={"context": {"flag": what, "reason": str(fault)}},
            )


def _gpu_missing() -> Finding:
    message = (
        "No GPU was found that AI-Toolkit trains on, and training on the processor would take days. Install the driver of your NVIDIA "
        "GPU (AMD on Linux: ROCm), or look around in practice mode."
    )
    return Finding(severity="error", code="gpu_missing", message=message, fix="check_again")


def _gpu_experimental(maker: str) -> Finding:
    message = said(
        "Training on {maker} GPUs is experimental: AI-Toolkit supports it, and Isengard has not been tested on one.",
        maker=maker,
    )
    return Finding(severity="info", code="gpu_experimental", message=message)


def _done(out: Path, training: ResolvedTraining) -> int:
    """The step that it goes on from; 0 where it begins anew."""
    return max(
        (step for _, step in outcomes.saved(out, config.run_name(training), training.steps)), default=0
    )


def _seed(done: int, training: ResolvedTraining) -> int:
    """For Python, NumPy and PyTorch alike; a run that goes on draws other numbers than its first steps did."""
    return (training.seed + done) % 2**32


def phase_of(info: str) -> str:
    """Name the phase. Each model architecture has its own words for the parts of loading; all else is said by the trainer itself."""
    if not info:
        return "starting"
    return next((phase for beginning, phase in _PHASES.items() if info.startswith(beginning)), "loading")


def _samples(folder: Path, job_dir: Path) -> list[SampleFile]:
    """`<ms>__<step:09d>_<index>.jpg`; other files are none of ours."""
    samples = []
    for file in sorted(folder.glob("*__*.*")):
        match = re.fullmatch(r"\d+__(\d+)_(\d+)\.(?:jpg|png|webp)", file.name)
        if match:
            samples.append(SampleFile(int(match[1]), int(match[2]), file.relative_to(job_dir).as_posix()))
    return samples
