"""ComfyUI's own training nodes as a trainer, in a ComfyUI of our own beside the user's: nothing is installed, and their queue stays free."""

from __future__ import annotations

from ....core.families.families import Families
from ....core.plugins import PluginContext
from .backend import ComfyNativeBackend


def create(context: PluginContext) -> ComfyNativeBackend:
    return ComfyNativeBackend(context.settings, context.paths, Families())
