"""Recipes as pure graphs: what is one, folding, what is written into which node."""

from __future__ import annotations

import json

import pytest
from isengard.core.errors import InvalidError
from isengard.generation.image import graph as graphs
from isengard.generation.image.model_files import checkpoint_loaders, loaded, write_files
from isengard.generation.image.recipes import RecipeFolder


@pytest.fixture
def sd15():
    return RecipeFolder().get("sd15-identity")


def test_our_recipes_are_recipes():
    names = {recipe.name: recipe for recipe in RecipeFolder().all()}
    assert {"fast-test", "sd15-identity", "sdxl-identity", "flux1-dev-identity"} < set(names)
    assert {"flux2-klein-identity", "z-image-identity", "krea2-identity"} < set(names)
    assert names["fast-test"].shape.placeholder and not names["sd15-identity"].shape.placeholder
    assert all(recipe.label and recipe.description and recipe.picture for recipe in names.values())


def test_folding_leaves_no_link_to_the_request_and_the_source_untouched(sd15):
    before = json.dumps(sd15.graph)
    values = dict(zip(graphs.REQUEST_OUTPUTS, ["a photo", "bad", 640, 448, 7, 4, 1.5], strict=True))
    folded = graphs.fold(sd15.graph, values)
    assert json.dumps(sd15.graph) == before
    assert "IsengardRequest" not in {node["class_type"] for node in folded.values()}
    sampler = next(node for node in folded.values() if node["class_type"] == "KSampler")["inputs"]
    assert (sampler["seed"], sampler["steps"], sampler["cfg"]) == (7, 4, 1.5)
    assert next(n for n in folded.values() if n["class_type"] == "EmptyLatentImage")["inputs"]["width"] == 640
    links = [v for node in folded.values() for v in node["inputs"].values() if graphs.is_link(v)]
    assert links and all(link[0] in folded for link in links)


def test_only_our_nodes_and_the_base_loader_are_written(sd15):
    graph = graphs.fold(sd15.graph, dict.fromkeys(graphs.REQUEST_OUTPUTS, 1))
    before = json.loads(json.dumps(graph))
    graphs.set_people(graph, [graphs.Use("ann", "ann/x.safetensors", 0.8)])
    write_files(graph, {"checkpoint": "mine.safetensors"})
    changed = {node["class_type"] for key, node in graph.items() if node != before[key]}
    assert changed == {"IsengardCharacter", "IsengardApplyIdentity", "CheckpointLoaderSimple"}
    assert loaded(graph) == [("checkpoint", "mine.safetensors")]


def sent_by(recipe, trigger="ohwxann"):
    values = [f"a photo of {trigger}", "bad", 640, 448, 7, 4, 1.5]
    graph = graphs.fold(recipe.graph, dict(zip(graphs.REQUEST_OUTPUTS, values, strict=True)))
    graphs.set_people(graph, [graphs.Use("ann", "ann/x.safetensors", 0.8)])
    write_files(graph, {"checkpoint": "mine.safetensors"})
    graph[recipe.shape.save]["inputs"]["generation_id"] = "gen_of_another_picture"
    return graph


GENERATION = "gen_" + "7" * 26
WORDS = {"prompt": "a photo of {trigger}", "negative": "bad"}


def test_what_opens_on_the_canvas_is_the_recipe_with_the_request_in_it(sd15):
    """It was the folded prompt, which has no request node: saving it back was refused."""
    opened = RecipeFolder().opened("sd15-identity", sent_by(sd15), WORDS, GENERATION)
    graph, shape = opened.graph, graphs.inspect(opened.graph)
    links = {
        key: {n: v for n, v in node["inputs"].items() if graphs.is_link(v)} for key, node in graph.items()
    }
    assert links == {
        key: {n: v for n, v in node["inputs"].items() if graphs.is_link(v)}
        for key, node in sd15.graph.items()
    }
    asked = {
        name: value for name, value in graph[shape.request]["inputs"].items() if not graphs.is_link(value)
    }
    assert asked == {**WORDS, "width": 640, "height": 448, "seed": 7, "steps": 4, "guidance": 1.5}
    assert graph[shape.characters[0]]["inputs"]["character"] == "ann"
    assert graph[shape.applies[0]]["inputs"]["checkpoint"] == "ann/x.safetensors"
    assert loaded(graph) == [("checkpoint", "mine.safetensors")]
    assert graph[shape.save]["inputs"]["generation_id"] == "", "a picture of its own"
    assert {node["id"] for node in opened.layout["nodes"]} >= {int(key) for key in graph}
    offered = [
        node["properties"]["models"] for node in opened.layout["nodes"] if "models" in node["properties"]
    ]
    assert opened.layout["extra"]["linearMode"] is False, "it would open as an app"
    assert offered == [[]], "ComfyUI would ask for the recommended file, which this picture was not made with"


