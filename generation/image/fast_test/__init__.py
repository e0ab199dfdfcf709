"""Fast-test mode's pipeline: the same way through the real ComfyUI, with recipes that need no model."""

from __future__ import annotations

from ..comfy_client import ComfyClient
from ..model_files import ModelFiles
from ..prompt_pipeline import PromptPipeline
from ..recipes import RecipeFolder
from ..user_recipes import UserRecipes


def create(
    client: ComfyClient, models: ModelFiles, own: UserRecipes | None = None, *, allowed: bool
) -> PromptPipeline:
    return PromptPipeline(
        "fast_test",
        "Practice mode (placeholder)",
        client,
        RecipeFolder(own=own),
        models,
        lambda recipe: allowed and recipe.shape.placeholder,
        own,
    )
