"""A pipeline that makes pictures by prompts of recipes in a running ComfyUI; which recipes is what sets two apart."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any

from ...core.errors import InvalidError, NotReadyError
from ...core.executor import in_thread
from ...core.families.prompting import Prompting
from ...core.records.generation import GenerationRequest
from ...core.records.training import Finding
from ...core.said import Said, said
from ..prompt_text.choices import chosen
from . import graph as graphs
from .bounds import require_borne
from .comfy_client import ComfyClient
from .family_choice import family_of, files_of
from .from_picture.rewiring import starting, write_picture
from .from_picture.start import Start
from .from_picture.upscaling import upscaling, with_upscalers, write_upscaler
from .interface import Person, Prompt, RecipeInfo, Sign
from .model_files import BASE_ROLES, FamilyFiles, ModelFiles, checkpoint_loaders, loaded, write_files
from .prompt_texts import Texts
from .recipe_checks import findings_of, foreign_of
from .recipe_info import broken_recipe, described
from .recipes import Recipe, RecipeFolder
from .sampling import set_sampling
from .user_recipes import UserRecipes


@dataclass(frozen=True)
class PromptPipeline:
    """Implements ImagePipeline. `takes` decides which recipes are this pipeline's."""

    name: str
    label: str
    client: ComfyClient
    folder: RecipeFolder
    models: ModelFiles
    takes: Callable[[Recipe], bool]
    own: UserRecipes | None = None
    #: one pipeline tells of the files that are no recipes
    shows_broken: bool = False

    def capabilities(self) -> dict[str, Any]:
        return {"name": self.name, "label": self.label, "recipes": [recipe.name for recipe in self._mine()]}

    async def recipes(self) -> list[RecipeInfo]:
        """Ours are right by our tests; a user's is checked against this ComfyUI."""
        pairs = await in_thread(lambda: [(recipe, self._info(recipe)) for recipe in self._mine()])
        shown = [
            await self._checked(recipe, info) if recipe.source == "user" else info for recipe, info in pairs
        ]
        broken = await in_thread(self.folder.broken) if self.shows_broken else []
        return [*shown, *(broken_recipe(name, self.name, fault) for name, fault in broken)]

    def build(self, request: GenerationRequest, people: list[Person], ticket: str) -> list[Prompt]:
        """Build the prompts as the interface says. `request.seed` must be set by now."""
        return self._prompts(self._get(request.recipe), request, people, ticket)

    def build_from(
        self, request: GenerationRequest, people: list[Person], ticket: str, start: Start
    ) -> list[Prompt]:
        """Build prompts that start from a picture: implements StartsFromPictures."""
        recipe = self._get(request.recipe)
        masked = start.mask is not None
        shown = masked and any(family.edits for family in self._drawn_with(recipe, people))
        graph = starting(recipe.graph, masked=masked, shown=shown)
        write_picture(graph, ticket, start.change)
        if upscaling(graph):
            write_upscaler(graph, request.base_model, self.models.upscalers())
        return self._prompts(replace(recipe, graph=graph), request, people, ticket)

    def _drawn_with(self, recipe: Recipe, people: list[Person]) -> list[FamilyFiles]:
        """The family that these people are drawn with by the recipe; none for one that loads no model."""
        family = family_of(recipe, self._families(recipe), people)
        return [] if family is None else [family]

    def _prompts(
        self, recipe: Recipe, request: GenerationRequest, people: list[Person], ticket: str
    ) -> list[Prompt]:
        if len(people) != len(recipe.shape.characters):
            raise InvalidError(
                "wrong_number_of_people",
                _for_so_many(recipe),
                "Choose as many people as it is for, or another workflow.",
            )
        if request.seed is None:
            raise ValueError("the seed is drawn before a prompt is built")
        graph, defaults, prompting = self._graph(recipe, people, request)
        set_sampling(graph, {"sampler": request.sampler, "scheduler": request.scheduler})
        graph[recipe.shape.save]["inputs"]["generation_id"] = ticket
        texts = [Texts(people, prompting, request.seed + i) for i in range(request.count)]
        return [_for_seed(graph, request, text, defaults) for text in texts]

    def chosen_prompt(self, request: GenerationRequest, seed: int) -> str:
        return chosen(request.prompt, seed)

    async def submit(self, prompt: Prompt, prompt_id: str, metadata: dict[str, Any]) -> None:
        await self.client.submit(prompt, prompt_id, metadata)

    def follow(self, prompt_id: str) -> AsyncIterator[Sign]:
        return self.client.follow(prompt_id)

    async def cancel(self, prompt_id: str) -> None:
        await self.client.cancel(prompt_id)

    async def free(self) -> None:
        await self.client.free()

    def _graph(
        self, recipe: Recipe, people: list[Person], request: GenerationRequest
    ) -> tuple[graphs.Graph, dict[str, float], Prompting | None]:
        """The recipe with people and files written in, the numbers that a request without them gets, and how its text encoder
        reads: None where that is not known."""
        graph, families = copy.deepcopy(recipe.graph), self._families(recipe)
        graphs.set_people(graph, Texts(people, None, 0).uses())
        family = family_of(recipe, families, people)
        if (
            family is None or recipe.source == "user"
        ):  # the author chose the files, and nodes that may read prompts in their way
            return graph, recipe.defaults, None
        files = files_of(recipe, family, people, request.base_model)
        require_borne(family, files, request, people)
        write_files(graph, files)
        velocity = family.velocity_of(files)
        if velocity is not None:
            for loader in checkpoint_loaders(graph):
                graphs.set_velocity(graph, loader, zero_snr=velocity.zero_snr)
        of_family = family.defaults if len(families) > 1 else {}
        return graph, {**recipe.defaults, **of_family, **family.wanted_by(files)}, family.prompting

    def _mine(self) -> list[Recipe]:
        return [recipe for recipe in self.folder.all() if self.takes(recipe)]

    def _get(self, name: str) -> Recipe:
        recipe = self.folder.get(name)
        if not self.takes(recipe):
            raise InvalidError(
                "recipe_not_here",
                said("{recipe} can't be used now.", recipe=recipe.label),
                "Choose another workflow.",
            )
        return recipe

    def _families(self, recipe: Recipe) -> list[FamilyFiles]:
        """Ours by the family records, a user's by the base it loads."""
        if recipe.source == "ours":
            return self.models.families(recipe.name)
        role, file = next((pair for pair in loaded(recipe.graph) if pair[0] in BASE_ROLES), ("", ""))
        return self.models.recognised(role, file)

    def _info(self, recipe: Recipe) -> RecipeInfo:
        info = described(recipe, self.name, self._families(recipe), self.models.comfyui)
        return with_upscalers(info, self.models.upscalers()) if upscaling(recipe.graph) else info

    async def _checked(self, recipe: Recipe, info: RecipeInfo) -> RecipeInfo:
        damaged = await in_thread(self._damaged, recipe)
        kinds = {node["class_type"] for node in recipe.graph.values()}
        try:
            node_classes = await self.client.known(kinds)
        except NotReadyError as away:
            message = said("Not checked: {reason}", reason=away.message)
            finding = Finding(severity="warning", code=away.code, message=message)
            return info.model_copy(update={"findings": [*damaged, finding]})
        foreign = foreign_of(recipe.graph, node_classes)
        agreed = not foreign
        if foreign and self.own is not None:
            agreed = await in_thread(self.own.is_agreed, recipe.name, foreign)
        findings = [*damaged, *findings_of(recipe.graph, node_classes)]
        return info.model_copy(update={"findings": findings, "foreign": foreign, "confirmed": agreed})

    def _damaged(self, recipe: Recipe) -> list[Finding]:
        """Files that it loads and that are not whole: ComfyUI lists them all the same."""
        faults = {self.models.fault(role, file) for role, file in loaded(recipe.graph)} - {""}
        return [Finding(severity="error", code="file_damaged", message=fault) for fault in sorted(faults)]


def _for_seed(
    graph: graphs.Graph, request: GenerationRequest, texts: Texts, defaults: dict[str, float]
) -> graphs.Graph:
    """One picture's prompt."""
    folded = graphs.fold(graph, _values(request, texts, defaults))
    graphs.set_people(folded, texts.uses())
    return folded


def _values(request: GenerationRequest, texts: Texts, defaults: dict[str, float]) -> dict[str, Any]:
    """What the request node would give out."""
    steps, guidance = request.steps, request.guidance
    return {
        "prompt": texts.read(request.prompt),
        "negative": texts.read(request.negative, "negative"),
        "width": request.width,
        "height": request.height,
        "seed": texts.seed,
        "steps": int(defaults.get("steps", 20)) if steps is None else steps,
        "guidance": defaults.get("guidance", 7.0) if guidance is None else guidance,
    }


def _for_so_many(recipe: Recipe) -> Said:
    people = len(recipe.shape.characters)
    if people == 1:
        return said("{recipe} is for one person.", recipe=recipe.label)
    return said("{recipe} is for {people} people.", recipe=recipe.label, people=people)
