"""What AI-Toolkit's programs see of our environment."""

from __future__ import annotations

from ....core.settings import Settings
from ...process.environment import minimal_environment
from .channels import JOB_ID


def environment(settings: Settings, *, cpu: bool, token: str) -> dict[str, str]:
    """Minimal; the token goes here and never into a file or an argument."""
    env = minimal_environment() | {
        "PYTHONUNBUFFERED": "1",
        "IS_AI_TOOLKIT_UI": "1",
        "AITK_JOB_ID": JOB_ID,
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
        "DISABLE_TELEMETRY": "YES",
    }
    if cpu:
        env["ACCELERATE_USE_CPU"] = "1"
    if token:
        env["HF_TOKEN"] = token
    if settings.hf_home:
        env["HF_HOME"] = settings.hf_home
    if (
        not settings.allow_setup
    ):  # the hub's library fetches models by itself, unless it is told that there is no network
        env |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    return env
