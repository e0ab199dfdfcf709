"""What every image pipeline must do; a new one joins the list and passes unchanged."""

from __future__ import annotations

import asyncio
import json
import uuid

import pytest
from fakes.comfyui_standin import ComfyStandIn
from isengard.core.errors import InvalidError, NotReadyError
from isengard.core.generations.save_tickets import SaveTickets
from isengard.generation.image import comfyui, fast_test
from isengard.generation.image.comfy_client import ComfyClient
from isengard.generation.image.graph import is_link
from isengard.generation.image.interface import Person
from support.generation_fixtures import BASE, foreign_pipeline, publish, request, with_comfy

GENERATION = "gen_" + "0" * 26
#: ours, and one that a neighbouring pack brings (tests/fakes/foreign_pack)
PIPELINES = ["comfyui", "fast_test", "sketch"]


def pipeline_of(house, name):
    return next(pipeline for pipeline in house.pipelines if pipeline.name == name)


async def a_recipe(pipeline):
    """One that this house has the files for."""
    return next(recipe for recipe in await pipeline.recipes() if recipe.usable and recipe.people == 1)


def people_for(house, info, strength=1.0):
    version = house.versions.best(house.ann.slug) if info.identity == "lora" else None
    return [Person(house.ann, version, strength)] * info.people


@pytest.fixture(params=PIPELINES)
def name(request):
    return request.param


@pytest.fixture
def run(house, name):
    """Runs `scenario(pipeline, info, comfy)` for the pipeline under test."""
    publish(house, 12)

    def run(scenario):
        async def whole(comfy: ComfyStandIn):
            house.paths.generation(GENERATION).mkdir()
            pipeline = pipeline_of(house, name)
            return await scenario(pipeline, await a_recipe(pipeline), comfy)

        return with_comfy(house, whole)

    return run


def ticket(house):
    """For pictures of that generation."""
    return SaveTickets(house.paths).issue(GENERATION, 9)


async def signs(pipeline, prompt_id):
    return [sign async for sign in pipeline.follow(prompt_id)]


def test_it_describes_itself(run, name):
    async def scenario(pipeline, info, _):
        capabilities = pipeline.capabilities()
        assert capabilities["name"] == pipeline.name == name and info.name in capabilities["recipes"]
        assert json.dumps(capabilities)
        for recipe in await pipeline.recipes():
            assert recipe.pipeline == name and recipe.label and recipe.description and recipe.people >= 1
            assert recipe.identity in ("lora", "placeholder", "reference", "picture")
            assert "prompt" in recipe.controls or recipe.identity == "picture", (
                "what is only enlarged needs no words"
            )
            assert recipe.defaults["width"] % 8 == 0 and recipe.foreign == []

    run(scenario)


def test_building_folds_the_request_and_counts_seeds(run, house):
    async def scenario(pipeline, info, _):
        wanted = request(house, recipe=info.name, count=3, seed=5, width=640)
        prompts = pipeline.build(wanted, people_for(house, info), GENERATION)
        assert len(prompts) == 3
        for number, graph in enumerate(prompts):
            text = json.dumps(graph)
            assert "IsengardRequest" not in text and "{trigger}" not in text and "annqvx" in text
            assert text.count(GENERATION) == 1 and 640 in _values(graph) and 5 + number in _values(graph)
            links = [v for node in graph.values() for v in node["inputs"].values() if is_link(v)]
            assert all(link[0] in graph for link in links)
        first, second = prompts[:2]
        changed = {key for key in first if first[key] != second[key]}
        assert len(changed) == 1, "another seed may change the sampling node alone"

    run(scenario)


def _values(graph):
    return [v for node in graph.values() for v in node["inputs"].values() if isinstance(v, int)]


def test_building_twice_gives_the_same(run, house):
    async def scenario(pipeline, info, _):
        wanted, people = request(house, recipe=info.name), people_for(house, info)
        assert pipeline.build(wanted, people, GENERATION) == pipeline.build(wanted, people, GENERATION)

    run(scenario)


def test_the_wrong_number_of_people_is_refused(run, house):
    async def scenario(pipeline, info, _):
        people = people_for(house, info) * 2
        with pytest.raises(InvalidError) as caught:
            pipeline.build(request(house, recipe=info.name), people, GENERATION)
        assert caught.value.code == "wrong_number_of_people" and caught.value.hint
        assert "(s)" not in caught.value.message

    run(scenario)


