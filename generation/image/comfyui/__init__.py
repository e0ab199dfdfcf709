"""The production pipeline: recipes with a trained identity."""

from __future__ import annotations

from ..comfy_client import ComfyClient
from ..prompt_pipeline import ModelFiles, PromptPipeline
from ..recipes import RecipeFolder


def create(client: ComfyClient, models: ModelFiles) -> PromptPipeline:
    return PromptPipeline(
        "comfyui", "ComfyUI", client, RecipeFolder(), models, lambda recipe: not recipe.shape.placeholder
    )
