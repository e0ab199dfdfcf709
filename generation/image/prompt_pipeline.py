"""A pipeline that makes pictures by prompts of recipes in a running ComfyUI; which recipes is what sets two apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ...core.errors import InvalidError
from ...core.records.generation import GenerationRequest
from . import graph as graphs
from .comfy_client import ComfyClient
from .interface import Person, Prompt, RecipeFile, RecipeInfo, Sign
from .recipes import Recipe, RecipeFolder

#: ComfyUI's own nodes in our recipes; anything else in a user's recipe is foreign.
CORE_NODES = {
    *("CheckpointLoaderSimple", "UNETLoader", "CLIPLoader", "DualCLIPLoader", "VAELoader", "CLIPTextEncode"),
    *("KSampler", "EmptyLatentImage", "EmptySD3LatentImage", "VAEDecode", "SaveImage", "PreviewImage"),
}


class ModelFiles(Protocol):
    """What a pipeline asks about models: which bases of a recipe's families ComfyUI has."""

    def bases(self, recipe: str) -> dict[str, list[str]]:
        """family key -> names in ComfyUI's loaders, for the families whose record names this recipe."""


@dataclass(frozen=True)
class PromptPipeline:
    """Implements ImagePipeline. `takes` decides which recipes are this pipeline's."""

    name: str
    label: str
    client: ComfyClient
    folder: RecipeFolder
    models: ModelFiles
    takes: Callable[[Recipe], bool]

    def capabilities(self) -> dict[str, Any]:
        return {"name": self.name, "label": self.label, "recipes": [recipe.name for recipe in self._mine()]}

    async def recipes(self) -> list[RecipeInfo]:
        return await asyncio.to_thread(lambda: [self._info(recipe) for recipe in self._mine()])

    def build(self, request: GenerationRequest, people: list[Person], generation_id: str) -> list[Prompt]:
        """See the interface. `request.seed` must be set by now."""
        recipe = self._get(request.recipe)
        if len(people) != len(recipe.shape.characters):
            raise InvalidError(
                "wrong_number_of_people",
                f"{recipe.label} is for {len(recipe.shape.characters)} person(s).",
                "Choose that many, or another recipe.",
            )
        if request.seed is None:
            raise ValueError("the seed is drawn before a prompt is built")
        return [
            self._prompt(recipe, request, people, generation_id, request.seed + i)
            for i in range(request.count)
        ]

    async def submit(self, prompt: Prompt, prompt_id: str, metadata: dict[str, Any]) -> None:
        await self.client.submit(prompt, prompt_id, metadata)

    def follow(self, prompt_id: str) -> AsyncIterator[Sign]:
        return self.client.follow(prompt_id)

    async def cancel(self, prompt_id: str) -> None:
        await self.client.cancel(prompt_id)

    async def free(self) -> None:
        await self.client.free()

    def _prompt(
        self, recipe: Recipe, request: GenerationRequest, people: list[Person], generation_id: str, seed: int
    ) -> Prompt:
        triggers = [_trigger(person) for person in people]
        values = {
            "prompt": graphs.filled_prompt(request.prompt, triggers),
            "negative": request.negative,
            "width": request.width,
            "height": request.height,
            "seed": seed,
            "steps": request.steps if request.steps is not None else int(recipe.defaults.get("steps", 20)),
            "guidance": request.guidance
            if request.guidance is not None
            else recipe.defaults.get("guidance", 7.0),
        }
        graph = graphs.fold(recipe.graph, values)
        graphs.set_people(
            graph,
            [(p.character.slug, p.version.file if p.version else "best", p.strength) for p in people],
        )
        base = self._base(recipe, people)
        if base:
            graphs.set_base(graph, base)
        graph[recipe.shape.save]["inputs"]["generation_id"] = generation_id
        return graph

    def _base(self, recipe: Recipe, people: list[Person]) -> str:
        """The base the LoRA was trained for when ComfyUI has it, else the first of its family."""
        version = next((person.version for person in people if person.version is not None), None)
        names = self.models.bases(recipe.name)
        if version is None or not graphs.needed_files(recipe.graph):
            return ""
        of_family = names.get(version.family, [])
        if version.base_model in of_family:
            return version.base_model
        if not of_family:
            raise InvalidError(
                "model_missing",
                "ComfyUI has no model that fits this person's LoRA.",
                f"Put a {version.family} checkpoint into ComfyUI's models folder.",
            )
        return of_family[0]

    def _mine(self) -> list[Recipe]:
        return [recipe for recipe in self.folder.all() if self.takes(recipe)]

    def _get(self, name: str) -> Recipe:
        recipe = self.folder.get(name)
        if not self.takes(recipe):
            raise InvalidError(
                "recipe_not_here", f"{recipe.label} cannot be used now.", "Choose another recipe."
            )
        return recipe

    def _info(self, recipe: Recipe) -> RecipeInfo:
        bases = self.models.bases(recipe.name)
        missing = []
        if graphs.needed_files(recipe.graph) and not any(bases.values()):
            missing = [
                RecipeFile(file=name, folder=folder) for folder, name in graphs.needed_files(recipe.graph)
            ]
        return RecipeInfo(
            name=recipe.name,
            label=recipe.label,
            description=recipe.description,
            pipeline=self.name,
            identity="placeholder" if recipe.shape.placeholder else "lora",
            families=list(bases),
            people=len(recipe.shape.characters),
            controls=[*recipe.used, *(["strength"] if recipe.shape.applies else [])],
            missing=missing,
            foreign=graphs.foreign_nodes(recipe.graph, CORE_NODES),
            defaults=recipe.defaults,
        )


def _trigger(person: Person) -> str:
    """The word this LoRA was trained with: the person's own may have been changed since."""
    trained = person.version.trigger_word if person.version is not None else ""
    return trained or person.character.trigger_word
