"""What ComfyUI gets of prompts as people write them: what was meant, for each family's way of reading, through the real pipeline."""

from __future__ import annotations

import time

import pytest
from isengard.core.families.prompting import Prompting
from isengard.generation.image.prompt_texts import Texts
from isengard.generation.image.recipes import RecipeFolder
from isengard.generation.prompt_text.markup import read_by
from pydantic import ValidationError
from support.generation_fixtures import publish, request, until, with_comfy
from support.prompt_cases import CASES, FAMILIES, person, sent, text_of, wanted_of


@pytest.mark.parametrize("family", ["sd15", "flux1_dev", "flux2_klein_4b"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_comfyui_gets_what_was_meant(case, family):
    if case.get("refused"):
        with pytest.raises(ValidationError, match="8000"):
            sent(family, text_of(case))
        return
    weighs = FAMILIES.get(family).prompting.weights
    got = {texts[0] for texts in sent(family, text_of(case))}
    assert got == wanted_of(case, family, weighs=weighs)


def test_every_family_says_how_it_is_written_to():
    for family in FAMILIES.all():
        prompting = family.prompting
        assert prompting.opening and prompting.details, family.key
        assert prompting.weights or not prompting.embeddings, "embeddings are CLIP's"
        assert bool(prompting.negative) == ("negative" in _controls(family)), family.key


def _controls(family):
    return RecipeFolder().get(family.recipe).used


def test_the_negative_prompt_and_a_persons_own_words_are_read_the_same_way():
    texts = sent(
        "sd15",
        "{trigger}",
        negative="{trigger} :), {bad|worse} (x:1.2)",
        words="a hat :) ({red|blue}:1.2)",
        recipe="two-people",
    )
    words = {text for picture in texts for text in picture}
    assert {"annqvx :\\), bad (x:1.2)", "annqvx :\\), worse (x:1.2)"} <= words
    assert {f"annqvx, woman, a hat :\\) ({colour}:1.2)" for colour in ("red", "blue")} <= words


def test_a_workflow_of_the_users_gets_the_words_as_they_are():
    """Its nodes may read them in their own way."""
    assert (
        Texts([person("sd15")], None, 1).read("<lora:x:1> {trigger} (b:1.2) :)")
        == "<lora:x:1> annqvx (b:1.2) :)"
    )


def test_the_chosen_words_are_kept_with_each_picture_and_in_it(house):
    publish(house, 10)
    asked = request(house, prompt="{trigger} in {red|blue|green|white} // note", count=4, seed=3)

    async def scenario(comfy):
        made = await house.service.create(asked, "c")
        done = await until(house, made.id, "completed")
        plain = await house.service.create(request(house, prompt="{trigger}"), "c")
        return (
            done,
            await until(house, plain.id, "completed"),
            [extra["extra_pnginfo"] for extra in comfy.extra],
        )

    done, plain, metadata = with_comfy(house, scenario)
    sent_texts = [_positive(graph) for graph in house.store.prompts(done.id)]
    told = [image.prompt for image in done.images]
    assert [text.replace("{trigger}", "annqvx") for text in told] == sent_texts
    assert len(set(told)) > 1 and done.request.prompt == asked.prompt
    assert [one["isengard"].get("prompt") for one in metadata] == [*told, None]
    assert plain.images[0].prompt == ""


def _positive(graph):
    return next(
        text
        for node in graph.values()
        if node["class_type"] == "CLIPTextEncode" and (text := node["inputs"]["text"]).startswith("annqvx")
    )


def test_a_prompt_of_a_thousand_brackets_is_read_at_once():
    prompting = Prompting(weights=True, embeddings=True)
    for text in (
        "(" * 8000,
        ")" * 8000,
        "(a:1.2" * 1300,
        "(" * 3000 + "a:1.2" + ")" * 3000,
        "embedding:" * 800,
        "\\(" * 4000,
        " " * 8000,
    ):
        for weights in (True, False):
            began = time.process_time()
            read_by(text, prompting.model_copy(update={"weights": weights}))
            assert time.process_time() - began < 2, text[:12]
