"""What AI-Toolkit's programs see of our environment."""

from __future__ import annotations

from collections.abc import Sequence

from ....core.records.worker import Gpu
from ....core.settings import Settings
from ...process.environment import minimal_environment
from .channels import JOB_ID


def environment(settings: Settings, *, cpu: bool, offline: bool = True, token: str = "") -> dict[str, str]:
    """Minimal. `offline`: all that a run reads of the hub was fetched before, so nothing unsaid is fetched, and no token is needed;
    where it is, it goes here and never into a file or an argument."""
    env = minimal_environment() | {
        "PYTHONUNBUFFERED": "1",
        "IS_AI_TOOLKIT_UI": "1",
        "AITK_JOB_ID": JOB_ID,
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
        "DISABLE_TELEMETRY": "YES",
        # what PyTorch has no code for on a Mac's GPU is computed by its processor; nothing else looks at it
        "PYTORCH_ENABLE_MPS_FALLBACK": "1",
    }
    if cpu:
        env["ACCELERATE_USE_CPU"] = "1"
    if settings.hf_home:
        env["HF_HOME"] = settings.hf_home
    if offline or not settings.allow_setup:
        env |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    elif token:
        env["HF_TOKEN"] = token
    return env


def torch_device(cards: Sequence[Gpu]) -> str:
    """Name the device as PyTorch does, for the first GPU: ROCm answers to CUDA's name; without any it is the processor."""
    if not cards:
        return "cpu"
    return "mps" if cards[0].maker == "Apple" else "cuda"
