"""Any recipe's graph made to start from a picture: what is put in, what is taken out, and what cannot."""

from __future__ import annotations

import copy

import pytest
from hosts.picture_recipes import API, MADE, text_of
from isengard.core.errors import InvalidError
from isengard.core.families.families import Families
from isengard.generation.image import graph as graphs
from isengard.generation.image.from_picture.rewiring import (
    as_sent,
    picture_controls,
    starting,
    write_picture,
)
from isengard.generation.image.from_picture.start import size_drawn
from isengard.generation.image.from_picture.upscaling import write_upscaler
from isengard.generation.image.graph_limits import checked
from isengard.generation.image.recipes import RecipeFolder

RECIPES = {recipe.name: recipe for recipe in RecipeFolder().all()}
#: Those that begin with nothing, and draw.
DRAWN = sorted(
    name for name, recipe in RECIPES.items() if not recipe.shape.pictures and not recipe.shape.placeholder
)


def of_kind(graph, *kinds):
    return [node["inputs"] for node in graph.values() if node["class_type"] in kinds]


@pytest.mark.parametrize("shown", [False, True])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("name", DRAWN)
def test_every_recipe_that_draws_can_start_from_a_picture(name, masked, shown):
    before = copy.deepcopy(RECIPES[name].graph)
    graph = checked(starting(RECIPES[name].graph, masked=masked, shown=shown))
    assert RECIPES[name].graph == before, "the recipe itself stays"
    ((picture, _),) = [(key, node) for key, node in graph.items() if node["class_type"] == graphs.PICTURE]
    assert not [kind for node in graph.values() if (kind := node["class_type"]).startswith("Empty")]
    changes = [i["denoise"] for i in of_kind(graph, "KSampler", "BasicScheduler")]
    assert changes == [[picture, 2]], "one sampler, and the slider is its denoise"
    (latent,) = [i["latent_image"][0] for i in of_kind(graph, "KSampler", "SamplerCustomAdvanced")]
    assert graph[latent]["class_type"] == ("SetLatentNoiseMask" if masked else "VAEEncode")
    assert (len(of_kind(graph, "ReferenceLatent")), len(of_kind(graph, "DifferentialDiffusion"))) == (
        shown,
        masked,
    )
    (save,) = of_kind(graph, graphs.SAVE)
    last = graph[save["images"][0]]
    assert last["class_type"] == ("ImageCompositeMasked" if masked else "VAEDecode")
    assert not masked or (last["inputs"]["destination"], last["inputs"]["mask"]) == (
        [picture, 0],
        [picture, 1],
    )
    assert as_sent(RECIPES[name].graph, graph) == graph, "and so it is found again for the canvas"


def test_what_is_shown_is_shown_wherever_the_prompt_goes():
    graph = starting(RECIPES["flux2-klein-reference"].graph, masked=True, shown=True)
    ((shown, node),) = [(k, n) for k, n in graph.items() if n["class_type"] == "ReferenceLatent"]
    assert graph[node["inputs"]["conditioning"][0]]["class_type"] == graphs.REFERENCE
    assert of_kind(graph, "CFGGuider")[0]["positive"] == [shown, 0]
    assert of_kind(graph, "ConditioningZeroOut")[0]["conditioning"] == [shown, 0]


def without(kind):
    graph = copy.deepcopy(RECIPES["sd15-identity"].graph)
    for node in graph.values():
        if node["class_type"] == kind:
            node["class_type"] = "SomebodysNode"
    return graph


@pytest.mark.parametrize(
    "graph",
    [RECIPES["fast-test"].graph, *(without(k) for k in ("KSampler", "VAEDecode", "EmptyLatentImage"))],
    ids=["no model", "no sampler", "no decoder", "no empty latent"],
)
def test_a_graph_that_cannot_says_so(graph):
    assert picture_controls(graph) == []
    with pytest.raises(InvalidError) as caught:
        starting(graph)
    assert caught.value.code == "recipe_without_start"


