"""AI-Toolkit (ostris/ai-toolkit), spoken to in the dialect of 0.12: `run.py`, `diffusion_trainer`, its SQLite channel."""

from __future__ import annotations

from ....core.families.families import Families
from ....core.plugins import PluginContext
from .backend import AiToolkitBackend
from .captioner import AiToolkitCaptioner


def create(context: PluginContext) -> AiToolkitBackend:
    return AiToolkitBackend(context.settings, context.paths, Families())


def create_captioner(context: PluginContext) -> AiToolkitCaptioner:
    return AiToolkitCaptioner(context.settings, context.paths)
