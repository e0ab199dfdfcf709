"""Walls of pictures made to compare, and the picture that somebody asks for while one is drawn."""

from __future__ import annotations

import asyncio

from isengard.generation.comparison_line import AT_ONCE
from support.generation_fixtures import publish, request, until, with_comfy


async def wall(house, count: int):
    """Order one picture each, as the panel does."""
    resolved = await house.service.resolve("sd15-identity")
    return [
        await house.service.create(request(house, seed=100 + n), "wall", "grid", resolved)
        for n in range(count)
    ]


def in_comfyui(comfy) -> int:
    return len(comfy.pending) + (comfy.running is not None)


def test_a_wish_is_drawn_before_the_rest_of_a_wall(house):
    """All of a wall stood in ComfyUI's queue, and the wish behind it."""
    publish(house, 10)

    async def scenario(comfy):
        comfy.hold = True
        ordered = await wall(house, AT_ONCE + 1)
        await until(house, ordered[0].id, "running")
        while in_comfyui(comfy) < AT_ONCE:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert in_comfyui(comfy) == AT_ONCE
        wish = await house.service.create(request(house), "c")
        comfy.release()
        for made in (wish, *ordered):
            assert (await until(house, made.id, "completed", "failed")).error is None
        sent = [made.prompt_ids[0] for made in ordered]
        assert comfy.submitted == [*sent[:AT_ONCE], *wish.prompt_ids, *sent[AT_ONCE:]]

    with_comfy(house, scenario)


def test_what_waits_in_the_line_is_cancelled_at_once(house):
    publish(house, 10)

    async def scenario(comfy):
        comfy.hold = True
        *_, last = await wall(house, AT_ONCE + 1)
        await house.service.cancel(last.id)
        assert (await until(house, last.id, "cancelled")).images == []
        assert not set(last.prompt_ids) & set(comfy.submitted)

    with_comfy(house, scenario)


def test_a_failure_lets_the_next_one_in(house):
    publish(house, 10)

    async def scenario(comfy):
        comfy.failure = {"exception_type": "ValueError", "exception_message": "bad", "node_type": "KSampler"}
        for made in await wall(house, AT_ONCE + 1):
            await until(house, made.id, "failed")

    with_comfy(house, scenario)
