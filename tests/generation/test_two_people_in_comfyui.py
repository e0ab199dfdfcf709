"""Two people and reference photos in a real ComfyUI on the tiny SD1.5: each LoRA in its own region, and what that costs."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hosts import fixtures
from hosts.demo import drawings
from isengard.core.families.face_mending import FaceMending
from isengard.generation.image.graph import fold
from isengard.generation.image.recipes import RecipeFolder
from isengard.generation.mending.mended_graph import Pass, mended_graph
from isengard.generation.mending.region import Region
from PIL import Image
from support.identity_fixtures import (
    asked,
    change,
    file_of,
    made,
    median_seconds,
    on_canvas,
)
from support.loras import TINY, publish

pytestmark = [pytest.mark.slow, pytest.mark.e2e]
WIDE = {"recipe": "two-people", "width": 192, "height": 96, "steps": 8, "guidance": 1.0, "seed": 11}
#: Ann's part is 0 to 0.55, Bob's 0.45 to 1: these are theirs alone, away from the seam.
ANNS, BOBS = (0.0, 0.4), (0.6, 1.0)


@pytest.fixture
def two(server, api, ann, bob):
    """A picture of Ann on the left and Bob on the right; `ann_strength`, `ann_words` and so on."""

    def two(**changes):
        first, second = ({"id": person["id"]} for person in (ann, bob))
        for name in [name for name in changes if name.startswith(("ann_", "bob_"))]:
            (first if name.startswith("ann_") else second)[name[4:]] = changes.pop(name)
        body = {**WIDE, "characters": [first, second], "prompt": "two people in a cafe", **changes}
        return asked(api, body)

    return two


@pytest.mark.full
def test_a_lora_changes_the_other_region_no_more_than_other_words_do(server, two, capsys):
    plain = file_of(server, two(ann_strength=0.0))
    lora = file_of(server, two(ann_strength=1.0))
    words = file_of(server, two(ann_strength=0.0, ann_words="in a red coat, laughing"))
    leak = {name: (change(plain, other, *ANNS), change(plain, other, *BOBS)) for name, other in
            (("lora", lora), ("words", words))}  # fmt: skip
    with capsys.disabled():
        print(f"\n[two people] change in Ann's and in Bob's region: {leak}")
    assert leak["lora"][0] > 5 and leak["words"][0] > 1
    share = {name: others / own for name, (own, others) in leak.items()}
    assert (
        leak["lora"][1] <= leak["words"][1] and share["lora"] <= 1.25 * share["words"] and share["lora"] < 0.2
    )


@pytest.mark.full
def test_without_regions_it_would_be_everywhere(server, ann, bob, two):
    """The contrast: both LoRAs on the whole model change Bob's region as much as Ann's."""
    regional = change(file_of(server, two(ann_strength=0.0)), file_of(server, two()), *BOBS)
    whole = [on_canvas(server, everywhere(ann, bob, strength)) for strength in (0.0, 1.0)]
    assert change(*whole, *BOBS) > 3 * regional


def everywhere(ann, bob, strength):
    graph = json.loads(json.dumps(RecipeFolder().get("sd15-identity").graph))
    graph["1"]["inputs"]["ckpt_name"] = fixtures.CHECKPOINT
    graph["2"]["inputs"]["character"] = ann["slug"]
    graph["3"]["inputs"].update(prompt="two people", width=192, height=96, steps=8, guidance=1.0, seed=11)
    graph["4"]["inputs"]["strength"] = strength
    graph["20"] = {"class_type": "IsengardCharacter", "inputs": {"character": bob["slug"]}}
    inputs = {
        "model": ["4", 0],
        "clip": ["4", 1],
        "character": ["20", 0],
        "checkpoint": "best",
        "strength": 1.0,
    }
    graph["21"] = {"class_type": "IsengardApplyIdentity", "inputs": inputs}
    graph["8"]["inputs"]["model"] = ["21", 0]
    return graph


@pytest.mark.full
def test_each_person_has_their_own_strength_and_words(server, two):
    plain = file_of(server, two())
    for name, of in (("ann_strength", ANNS), ("bob_strength", BOBS)):
        assert change(plain, file_of(server, two(**{name: 0.3})), *of) > 1.0
    assert change(plain, file_of(server, two(bob_words="in a yellow hat")), *BOBS) > 1.0


def test_what_was_trained_in_the_text_encoder_counts_in_its_region_alone(server, api, bob, versions):
    """Two versions that differ by that alone; ComfyUI's hooks are on the text encoder for the first person's words only."""
    una = api.post("/characters", {"name": "Una", "class_word": "woman"})
    layer = "lora_te_text_model_encoder_layers_0_self_attn"
    words = {f"{layer}_{part}_proj": (768, 768) for part in ("q", "v", "out")}
    for step, modules in ((10, TINY), (20, {**TINY, **words})):
        publish(versions, una, step, modules, base=fixtures.CHECKPOINT, seed=5)
    without, trained = (
        file_of(
            server,
            asked(
                api,
                {
                    **WIDE,
                    "characters": [{"id": una["id"], "checkpoint": step}, {"id": bob["id"]}],
                    "prompt": "two people in a cafe",
                },
            ),
        )
        for step in (10, 20)
    )
    own, other = (change(without, trained, *part) for part in (ANNS, BOBS))
    assert own > 1.0 and other < 0.3 * own


def test_faces_drawn_again_change_in_their_squares_alone_each_by_its_own_lora(server, api, ann, bob):
    """The short twin of test_mending_in_comfyui.py: squares that are given, not found, and a smaller pass."""
    before = made(api, ann, width=320, height=192)
    places = [Region(16, 16, 128, 23, 23, 23, 23), Region(192, 0, 128, 23, 0, 0, 23)]

    def mended(his_strength):
        prompts = (alone(ann, 1.0), alone(bob, his_strength))
        passes = [Pass(prompt, place, PASS) for prompt, place in zip(prompts, places, strict=True)]
        return pixels_of(on_canvas(server, mended_graph(passes, f"{before['id']}/0")))

    old, new, weaker = pixels_of(file_of(server, before)), mended(1.0), mended(0.0)
    gap = np.abs(new - old).max(axis=2)
    for place in places:
        part = gap[place.top : place.top + 128, place.left : place.left + 128]
        assert max(part[-1].max(), part[:, 0].max()) <= 2 and part[40:90, 40:90].mean() > 3
        part[:] = 0
    assert gap.max() == 0
    other = np.abs(new - weaker).max(axis=2)
    assert other[:128, 192:].max() > 10 and other[:, :192].max() == 0


PASS = FaceMending(side=256, denoise=0.4, prompt="{who} {look}")


def alone(person, strength):
    """What draws somebody alone, as the family's recipe does."""
    graph = json.loads(json.dumps(RecipeFolder().get("sd15-identity").graph))
    graph["1"]["inputs"]["ckpt_name"] = fixtures.CHECKPOINT
    graph["2"]["inputs"]["character"] = person["slug"]
    graph["4"]["inputs"]["strength"] = strength
    numbers = {"width": PASS.side, "height": PASS.side, "seed": 3, "steps": 4, "guidance": 1.0}
    return fold(graph, {"prompt": "a face", "negative": "", **numbers})


