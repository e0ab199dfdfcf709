"""The sanctioned mock: a trainer of a few seconds whose LoRA is a placeholder and says so."""

from __future__ import annotations

from ....core.plugins import PluginContext
from ...family_records import Families
from .backend import FastTestBackend


def create(context: PluginContext) -> FastTestBackend:
    return FastTestBackend(context.settings.fast_test, Families())
