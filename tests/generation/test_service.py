"""Generations from request to picture, and every way one may end early, over a stand-in ComfyUI."""

from __future__ import annotations

import asyncio
import json
import re

import aiohttp
import pytest
from isengard.core.errors import ConflictError, InvalidError, NotFoundError
from isengard.core.records.generation import CharacterUse
from isengard.core.records.generation_states import TRANSITIONS, GenerationState
from support.generation_fixtures import publish, request, until, with_comfy
from support.soon import WITHIN_S


def test_three_pictures_with_seeds_events_and_the_correlation_id(house):
    version = publish(house, 30)

    async def scenario(comfy):
        comfy.hold = True
        made = await house.service.create(request(house, count=3), "click-1")
        assert made.state is GenerationState.QUEUED and len(set(made.prompt_ids)) == 3
        await until(house, made.id, "running")
        comfy.release()
        done = await until(house, made.id, "completed", "failed")
        while house.events[-1][2].get("state") != "completed":  # told just after it is kept
            await asyncio.sleep(0.01)
        assert comfy.submitted == made.prompt_ids
        return done

    done = with_comfy(house, scenario)
    assert done.state is GenerationState.COMPLETED and done.error is None and done.finished_at
    assert [image.seed for image in done.images] == [7, 8, 9]
    assert [house.store.image_path(done.id, n).is_file() for n in range(3)] == [True] * 3
    assert {correlation for _, _, _, correlation in house.events} == {"click-1"}
    states = [data["state"] for kind, _, data, _ in house.events if kind == "generation.state"]
    assert states[0] == "queued" and "running" in states and states[-1] == "completed"
    steps = [data["progress"] for kind, _, data, _ in house.events if kind == "generation.progress"]
    assert steps and all(step["count"] == 3 for step in steps)
    graph = house.store.prompts(done.id)[0]
    apply = next(n for n in graph.values() if n["class_type"] == "IsengardApplyIdentity")
    assert apply["inputs"]["checkpoint"] == version.file


def test_best_last_and_a_step_choose_a_version(house):
    first, last = publish(house, 10), publish(house, 20)
    house.versions.update(last, lambda known: known.model_copy(update={"scores": {"likeness": 0.9}}))
    house.versions.pick("ann", first.file)

    async def scenario(comfy):
        for checkpoint, expected in (("best", first), ("last", last), (10, first), (20, last)):
            uses = [CharacterUse(id=house.ann.id, checkpoint=checkpoint, strength=0.5)]
            made = await house.service.create(request(house, characters=uses), "c")
            graph = house.store.prompts(made.id)[0]
            inputs = next(n["inputs"] for n in graph.values() if n["class_type"] == "IsengardApplyIdentity")
            assert (inputs["checkpoint"], inputs["strength"]) == (expected.file, 0.5)
            await until(house, made.id, "completed")

    with_comfy(house, scenario)


@pytest.mark.parametrize(
    ("prepare", "changes", "code", "kind"),
    [
        (lambda house: None, {}, "not_trained_yet", InvalidError),
        (lambda house: publish(house, 5, placeholder=True), {}, "placeholder_in_production", InvalidError),
        (lambda house: publish(house, 5), {"recipe": "nope"}, "recipe_unknown", NotFoundError),
        (lambda house: publish(house, 5), {"recipe": "../../x"}, "recipe_unknown", NotFoundError),
    ],
)
def test_what_cannot_be_made_is_refused_before_anything_is_kept(house, prepare, changes, code, kind):
    prepare(house)

    async def scenario(comfy):
        with pytest.raises(kind) as caught:
            await house.service.create(request(house, **changes), "c")
        assert caught.value.code == code and caught.value.hint and comfy.submitted == []

    with_comfy(house, scenario)
    assert house.store.list().items == [] and list(house.paths.outputs.iterdir()) == []


@pytest.mark.parametrize("in_one_step", [False, True])
def test_cancel_takes_the_waiting_out_and_interrupts_the_running(house, in_one_step):
    publish(house, 10)

    async def scenario(comfy):
        comfy.hold_after, comfy.cancels_jobs = 1, in_one_step
        made = await house.service.create(request(house, count=4), "c")
        while len(house.store.get(made.id).images) < 1 or comfy.running is None:
            await asyncio.sleep(0.01)
        running = comfy.running[0]
        assert (await house.service.cancel(made.id)).state is GenerationState.CANCELLING
        done = await until(house, made.id, "cancelled", "completed", "failed")
        assert done.state is GenerationState.CANCELLED and done.images and comfy.interrupted == [running]
        assert comfy.pending == [] and done.error is None
        ways = {re.sub(r"[0-9a-f-]{36}", "*", path) for path in comfy.stopped_by}
        assert ways == ({"/api/jobs/*/cancel"} if in_one_step else {"/queue", "/interrupt"})
        with pytest.raises(ConflictError) as caught:
            await house.service.cancel(made.id)
        assert caught.value.code == "generation_ended"

    with_comfy(house, scenario)


