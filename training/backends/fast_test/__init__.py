"""The sanctioned mock: a trainer of a few seconds whose LoRA is a placeholder and says so."""

from __future__ import annotations

from ....core.families.families import Families
from ....core.plugins import PluginContext
from .backend import FastTestBackend
from .captioner import PlaceholderCaptioner


def create(context: PluginContext) -> FastTestBackend:
    return FastTestBackend(context.settings.fast_test, Families())


def create_captioner(context: PluginContext) -> PlaceholderCaptioner:
    return PlaceholderCaptioner(context.settings.fast_test)
