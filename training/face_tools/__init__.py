"""The tools that measure likeness, as something a person can install from the panel: plugins of the seam `tools`, dlib and one for each
model that has a record."""

from __future__ import annotations

from functools import partial

from ...core.faces.models.records import records
from ...core.faces.tools import NAME
from ...core.plugins import Factory, PluginContext
from .model_setup import FaceModelSetup, tool_name
from .setup import FaceToolsSetup

__all__ = ["NAME", "FaceModelSetup", "FaceToolsSetup", "factories", "tool_name"]


def factories() -> dict[str, Factory]:
    """Make each by its name among tools."""
    models = {tool_name(key): partial(_model, key) for key, record in records().items() if record.files}
    return {NAME: _dlib, **models}


def _dlib(context: PluginContext) -> FaceToolsSetup:
    return FaceToolsSetup(context.paths, context.settings)


def _model(key: str, context: PluginContext) -> FaceModelSetup:
    return FaceModelSetup(context.paths, context.settings, records()[key])
