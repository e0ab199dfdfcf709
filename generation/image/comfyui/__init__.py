"""The production pipeline: recipes with a trained identity or reference photos, ours and the user's."""

from __future__ import annotations

from ..comfy_client import ComfyClient
from ..model_files import ModelFiles
from ..prompt_pipeline import PromptPipeline
from ..recipes import RecipeFolder
from ..user_recipes import UserRecipes


def create(client: ComfyClient, models: ModelFiles, own: UserRecipes | None = None) -> PromptPipeline:
    return PromptPipeline(
        "comfyui",
        "ComfyUI",
        client,
        RecipeFolder(own=own),
        models,
        lambda recipe: not recipe.shape.placeholder,
        own,
        shows_broken=True,
    )