def pixels_of(file):
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB")).astype(int)


@pytest.mark.full
@pytest.mark.timing
def test_two_people_take_at_most_two_and_a_half_times_as_long(server, api, ann, two, capsys):
    size = {"width": 256, "height": 256, "steps": 5, "guidance": 7.0}
    for warm_up in (lambda: made(api, ann, **size, seed=1), lambda: two(**size, seed=1)):
        warm_up()
    one = median_seconds(server, lambda seed: made(api, ann, **size, seed=seed))
    both = median_seconds(server, lambda seed: two(**size, seed=seed))
    with capsys.disabled():
        print(f"\n[two people] one {one:.2f} s, two {both:.2f} s: {both / one:.2f} times")
    assert both <= 2.5 * one


@pytest.mark.full
def test_the_model_stays_loaded_from_one_picture_of_two_to_the_next(server, two):
    """Whether it was loaded again is on ComfyUI's console; the LoRAs themselves come and go with every step."""
    first = file_of(server, two(seed=1))
    loaded = server.log().count("loaded completely")
    assert loaded, "ComfyUI tells it in other words"
    assert change(first, file_of(server, two(seed=2))) > 1.0
    assert server.log().count("loaded completely") == loaded


@pytest.mark.full
def test_references_run_and_change_nothing_on_a_model_that_takes_none(server, api, ann, tmp_path):
    """On SD1.5 only that it works inside ComfyUI; FLUX.2, which looks at them, cannot be sampled here."""
    api.upload(ann["id"], drawings(tmp_path, 1)[0])
    graph = json.loads(json.dumps(RecipeFolder().get("sd15-identity").graph))
    graph["1"]["inputs"]["ckpt_name"] = fixtures.CHECKPOINT
    graph["2"]["inputs"]["character"] = ann["slug"]
    graph["3"]["inputs"].update(prompt="x", width=64, height=64, steps=2, guidance=1.0, seed=11)
    plain = on_canvas(server, graph)
    inputs = {"conditioning": ["5", 0], "vae": ["1", 2], "character": ["2", 0], "strength": 0.5, "photos": 4}
    graph["20"] = {"class_type": "IsengardApplyReference", "inputs": inputs}
    graph["8"]["inputs"]["positive"] = ["20", 0]
    assert change(plain, on_canvas(server, graph)) < 1.0