def test_a_cancel_in_the_queue_does_not_wait(house):
    publish(house, 10)

    async def scenario(comfy):
        comfy.hold = True
        first = await house.service.create(request(house), "c")
        await until(house, first.id, "running")
        second = await house.service.create(request(house, seed=50), "c")
        while len(comfy.submitted) < 2:
            await asyncio.sleep(0.01)
        await house.service.cancel(second.id)
        done = await until(house, second.id, "cancelled")
        assert done.images == [] and comfy.interrupted == []
        comfy.release()
        await until(house, first.id, "completed")

    with_comfy(house, scenario)


def test_a_cancel_while_prompts_are_still_being_sent(house):
    publish(house, 10)

    async def scenario(comfy):
        comfy.hold = True
        made = await house.service.create(request(house, count=8), "c")
        await house.service.cancel(made.id)
        await until(house, made.id, "cancelled")
        comfy.release()
        while comfy.pending or comfy.running:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        assert comfy.pending == [] and len(list(house.paths.generation(made.id).glob("*.png"))) == 0

    with_comfy(house, scenario)


def test_a_refusal_keeps_comfyuis_words(house):
    publish(house, 10)

    async def scenario(comfy):
        errors = [{"type": "value_not_in_list", "message": "Value not in list", "details": "ckpt_name: 'x'"}]
        comfy.refusal = {
            "error": {},
            "node_errors": {"1": {"class_type": "CheckpointLoaderSimple", "errors": errors}},
        }
        made = await house.service.create(request(house, count=2), "c")
        return await until(house, made.id, "failed")

    error = with_comfy(house, scenario).error
    assert error.code == "model_missing" and "CheckpointLoaderSimple" in error.message and error.hint


@pytest.mark.parametrize(
    ("kind", "words", "code"),
    [
        ("torch.OutOfMemoryError", "Allocation on device", "gpu_out_of_memory"),
        ("ValueError", "bad", "node_failed"),
    ],
)
def test_the_first_failure_ends_it_and_leaves_nothing_queued(house, kind, words, code):
    publish(house, 10)

    async def scenario(comfy):
        comfy.failure = {"exception_type": kind, "exception_message": words, "node_type": "KSampler"}
        comfy.hold = True
        made = await house.service.create(request(house, count=5), "c")
        while len(comfy.submitted) < 5:
            await asyncio.sleep(0.01)
        comfy.release()
        done = await until(house, made.id, "failed")
        while comfy.pending:
            await asyncio.sleep(0.01)
        return done

    assert with_comfy(house, scenario).error.code == code


def test_a_restarted_comfyui_has_forgotten_and_says_so(house):
    publish(house, 10)

    async def scenario(comfy):
        comfy.hold = True
        made = await house.service.create(request(house), "c")
        await until(house, made.id, "running")
        await comfy.restart()
        return await until(house, made.id, "failed")

    assert with_comfy(house, scenario).error.code == "comfyui_restarted"


@pytest.mark.parametrize(
    ("asked", "made"),
    [([("queue", {"clear": True})], 1), ([("interrupt", {})], 0), ([("queue", {"clear": True}), ("interrupt", {})], 0)],
)  # fmt: skip
def test_what_somebody_stops_on_the_canvas_says_so(house, asked, made):
    """It was not restarted, and nobody cancelled it here."""
    publish(house, 10)

    async def scenario(comfy):
        comfy.hold = True
        begun = await house.service.create(request(house, count=3), "c")
        while len(comfy.submitted) < 3 or house.store.get(begun.id).state is not GenerationState.RUNNING:
            await asyncio.sleep(0.01)
        async with aiohttp.ClientSession() as canvas:
            for path, body in asked:
                await canvas.post(f"{comfy.url}/{path}", json=body)
        if made:
            comfy.release()
        done = await until(house, begun.id, "cancelled", "completed", "failed")
        assert comfy.pending == []
        return done

    done = with_comfy(house, scenario)
    assert done.state is GenerationState.CANCELLED and len(done.images) == made
    assert done.error.code == "stopped_in_comfyui" and done.error.hint


