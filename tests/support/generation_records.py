"""Generations as records and files, without a ComfyUI."""

from __future__ import annotations

from isengard.core.ids import new_id
from isengard.core.records.generation import CharacterUse, GeneratedImage, Generation, GenerationRequest


def draft(character_id, **changes) -> Generation:
    request = GenerationRequest(
        recipe="fast-test", characters=[CharacterUse(id=character_id)], prompt="x", seed=1
    )
    fields = {
        "id": new_id("gen"),
        "recipe": "fast-test",
        "request": request,
        "created_at": "2026-01-02T03:04:05.000Z",
    }
    return Generation(**{**fields, **changes})


def drawn_here(server, made: Generation, prompts=()) -> Generation:
    """Kept as what this server draws: it takes up what nobody does, at its start and from time to time."""
    server.services.turn.note(made.id)
    return server.services.generations.store.create(made, list(prompts))


def picture(store, paths, generation_id, number=0):
    file = f"{number:04d}.png"
    (paths.generation(generation_id) / file).write_bytes(b"png")
    return store.add_image(generation_id, GeneratedImage(n=number, file=file, width=8, height=8, seed=number))
