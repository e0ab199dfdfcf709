"""Pipelines of other packs that break: what they were making ends in words, and nobody else's pictures suffer."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from isengard.generation.image.guarded import pipelines_of
from support.generation_fixtures import publish, request, until, with_comfy


def test_a_fault_while_it_is_followed_ends_it_in_words(house):
    """A library that cannot be written, or a pipeline of another pack: nobody would follow it any more."""
    publish(house, 30)

    async def scenario(comfy):
        pipeline = house.pipelines[0]

        class Odd:
            def __getattr__(self, name):
                return getattr(pipeline, name)

            def follow(self, prompt_id):
                raise ZeroDivisionError

        house.pipelines, comfy.hold = [Odd()], True
        made = await house.service.create(request(house, count=2), "c")
        done = await until(house, made.id, "failed")
        while comfy.pending or not comfy.interrupted:
            await asyncio.sleep(0.01)
        return done

    done = with_comfy(house, scenario)
    assert done.error.code == "generation_broke" and "the log has the reason" in done.error.hint


def test_a_pipeline_of_another_pack_that_cannot_name_its_recipes_hides_no_other(house, logged):
    def cannot():
        raise RuntimeError("not today")

    async def scenario(comfy):
        made = {"comfyui": house.pipelines[0], "odd": SimpleNamespace(name="odd", recipes=cannot)}
        registry = SimpleNamespace(all=lambda seam: made, is_foreign=lambda seam, name: name == "odd")
        house.pipelines = pipelines_of(registry)
        return await house.service.recipes()

    assert "sd15-identity" in {recipe["name"] for recipe in with_comfy(house, scenario)}
    assert any("cannot name its recipes" in line.getMessage() for line in logged.records)
