"""Somebody else's image pipeline: one plain colour a seed, made by ComfyUI's own nodes. Uses only Isengard's interface."""

from __future__ import annotations

import json

from isengard.core.errors import InvalidError
from isengard.generation.image.comfy_client import ComfyClient
from isengard.generation.image.graph import filled_prompt
from isengard.generation.image.interface import RecipeInfo

from .colours import colour_of

RECIPE = "sketch-portrait"


class Sketch:
    """Implements generation.image.interface.ImagePipeline."""

    name = "sketch"

    def __init__(self, client):
        self.client = client

    def capabilities(self):
        return {"name": self.name, "label": "Somebody's sketches", "recipes": [RECIPE]}

    async def recipes(self):
        return [
            RecipeInfo(
                name=RECIPE,
                label="Sketch",
                description="A plain colour for each seed.",
                pipeline=self.name,
                identity="reference",
                families=[],
                people=1,
                controls=["prompt", "width", "height", "seed"],
                missing=[],
                foreign=[],
                defaults={"width": 256.0, "height": 256.0},
            )
        ]

    def build(self, request, people, generation_id):
        if len(people) != 1:
            raise InvalidError("wrong_number_of_people", "Sketches are of one person.", "Choose one.")
        words = filled_prompt(request.prompt, [people[0].character.trigger_word])
        return [self._graph(request, words, generation_id, request.seed + n) for n in range(request.count)]

    async def submit(self, prompt, prompt_id, metadata):
        await self.client.submit(prompt, prompt_id, metadata)

    def follow(self, prompt_id):
        return self.client.follow(prompt_id)

    async def cancel(self, prompt_id):
        await self.client.cancel(prompt_id)

    async def free(self):
        await self.client.free()

    def _graph(self, request, words, generation_id, seed):
        size = {"width": request.width, "height": request.height, "batch_size": 1, "color": colour_of(seed)}
        return {
            "1": {
                "class_type": "EmptyImage",
                "inputs": size,
                "_meta": {"title": f"{words} ({seed})", "seed": seed},
            },
            "2": {
                "class_type": "IsengardSaveImage",
                "inputs": {"images": ["1", 0], "generation_id": generation_id},
            },
        }


def create(context):
    """Called with paths and settings; the server tells where it is in run/server.json."""

    def url():
        if context.settings.comfyui_url:
            return context.settings.comfyui_url
        return json.loads((context.paths.run / "server.json").read_text(encoding="utf-8"))["url"]

    return Sketch(ComfyClient(url))
