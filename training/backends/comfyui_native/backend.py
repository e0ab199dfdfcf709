"""The backend of ComfyUI's own training nodes: plans the process that runs them, and reads what it leaves in the job's folder."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from ....core.errors import NotReadyError
from ....core.families.families import Families
from ....core.paths import DataPaths
from ....core.records.checkpoint import Checkpoint
from ....core.records.job import JobError, Progress
from ....core.records.training import Finding
from ....core.records.worker import BackendState
from ....core.said import said
from ....core.settings import Settings
from ...gpu.comfyui_memory import free_comfyui
from ...interface import (
    LOG_FILE,
    BackendCapabilities,
    LaunchPlan,
    Option,
    Outcome,
    OwnFigures,
    Reading,
    ResolvedTraining,
)
from ...job_folder.attempt_log import of_this_attempt
from ...machine.gpus import gpus
from ...process.environment import minimal_environment
from ...process.log_follower import tail
from ..checkpoint_reader import CheckpointReader, put_away
from ..own_files import find_samples, forget_losses, read_losses
from . import failures, installation
from .model_advice import model_findings, require_base, require_parts
from .order import (
    LOSS_FILE,
    SAVE_FLAG,
    STATE,
    STATUS_FILE,
    STOP_FLAG,
    STOPPED,
    WORK,
    Order,
    checkpoint_name,
)
from .records import records

#: Bumped whenever what is trained changes.
VERSION = "1.0.0"
TRAINER = Path(__file__).resolve().parent / "trainer.py"
#: What ComfyUI needs beyond the minimum on GPUs of other makers, how many threads it may use, and where Python finds its packages.
_PASSED = (
    "HIP_",
    "HSA_",
    "ROCR_",
    "ROCM_",
    "MIOPEN_",
    "PYTORCH_",
    "ZE_",
    "ONEAPI_",
    "SYCL_",
    "ASCEND_",
    "OMP_",
    "MKL_",
)
_PYTHON = ("PYTHONPATH", "PYTHONNOUSERSITE", "PYTHONUSERBASE", "APPDATA", "LOCALAPPDATA")
_LOG_LINES = 80
#: What the node calls the methods of the capability matrix.
_ALGORITHMS = {"lora": "LoRA", "lokr": "LoKr"}
_OPTIONS = {
    "steps": Option(min=1, max=20_000, tooltip="How long to train. Training too long memorises the photos."),
    "rank": Option(min=1, max=128, tooltip="How much the LoRA can hold. 16 is plenty for a face."),
    "alpha": Option(min=1, max=256, tooltip="Scales the LoRA. Leave it equal to the rank if unsure."),
    "lokr_factor": Option(
        min=2, max=32, tooltip="LoKr only: a larger factor makes a smaller file that holds less."
    ),
    "learning_rate": Option(min=1e-6, max=0.1, tooltip="How big each step is. 0.0001 is the usual value."),
    "batch_size": Option(min=1, max=16, tooltip="Photos per step. More needs more video memory."),
    "save_every": Option(min=1, max=20_000, tooltip="Steps between two checkpoints to choose from."),
}
_ON_CPU = said(
    "ComfyUI computes on the processor here, and training on it would take days. Look around in practice mode instead."
)


class ComfyNativeBackend:
    """Trains in slices in a second ComfyUI: the user's own stays free."""

    name = installation.NAME
    version = VERSION

    def __init__(self, settings: Settings, paths: DataPaths, families: Families) -> None:
        self._settings = settings
        self._paths = paths
        self._families = families
        self._reader = CheckpointReader()
        self._has_gpu = False

    def capabilities(self) -> BackendCapabilities:
        return BackendCapabilities(
            name=self.name,
            label="ComfyUI",
            version=self.version,
            families=[family.key for family in self._families.offered() if family.key in records()],
            needs="gpu" if self._computes_on_gpu() else "cpu",
            tagline="nothing to install",
            about=(
                "ComfyUI's own training nodes, in a second ComfyUI beside yours. It trains fewer models than AI-Toolkit and forgets its "
                "momentum at every save, so choose it to try training out, or where AI-Toolkit does not run."
            ),
            methods=list(_ALGORITHMS),
            can_continue=True,
            loads_as_comfyui=True,
            stands_in=True,
            savings=["batch_size", "resolution", "rank"],
            estimates={
                key: OwnFigures(needs=record.needs, memory=record.memory) for key, record in records().items()
            },
            options=_OPTIONS,
        )

    def state(self) -> BackendState:
        found, state = installation.find(self._paths)
        if found is not None and not self._may_compute(found):
            return BackendState(name=self.name, version=state.version, state="unsupported", detail=_ON_CPU)
        return state

    def preflight(self, training: ResolvedTraining) -> list[Finding]:
        found, state = installation.find(self._paths)
        findings = []
        if found is None:
            message = state.sentence("detail")
            findings.append(
                Finding(
                    severity="error",
                    code="backend_missing",
                    message=message,
                    fix="check_again",
                    this_machine=True,
                )
            )
        elif not self._may_compute(found):
            findings.append(
                Finding(
                    severity="error",
                    code="gpu_missing",
                    message=_ON_CPU,
                    fix="check_again",
                    this_machine=True,
                )
            )
        family = self._families.get(training.family)
        return [*findings, *model_findings(training, family, found.models if found is not None else None)]

    def plan(self, job_dir: Path, training: ResolvedTraining, *, resume: bool) -> LaunchPlan:
        found, state = installation.find(self._paths)
        if found is None:
            raise NotReadyError("backend_missing", state.sentence("detail"), "Then press Retry.")
        require_base(training)
        if not (found.on_cpu or self._computes_on_gpu()):
            # a GPU that nobody else finds is nobody's to lend: the user's ComfyUI is asked to let go of it all the same
            free_comfyui(self._paths)
        _tidy(job_dir, self._reader, keep=resume)
        done = self.checkpoints(job_dir, training) if resume else []
        forget_losses(job_dir / LOSS_FILE, done[-1].step if done else 0)
        family, record = self._families.get(training.family), records()[training.family]
        parts, settings = require_parts(family, found.models), training.settings(family)
        order = Order(
            start=asdict(found),
            base=training.base_path,
            loader=record.loader,
            clip=record.clip,
            beside=parts,
            stem=_stem(training),
            steps=training.steps,
            first_step=done[-1].step if done else 0,
            save_every=max(1, training.save_every),
            algorithm=_ALGORITHMS[training.method],
            rank=training.lokr_factor if training.method == "lokr" else training.rank,
            alpha=float(training.alpha),
            learning_rate=float(training.learning_rate),
            batch_size=training.batch_size,
            resolution=list(training.resolution),
            seed=training.seed,
            prompts=list(training.sample_prompts),
            sample_steps=settings.sample_steps,
            sample_guidance=settings.sample_guidance,
            low_vram=training.low_vram,
        )
        order.write(job_dir)
        isolated = ["-I"] if sys.flags.isolated else []
        # where Python is isolated, as in Windows' portable ComfyUI, it does not look at the environment's PYTHONUTF8
        argv = [sys.executable, *isolated, "-X", "utf8", str(TRAINER), str(job_dir)]
        return LaunchPlan(argv=argv, cwd=job_dir, env=_environment())

    def poll(self, job_dir: Path, training: ResolvedTraining, after_step: int) -> Reading:
        losses, samples = read_losses(job_dir / LOSS_FILE, after_step), find_samples(job_dir)
        try:
            status = json.loads((job_dir / STATUS_FILE).read_text(encoding="utf-8"))
            progress = Progress(
                phase=status["phase"],
                step=status["step"],
                total_steps=training.steps,
                loss=status["loss"],
                learning_rate=training.learning_rate,
                seconds_per_step=status["seconds_per_step"],
            )
            began = int(status["began_at"]) if status["phase"] not in ("starting", "loading") else None
        except (OSError, ValueError, KeyError, TypeError):
            return Reading(Progress(phase="starting", total_steps=training.steps), samples)
        return Reading(progress, samples, losses, began_at=began)

    def checkpoints(self, job_dir: Path, training: ResolvedTraining) -> list[Checkpoint]:
        checkpoints = []
        for file in (job_dir / "out").glob(f"{_stem(training)}_*.safetensors"):
            number = file.stem.rsplit("_", 1)[1]
            checkpoint = (
                self._reader.read(file, job_dir, int(number), training) if number.isdecimal() else None
            )
            if checkpoint is not None:
                checkpoints.append(checkpoint)
        return sorted(checkpoints, key=lambda checkpoint: checkpoint.step)

    def carry_over(
        self, before_dir: Path, before: ResolvedTraining, job_dir: Path, training: ResolvedTraining
    ) -> None:
        """The LoRA alone: the optimizer begins anew at every slice."""
        last = self.checkpoints(before_dir, before)[-1]
        out = job_dir / "out"
        out.mkdir()
        shutil.copyfile(before_dir / "out" / last.file, out / checkpoint_name(_stem(training), last.step))

    def save_now(self, job_dir: Path) -> None:
        """At the end of the slice that runs: its node gives nothing out before."""
        (job_dir / SAVE_FLAG).touch()

    def stop(self, job_dir: Path, pid: int) -> None:
        (job_dir / STOP_FLAG).touch()

    def outcome(self, job_dir: Path, training: ResolvedTraining, exit_code: int) -> Outcome:
        checkpoints = self.checkpoints(job_dir, training)
        lines = of_this_attempt(tail(job_dir / LOG_FILE, _LOG_LINES))
        if exit_code == 0:
            if checkpoints and checkpoints[-1].step == training.steps:
                return Outcome("completed", checkpoints=checkpoints)
            error = JobError(
                code="lora_missing",
                message="The trainer ended, but the file it left has no usable weights. It was not added to ComfyUI.",
                hint="Check the log, then press Retry.",
            )
            return Outcome("failed", error, checkpoints)
        if exit_code in (STOPPED, signal.SIGTERM, 128 + signal.SIGINT):
            return Outcome("cancelled", checkpoints=checkpoints)
        return Outcome("failed", failures.explain(lines, exit_code), checkpoints)

    def _may_compute(self, found: installation.Installation) -> bool:
        return self._settings.allow_cpu or not found.on_cpu

    def _computes_on_gpu(self) -> bool:
        """Whether it is a GPU that is found and lent to one at a time; ComfyUI may compute on one that is not. One that was seen stays: this
        is asked for with every job's answer."""
        found, _ = installation.find(self._paths)
        if found is not None and found.on_cpu:
            return False
        self._has_gpu = self._has_gpu or bool(gpus())
        return self._has_gpu


def _stem(training: ResolvedTraining) -> str:
    return f"{training.slug}_{training.job_id[-8:]}"


def _tidy(job_dir: Path, reader: CheckpointReader, *, keep: bool) -> None:
    """What an attempt before has left is out of the way; checkpoints that are not finite go with what was learned by then."""
    out = job_dir / "out"
    out.mkdir(exist_ok=True)
    spoilt = [file for file in sorted(out.glob("*.safetensors")) if not reader.is_finite(file)]
    for file in spoilt:
        put_away(file, job_dir)
    shutil.rmtree(job_dir / WORK, ignore_errors=True)
    if spoilt or not keep:
        shutil.rmtree(job_dir / STATE, ignore_errors=True)
    for name in (STATUS_FILE, SAVE_FLAG, STOP_FLAG):
        (job_dir / name).unlink(missing_ok=True)


def _environment() -> dict[str, str]:
    """Minimal, and what ComfyUI needs to compute where it does; no network for models, no token."""
    more = {name: value for name, value in os.environ.items() if name in _PYTHON or name.startswith(_PASSED)}
    offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "DO_NOT_TRACK": "1"}
    return minimal_environment() | more | offline | {"PYTHONUNBUFFERED": "1"}
