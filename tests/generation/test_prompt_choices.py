"""Comments and choices in prompts: as ComfyUI's own page understands them, one choice for each seed."""

from __future__ import annotations

import time

import pytest
from isengard.generation.prompt_text.choices import chosen
from support.generation_fixtures import publish, request, with_comfy


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{trigger}\nat night\n// a note\n/* and\nanother */ end", "{trigger}\nat night\n\n end"),
        ("a /* open // x\nb", "a /* open \nb"),
        ("a // b */ c\nd /* e */ /*/ f */", "a \nd  "),
        ("{trigger} in {one}", "{trigger} in {one}"),
        ('{"scene": "{trigger}", "n": [1]}', '{"scene": "{trigger}", "n": [1]}'),
        (r"\{red\|blue\} \(actress\)", r"{red|blue} \(actress\)"),
        ("a | b", "a | b"),
        ("a } b { c | d", "a } b { c | d"),
        ("(({trigger}:1.2), embedding:easynegative", "(({trigger}:1.2), embedding:easynegative"),
        ("{same|same} {|}", "same "),
    ],
)
def test_what_is_no_choice_is_left_alone(text, said):
    assert {chosen(text, seed) for seed in range(20)} == {said}


def test_a_choice_is_the_seeds_and_choices_hold_choices():
    found = {
        seed: chosen("{trigger} in a {red|{light|dark} blue|green {trigger2}} dress", seed)
        for seed in range(60)
    }
    assert set(found.values()) == {
        f"{{trigger}} in a {colour} dress"
        for colour in ("red", "light blue", "dark blue", "green {trigger2}")
    }
    assert found == {
        seed: chosen("{trigger} in a {red|{light|dark} blue|green {trigger2}} dress", seed) for seed in found
    }


@pytest.mark.parametrize(
    "text",
    [
        "{" * 100_000,
        "{" * 100_000 + "}" * 100_000,
        "{a|" * 50_000,
        "{|" * 50_000 + "b" * 100_000 + "}" * 50_000,
        "/*" * 50_000,
        "*/" + "/*" * 50_000,
        "{a|b}" * 20_000,
        "{{a|b}" * 20_000,
    ],
)
def test_any_prompt_is_read_in_linear_time(text):
    assert min(seconds_for(text) for _ in range(3)) < 1.0, "the least of three: other tests share the cores"


def seconds_for(text) -> float:
    began = time.process_time()
    chosen(text, 1)
    return time.process_time() - began


def test_four_pictures_of_one_order_choose_each_for_itself(house):
    publish(house, 10)
    asked = request(
        house, prompt="{trigger} {1|2|3|4|5|6|7|8} // note", negative="{bad|worse}", count=16, seed=1
    )

    async def scenario(comfy):
        made = await house.service.create(asked, "c")
        graphs = house.store.prompts(made.id)
        texts = [
            sorted(
                node["inputs"]["text"] for node in graph.values() if node["class_type"] == "CLIPTextEncode"
            )
            for graph in graphs
        ]
        assert made.request.prompt == asked.prompt, "kept as it was written"
        return texts

    texts = with_comfy(house, scenario)
    assert len({text for pair in texts for text in pair if text.startswith("annqvx")}) > 4
    assert {text for pair in texts for text in pair if not text.startswith("annqvx")} == {"bad", "worse"}
    assert not any("//" in text or "{" in text for pair in texts for text in pair)


def test_each_text_of_a_picture_makes_choices_of_its_own_and_the_prompt_those_it_always_made():
    """Two people with the same words always wore the same colour."""
    text = "{red|green|blue|white} dress"
    places = ("", "negative", "person 0", "person 1")
    made = {seed: tuple(chosen(text, seed, place) for place in places) for seed in range(40)}
    assert all(len({one[n] == one[m] for one in made.values()}) == 2 for n in range(4) for m in range(n))
    assert made == {seed: tuple(chosen(text, seed, place) for place in places) for seed in range(40)}
    assert all(one[0] == chosen(text, seed) for seed, one in made.items())