def test_two_samplers_that_start_empty_are_not_guessed_between():
    graph = copy.deepcopy(RECIPES["sd15-identity"].graph)
    graph["20"] = copy.deepcopy(graph["8"])
    assert picture_controls(graph) == []


def test_a_graph_of_its_authors_own_stays_as_it_is_but_for_the_picture():
    graph = starting(RECIPES["into-picture"].graph, masked=True, shown=True)
    assert graph == RECIPES["into-picture"].graph
    write_picture(graph, "ticket", 0.3)
    (picture,) = of_kind(graph, graphs.PICTURE)
    assert (picture["picture"], picture["change"]) == ("ticket", 0.3)


@pytest.mark.parametrize("name", sorted(MADE))
def test_what_stands_on_the_canvas_is_what_the_panel_sends(name):
    """`python tests/hosts/picture_recipes.py` writes them anew."""
    assert (API / f"{name}.json").read_text(encoding="utf-8") == text_of(name)


def test_only_our_recipes_from_pictures_need_one():
    need = {name for name, recipe in RECIPES.items() if recipe.shape.pictures}
    assert need == {*MADE, "enlarge-model"}
    assert picture_controls(RECIPES["enlarge-model"].graph) == ["picture"]
    assert picture_controls(RECIPES["from-picture"].graph) == ["picture", "change"]
    assert picture_controls(RECIPES["into-picture"].graph) == ["picture", "mask", "change"]
    edits = {family.key for family in Families().all() if family.edits_pictures}
    assert edits == {"flux2_klein_4b", "flux2_klein_9b"}, "those whose model looks at reference latents"


@pytest.mark.parametrize(
    ("size", "asked", "drawn"),
    [
        ((512, 768), {}, (512, 768)),
        ((512, 768), {"scale": 2.0}, (1024, 1536)),
        ((1080, 720), {}, (1088, 720)),
        ((4032, 3024), {"pixels": 1024**2}, (1184, 880)),
        ((300, 200), {"pixels": 1024**2}, (304, 192)),
        ((20, 20), {}, (64, 64)),
    ],
)
def test_the_size_that_is_drawn(size, asked, drawn):
    assert size_drawn(size, **asked) == drawn


def test_a_picture_that_would_be_too_large_is_refused():
    with pytest.raises(InvalidError) as caught:
        size_drawn((2048, 2048), scale=4.0)
    assert caught.value.code == "picture_too_large"


def test_the_upscale_model_is_one_that_is_here():
    def written(chosen, here):
        graph = copy.deepcopy(RECIPES["enlarge-model"].graph)
        write_upscaler(graph, chosen, here)
        return of_kind(graph, "UpscaleModelLoader")[0]["model_name"]

    assert written("b.pth", ["a.pth", "b.pth"]) == "b.pth"
    assert written(None, ["a.pth", "RealESRGAN_x4plus.pth"]) == "RealESRGAN_x4plus.pth"
    assert written(None, ["a.pth"]) == "a.pth"
    for chosen, here in (("c.pth", ["a.pth"]), (None, [])):
        with pytest.raises(InvalidError) as caught:
            written(chosen, here)
        assert caught.value.code == "upscaler_unknown" and caught.value.hint


def test_on_the_canvas_the_picture_is_found_without_the_ticket():
    recipe = RECIPES["sd15-identity"]
    graph = starting(recipe.graph, masked=True)
    write_picture(graph, "a-ticket-that-is-over", 0.4)
    values = dict.fromkeys(graphs.REQUEST_OUTPUTS, 64)
    sent, generation = graphs.fold(graph, values), "gen_" + "7" * 26
    opened = RecipeFolder().opened("sd15-identity", sent, {"prompt": "x", "negative": ""}, generation)
    (picture,) = of_kind(opened.graph, graphs.PICTURE)
    assert (picture["picture"], picture["change"]) == (generation, 0.4)
    assert of_kind(opened.graph, graphs.REQUEST), "the request is in its place again"
    assert opened.layout is None, "the recipe's own layout shows another graph"
    assert of_kind(graphs.unbound(sent, generation), graphs.PICTURE)[0]["picture"] == generation