def test_a_picture_from_submit_to_done(run, house):
    async def scenario(pipeline, info, comfy):
        prompt = pipeline.build(request(house, recipe=info.name), people_for(house, info), ticket(house))[0]
        prompt_id = str(uuid.uuid4())
        await pipeline.submit(prompt, prompt_id, {"isengard": {"x": 1}})
        *before, last = await signs(pipeline, prompt_id)
        assert {sign.kind for sign in before} <= {"waiting", "running"} and last.kind == "done"
        (saved,) = last.saved
        assert (house.paths.generation(GENERATION) / saved.file).is_file() and saved.width == 64
        assert comfy.submitted == [prompt_id], "the id is the caller's"

    run(scenario)


def test_steps_are_told_while_it_runs(run, house):
    async def scenario(pipeline, info, comfy):
        comfy.hold = True
        prompt = pipeline.build(request(house, recipe=info.name), people_for(house, info), ticket(house))[0]
        prompt_id = str(uuid.uuid4())
        await pipeline.submit(prompt, prompt_id, {})
        seen = set()
        async for sign in pipeline.follow(prompt_id):
            seen.add((sign.kind, sign.step, sign.total))
            if ("running", 3, 3) in seen:
                comfy.release()
        assert ("running", 3, 3) in seen

    run(scenario)


@pytest.mark.parametrize("place", ["running", "waiting"])
def test_cancel_wherever_it_is_and_nobody_elses(run, house, place):
    async def scenario(pipeline, info, comfy):
        comfy.hold = True
        people = people_for(house, info)
        ids = [str(uuid.uuid4()), str(uuid.uuid4())]
        for prompt_id, prompt in zip(
            ids, pipeline.build(request(house, recipe=info.name, count=2), people, ticket(house)), strict=True
        ):
            await pipeline.submit(prompt, prompt_id, {})
        while comfy.running is None:
            await asyncio.sleep(0.01)
        gone, kept = ids if place == "running" else reversed(ids)
        await pipeline.cancel(gone)
        assert (await signs(pipeline, gone))[-1].kind == "cancelled"
        comfy.release()
        assert (await signs(pipeline, kept))[-1].kind == "done"

    run(scenario)


def test_a_prompt_that_nobody_knows_is_lost(run):
    async def scenario(pipeline, info, _):
        assert [sign.kind for sign in await signs(pipeline, str(uuid.uuid4()))] == ["lost"]

    run(scenario)


def test_a_comfyui_that_is_away_is_named(house, name, quick):
    publish(house, 12)
    client = ComfyClient(lambda: "http://127.0.0.1:9")
    made = {
        "comfyui": comfyui.create(client, house.models),
        "fast_test": fast_test.create(client, house.models, allowed=True),
        "sketch": foreign_pipeline(house, "http://127.0.0.1:9"),
    }

    async def scenario():
        try:
            info = await a_recipe(made[name])
            prompt = made[name].build(
                request(house, recipe=info.name), people_for(house, info), ticket(house)
            )[0]
            with pytest.raises(NotReadyError) as caught:
                await made[name].submit(prompt, str(uuid.uuid4()), {})
            assert caught.value.code == "comfyui_unreachable" and caught.value.hint
        finally:
            await client.close()
            await made["sketch"].client.close()

    asyncio.run(scenario())


def test_the_base_is_the_one_it_was_trained_for_else_one_of_its_family(house):
    version = publish(house, 12)
    person = Person(house.ann, version, 1.0)

    def loader(names):
        house.models.names = names
        pipeline = comfyui.create(ComfyClient(lambda: ""), house.models)
        graph = pipeline.build(request(house), [person], GENERATION)[0]
        return next(n["inputs"]["ckpt_name"] for n in graph.values() if "ckpt_name" in n["inputs"])

    assert loader(["other.safetensors", BASE]) == BASE
    assert loader(["other.safetensors"]) == "other.safetensors"
    with pytest.raises(InvalidError) as caught:
        loader([])
    assert caught.value.code == "model_missing"


def test_placeholders_are_not_offered_outside_fast_test_mode(house):
    pipeline = fast_test.create(ComfyClient(lambda: ""), house.models, allowed=False)
    assert asyncio.run(pipeline.recipes()) == []
    with pytest.raises(InvalidError):
        pipeline.build(request(house, recipe="fast-test"), [Person(house.ann, None, 1.0)], GENERATION)
