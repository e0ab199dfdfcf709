"""AI-Toolkit (ostris/ai-toolkit), spoken to in the dialect of 0.12: `run.py`, `diffusion_trainer`, its SQLite channel."""

from __future__ import annotations

from ....core.plugins import PluginContext
from ...family_records import Families
from .backend import AiToolkitBackend


def create(context: PluginContext) -> AiToolkitBackend:
    return AiToolkitBackend(context.settings, context.paths, Families())
