"""A pipeline that another pack brings: where it cannot name its recipes it has none, and the others' are all there."""

from __future__ import annotations

import logging
from typing import Any

from ...core.plugins import ForeignFault, PluginRegistry, foreign_code
from .interface import ImagePipeline, RecipeInfo

_log = logging.getLogger("isengard.plugins")


class Guarded:
    """A pipeline whose recipes may fail; all else is the pipeline's own."""

    def __init__(self, pipeline: ImagePipeline) -> None:
        self._pipeline = pipeline

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pipeline, name)

    async def recipes(self) -> list[RecipeInfo]:
        try:
            with foreign_code():
                return await self._pipeline.recipes()
        except ForeignFault as broken:
            context = {"name": self._pipeline.name, "reason": broken.reason}
            _log.warning("A pipeline cannot name its recipes", extra={"context": context})
            return []


def pipelines_of(registry: PluginRegistry) -> list[ImagePipeline]:
    """Ours as they are, those of other packs guarded."""
    pipelines: dict[str, ImagePipeline] = registry.all("image_pipelines")
    foreign = registry.is_foreign
    return [Guarded(one) if foreign("image_pipelines", name) else one for name, one in pipelines.items()]