@pytest.mark.parametrize("end", ["completed", "failed", "cancelled"])
def test_nothing_of_a_generation_is_left_with_comfyui(house, end):
    """Its history can be read by everybody who can reach it: prompts, names, files; and no ticket stays good."""
    publish(house, 10)

    async def scenario(comfy):
        comfy.hold_after = 1
        made = await house.service.create(request(house, count=3), "c")
        await until(house, made.id, "running")
        if end == "failed":
            comfy.failure = {"exception_type": "X", "exception_message": "broken", "node_id": "1"}
        if end == "cancelled":
            await house.service.cancel(made.id)
        comfy.release()
        await until(house, made.id, end)
        assert comfy.ended and made.id not in json.dumps([comfy.asked, comfy.extra])
        while comfy.history or comfy.running or list((house.paths.run / "tickets").iterdir()):
            await asyncio.sleep(0.01)

    with_comfy(house, lambda comfy: asyncio.wait_for(scenario(comfy), WITHIN_S))


def test_what_ended_before_it_was_withdrawn_leaves_the_history_too(house, monkeypatch):
    publish(house, 10)
    monkeypatch.setattr("isengard.generation.image.comfy_client.POLL_S", 0.5)

    async def scenario(comfy):
        comfy.hold = True
        made = await house.service.create(request(house, count=3), "c")
        while len(comfy.submitted) < 3:
            await asyncio.sleep(0.01)
        comfy.steps = 0  # all three end in one turn, before anybody can withdraw one
        comfy.failure = {"exception_type": "X", "exception_message": "broken", "node_id": "1"}
        comfy.release()
        await until(house, made.id, "failed")
        assert sorted(comfy.ended) == sorted(made.prompt_ids)
        while comfy.history:
            await asyncio.sleep(0.01)

    with_comfy(house, lambda comfy: asyncio.wait_for(scenario(comfy), WITHIN_S))


def test_after_our_own_restart_finished_pictures_are_found_again(house):
    publish(house, 10)

    async def scenario(comfy):
        made = await house.service.create(request(house, count=2), "c")
        await until(house, made.id, "running")
        for task in list(house.service._tasks.values()):
            task.cancel()
        while len(comfy.ended) < 2:
            await asyncio.sleep(0.01)
        await house.service.recover()
        done = await until(house, made.id, "completed")
        assert [image.n for image in done.images] == [0, 1]

    with_comfy(house, scenario)


def test_a_silent_comfyui_is_given_time_and_then_named(house):
    publish(house, 10)

    async def scenario(comfy):
        comfy.hold = True
        made = await house.service.create(request(house), "c")
        await until(house, made.id, "running")
        house.client._url = lambda: "http://127.0.0.1:9"
        return await until(house, made.id, "failed")

    assert with_comfy(house, scenario).error.code == "comfyui_unreachable"


def test_pictures_go_on_without_the_progress_socket(house):
    publish(house, 10)

    async def scenario(comfy):
        comfy.hold = True
        made = await house.service.create(request(house), "c")
        await until(house, made.id, "running")
        await comfy.close_sockets()
        comfy.release()
        return await until(house, made.id, "completed")

    assert len(with_comfy(house, scenario).images) == 1


def test_ended_states_are_final():
    ended = [state for state, following in TRANSITIONS.items() if not following]
    assert {state.value for state in ended} == {"completed", "failed", "cancelled"}


def test_who_waits_is_told_how_many_go_before(house):
    publish(house, 10)

    async def scenario(comfy):
        comfy.hold = True
        first = await house.service.create(request(house), "c")
        await until(house, first.id, "running")
        second = await house.service.create(request(house, seed=50), "c")
        third = await house.service.create(request(house, seed=60), "c")
        while house.store.get(third.id).progress.ahead != 2:
            await asyncio.sleep(0.01)
        assert house.store.get(second.id).progress.ahead == 1
        await house.service.cancel(second.id)
        while house.store.get(third.id).progress.ahead != 1:
            await asyncio.sleep(0.01)
        comfy.release()
        assert (await until(house, third.id, "completed")).progress.ahead == 0

    with_comfy(house, scenario)


def test_a_preview_is_kept_while_it_is_being_made_and_a_thumbnail_for_good(house):
    publish(house, 10)

    async def scenario(comfy):
        comfy.hold, comfy.preview = True, b"the picture so far"
        made = await house.service.create(request(house), "c")
        while house.service.frame(made.id) is None:
            await asyncio.sleep(0.01)
        frame = house.service.frame(made.id)
        assert (frame.mime, frame.content) == ("image/jpeg", b"the picture so far")
        while house.store.get(made.id).progress.frame != frame.number:
            await asyncio.sleep(0.01)
        comfy.release()
        await until(house, made.id, "completed")
        small = house.paths.generation(made.id) / "thumbs" / "0000.jpg"
        while house.service.frame(made.id) is not None or not small.is_file():
            await asyncio.sleep(0.01)

    with_comfy(house, scenario)