def test_a_recipe_that_fills_in_no_trigger_opens_with_the_words_that_were_sent(sd15):
    recipe = json.loads(json.dumps(sd15.graph))
    del recipe[sd15.shape.request]["inputs"]["trigger_1"]
    graph = graphs.unfolded(recipe, sent_by(sd15), WORDS)
    assert graph[sd15.shape.request]["inputs"]["prompt"] == "a photo of ohwxann"


@pytest.mark.parametrize("name", ["gone", "fast-test"])
def test_a_picture_whose_recipe_is_gone_or_another_by_now_opens_as_it_was_sent(sd15, name):
    sent = sent_by(sd15)
    opened = RecipeFolder().opened(name, sent, WORDS, GENERATION)
    assert opened.layout is None and set(opened.graph) == set(sent)
    assert "generation_id" not in opened.graph[sd15.shape.save]["inputs"]


@pytest.mark.parametrize(
    "missing", ["IsengardRequest", "IsengardSaveImage", "IsengardCharacter", "IsengardApplyIdentity"]
)
def test_what_lacks_a_node_of_ours_is_no_recipe(sd15, missing):
    graph = {key: node for key, node in sd15.graph.items() if node["class_type"] != missing}
    with pytest.raises(InvalidError) as caught:
        graphs.inspect(graph)
    assert caught.value.code == "recipe_invalid" and caught.value.hint


def test_triggers_are_filled_in_and_other_braces_stay():
    assert graphs.filled_prompt("{trigger} and {trigger2} {x}", ["ann", "bob"]) == "ann and bob {x}"


def test_foreign_nodes_are_listed(sd15):
    graph = {**sd15.graph, "99": {"class_type": "SomebodysNode", "inputs": {}}}
    assert graphs.foreign_nodes(
        graph, {"KSampler", "VAEDecode", "CLIPTextEncode", "EmptyLatentImage", "CheckpointLoaderSimple"}
    ) == ["SomebodysNode"]


def test_a_base_that_predicts_velocity_is_told_to_comfyui_between_its_loader_and_the_rest(sd15):
    graph = json.loads(json.dumps(sd15.graph))
    (loader,) = checkpoint_loaders(graph)
    takers = [
        (key, name)
        for key, node in graph.items()
        for name, value in node["inputs"].items()
        if value == [loader, 0]
    ]
    graphs.set_velocity(graph, loader, zero_snr=True)
    (added,) = set(graph) - set(sd15.graph)
    assert graph[added] == {
        "class_type": "ModelSamplingDiscrete",
        "inputs": {"model": [loader, 0], "sampling": "v_prediction", "zsnr": True},
    }
    assert takers and all(graph[key]["inputs"][name] == [added, 0] for key, name in takers)
    rest = {key: node for key, node in graph.items() if key != added}
    changed = [(key, name) for key, node in rest.items() for name, value in node["inputs"].items() if value != sd15.graph[key]["inputs"][name]]  # fmt: skip
    assert changed == takers


def test_reference_photos_stand_in_both_conditionings_as_in_comfyuis_own_blueprint():
    """With a guidance above 1 the photos would else push the picture away from what has none."""
    for recipe in RecipeFolder().all():
        guiders = [
            node for node in recipe.graph.values() if "negative" in node["inputs"] and "cfg" in node["inputs"]
        ]
        for guider in guiders if recipe.shape.references else []:
            assert all(reached(recipe.graph, guider["inputs"][side]) for side in ("positive", "negative")), (
                recipe.name
            )


@pytest.mark.parametrize("name", ["qwen-image-reference", "qwen-image-both"])
def test_an_edit_model_reads_the_photos_too_and_both_sides_alike(name):
    """Qwen-Image-Edit's text encoder looks at the pictures, besides the model itself: up to three, in the person's own order."""
    recipe = RecipeFolder().get(name)
    encoders = [n for n in recipe.graph.values() if n["class_type"] == "TextEncodeQwenImageEditPlus"]
    assert len(encoders) == 2 and all("vae" not in one["inputs"] for one in encoders), "latents come once"
    for encoder in encoders:
        photos = [recipe.graph[encoder["inputs"][f"image{n}"][0]]["inputs"] for n in (1, 2, 3)]
        assert [photo["batch_index"] for photo in photos] == [0, 1, 2]
        assert {tuple(photo["image"]) for photo in photos} == {(recipe.shape.characters[0], 3)}
    assert [recipe.graph[node]["inputs"]["photos"] for node in recipe.shape.references] == [3, 3]
    assert recipe.shape.identity == ("lora" if name.endswith("both") else "reference")
    graph = json.loads(json.dumps(recipe.graph))
    graphs.set_people(graph, [graphs.Use("ann", "ann/x.safetensors", 0.9, reference=0.4)])
    assert [graph[node]["inputs"]["strength"] for node in recipe.shape.references] == [0.4, 0.4]


def reached(graph, link):
    """Whether reference photos are anywhere behind a link."""
    node = graph[link[0]]
    return node["class_type"] == "IsengardApplyReference" or any(
        reached(graph, further) for further in node["inputs"].values() if isinstance(further, list)
    )
