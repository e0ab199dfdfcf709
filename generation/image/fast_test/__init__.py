"""Fast-test mode's pipeline: the same way through the real ComfyUI, with a recipe that needs no model."""

from __future__ import annotations

from ..comfy_client import ComfyClient
from ..prompt_pipeline import ModelFiles, PromptPipeline
from ..recipes import RecipeFolder


def create(client: ComfyClient, models: ModelFiles, *, allowed: bool) -> PromptPipeline:
    return PromptPipeline(
        "fast_test",
        "Fast test (placeholder)",
        client,
        RecipeFolder(),
        models,
        lambda recipe: allowed and recipe.shape.placeholder,
    )
