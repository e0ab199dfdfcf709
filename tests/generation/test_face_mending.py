"""A second pass over faces: where, asked for by which words, and the graph of it."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from isengard.core.families.face_mending import FaceMending
from isengard.core.families.families import Families
from isengard.core.records.character import CharacterDraft
from isengard.core.records.generation import CharacterUse, MadeFrom
from isengard.generation.image import comfyui
from isengard.generation.image.from_picture.start import Start
from isengard.generation.image.graph import is_link
from isengard.generation.image.interface import Person
from isengard.generation.mending.face_passes import LEAST_STEPS, FacePasses, steps_of
from isengard.generation.mending.face_prompt import face_prompt
from isengard.generation.mending.mended_graph import Pass, mended_graph
from isengard.generation.mending.region import CELL, LEAST_FEATHER, Region, gains, region_of
from support.generation_fixtures import BASE, publish, request

HOW = FaceMending(side=512, denoise=0.4, prompt="close-up photo of {who}, detailed face, {look}")


def box(left, top, side, size):
    width, height = size
    return (left / width, top / height, (left + side) / width, (top + side) / height)


@pytest.mark.parametrize("size", [(512, 512), (1024, 576), (832, 1216), (64, 512), (517, 700)])
@pytest.mark.parametrize("side", [12, 30, 64, 100, 127, 250])
@pytest.mark.parametrize("at", [(0.0, 0.0), (0.5, 0.5), (0.8, 0.1), (1.0, 1.0)])
def test_a_region_lies_in_the_picture_and_holds_the_face(size, side, at):
    side = min(side, *size)
    left, top = (share * (along - side) for share, along in zip(at, size, strict=True))
    region = region_of(box(left, top, side, size), size, HOW)
    assert region.left >= 0 <= region.top
    assert region.left + region.side <= size[0] and region.top + region.side <= size[1]
    slack = CELL / 2 if region.side < side + CELL else 0  # no larger than the face: the picture is not
    assert region.left <= left + slack and region.top <= top + slack
    assert min(region.left - left, region.top - top) + region.side >= side - slack
    edges = [
        (region.left, region.feather_left),
        (region.top, region.feather_top),
        (size[0] - region.left - region.side, region.feather_right),
        (size[1] - region.top - region.side, region.feather_bottom),
    ]
    for to_the_end, feather in edges:
        assert feather == 0 if to_the_end == 0 else feather >= LEAST_FEATHER


def test_it_is_whole_cells_and_as_many_faces_wide_as_the_record_says():
    region = region_of(box(300, 200, 80, (1024, 1024)), (1024, 1024), HOW)
    assert (region.left, region.top, region.side) == (240, 144, 200)
    assert region.feather_left == region.feather_bottom == 36


@pytest.mark.parametrize("apart", [20, 60, 120, 300])
def test_it_takes_nothing_of_the_face_beside_it(apart):
    size = (1024, 512)
    one, other = box(300, 200, 70, size), box(370 + apart, 210, 60, size)
    region = region_of(one, size, HOW, [other])
    assert region.left + region.side <= 370 + apart and region.side >= 88
    alone = region_of(one, size, HOW)
    assert region.side == alone.side if apart == 300 else region.side <= alone.side


@pytest.mark.parametrize("old", [False, True], ids=["a current FeatherMask", "that of 0.3.75"])
@pytest.mark.parametrize("side", [64, 72, 128, 200, 320])
def test_the_outermost_pixel_takes_less_than_two_grey_levels(side, old):
    """Black becomes white: the step at the border is what the mask lets through there."""
    region = region_of(box(200, 200, side / 2.5, (1024, 1024)), (1024, 1024), HOW)
    mask = cut(feathered(feathered(solid(region.side + 1), region, old), region, old))
    ring = [*mask[0], *mask[-1], *(row[0] for row in mask), *(row[-1] for row in mask)]
    assert 0 < max(ring) * 255 <= 2
    middle = region.side // 2
    assert mask[middle][middle] == 1.0
    steps = [abs(b - a) for a, b in itertools.pairwise(mask[middle])]
    assert max(steps) * 255 < 26, "nowhere is there a line"


def test_where_the_picture_ends_nothing_is_feathered():
    """0.3.75 multiplies the first column once more, also of a mask that has no left edge."""
    for old in (False, True):
        region = Region(0, 100, 128, 0, 23, 23, 23)
        mask = cut(feathered(feathered(solid(129), region, old), region, old))
        assert [row[0] for row in mask[23:100]] == [1.0] * 77


def solid(side):
    return [[1.0] * side for _ in range(side)]


def feathered(mask, region, old):
    """ComfyUI's FeatherMask."""
    side, out = len(mask), [row[:] for row in mask]
    edges = (region.feather_left, region.feather_top, region.feather_right, region.feather_bottom)
    left, top, right, bottom = edges
    ends = range(side)
    for x, y in itertools.product(ends, ends):
        if x < left:
            out[y][x] *= (x + 1) / left
        if y < top:
            out[y][x] *= (y + 1) / top
    for n in range(right):
        for y in ends:
            out[y][-n if old else -(n + 1)] *= (n + 1) / right
    for n in range(bottom):
        for x in ends:
            out[-n if old else -(n + 1)][x] *= (n + 1) / bottom
    return out


def cut(mask):
    return [row[1:] for row in mask[1:]]


def test_only_what_becomes_larger_gains():
    assert gains(Region(0, 0, 504), HOW) and not gains(Region(0, 0, 512), HOW)


WHO = "{trigger}, woman"


@pytest.mark.parametrize(
    ("prompt", "kept"),
    [
        ("portrait of {trigger}", "portrait"),
        ("full body photo of {trigger} walking in a rainy street, film grain, crowd behind her", "photo, film grain"),
        ("watercolour painting of {trigger} in a park, loose brush strokes", "watercolour painting, loose brush strokes"),
        ("{trigger} on a mountain, wide shot, golden hour, smiling, red hat, a dog", "golden hour, smiling, red hat"),
        ("{trigger1} and {trigger2} in a cafe, soft window light", "soft window light"),
        ("{trigger}, (warm light, bokeh:1.2), ships", "(warm light, bokeh:1.2)"),
        ("two people in a cafe", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_prompt_keeps_what_says_how_the_picture_or_the_face_looks(prompt, kept):
    wanted = f"close-up photo of {WHO}, detailed face" + (f", {kept}" if kept else "")
    assert face_prompt(prompt, WHO, HOW.prompt) == wanted


def test_a_long_prompt_is_shortened():
    long = ", ".join(f"light number {n}, thing {n}" for n in range(40))
    assert face_prompt(long, WHO, HOW.prompt).count("light number") == 8


@pytest.mark.parametrize("family", Families().all(), ids=lambda family: family.key)
def test_every_family_says_how_its_faces_are_mended(family):
    how = family.face_mending
    assert face_prompt("photo of {trigger}", WHO, how.prompt).count("{") == 1
    steps = steps_of(family.sampling.steps, how.denoise)
    assert LEAST_STEPS <= steps <= family.sampling.steps
    assert family.bounds.bears("steps", steps)
    assert how.side <= max(family.sampling.width, family.sampling.height)


def drawn(house, person, seed=7, **more):
    """What draws somebody alone, as the family's recipe builds it."""
    wanted = request(
        house, characters=[CharacterUse(id=person.id)], prompt=f"face of {person.name}", seed=seed, **more
    )
    (version,) = house.versions.list(person.slug)
    pipeline = comfyui.create(None, house.models)
    return pipeline.build(wanted, [Person(person, version, 0.9)], "ticket")[0]


@pytest.fixture
def two(house):
    """The graph of two faces, hers on the left."""
    bob = house.characters.create(CharacterDraft(name="Bob", trigger_word="bobzwk", class_word="man"))
    publish(house, 10)
    publish(house, 20, of=bob)
    places = [Region(40, 40, 200, 36, 36, 36, 36), Region(400, 0, 128, 23, 0, 23, 23)]
    return mended_graph(
        [Pass(drawn(house, one), place, HOW) for one, place in zip((house.ann, bob), places, strict=True)],
        "ticket",
    )


def of_kind(graph, kind):
    return [node["inputs"] for key, node in graph.items() if node["class_type"] == kind]


def test_each_pass_draws_its_own_person_over_the_one_before(two):
    first, second = of_kind(two, "ImageCompositeMasked")
    (picture,) = (key for key, node in two.items() if node["class_type"] == "IsengardPicture")
    (save,) = of_kind(two, "IsengardSaveImage")
    assert (first["x"], first["y"], second["x"], second["y"]) == (40, 40, 400, 0)
    assert first["destination"] == [picture, 0] and two[second["destination"][0]]["inputs"] is first
    assert two[save["images"][0]]["inputs"] is second and save["generation_id"] == "ticket"
    assert of_kind(two, "IsengardPicture") == [{"picture": "ticket", "width": 0, "height": 0, "change": 1.0}]
    drew = [one["checkpoint"].split("/")[0] for one in of_kind(two, "IsengardApplyIdentity")]
    assert drew == ["ann", "bob"] and len(of_kind(two, "CheckpointLoaderSimple")) == 1
    samplers = of_kind(two, "KSampler")
    assert [one["denoise"] for one in samplers] == [0.4, 0.4]
    for sampler, name in zip(samplers, ("Ann", "Bob"), strict=True):
        assert two[sampler["positive"][0]]["inputs"]["text"] == f"face of {name}"
        masked = two[sampler["latent_image"][0]]
        assert masked["class_type"] == "SetLatentNoiseMask"
        large = two[two[masked["inputs"]["samples"][0]]["inputs"]["pixels"][0]]["inputs"]
        assert (large["width"], large["height"]) == (512, 512)
    assert not of_kind(two, "EmptyLatentImage") and not of_kind(two, "IsengardRequest")


def test_every_node_leads_to_the_picture_that_is_saved(two):
    (save,) = (key for key, node in two.items() if node["class_type"] == "IsengardSaveImage")
    seen, waiting = set(), [save]
    while waiting:
        key = waiting.pop()
        seen.add(key)
        waiting += [value[0] for value in two[key]["inputs"].values() if is_link(value)]
    assert seen == set(two) and len({node["_meta"]["title"] for node in two.values()}) > 15


def test_what_the_edge_of_the_picture_cuts_off_is_not_feathered_there(two):
    edges = [(one["left"], one["top"]) for one in of_kind(two, "FeatherMask")]
    assert edges == [(36, 36), (36, 36), (23, 0), (23, 0)]
    assert {(one["width"], one["x"]) for one in of_kind(two, "CropMask")} == {(200, 1), (128, 1)}
    assert [one["width"] for one in of_kind(two, "SolidMask")] == [201, 129]


def test_a_pass_asks_for_what_its_family_bears(house):
    """Steps by the share of noise; another workflow's guidance does not count where the family does not bear it."""
    publish(house, 10)
    (version,) = house.versions.list(house.ann.slug)
    family = Families().get("sd15")
    pipeline = comfyui.create(None, house.models)
    wanted = request(
        house,
        width=640,
        height=384,
        steps=30,
        guidance=28.0,
        count=1,
        prompt="full body photo of {trigger}, film grain",
    )
    start = Start(Path("x.png"), MadeFrom(generation_id="gen_x", how="mend"))
    passes = FacePasses(pipeline, family, [(0, Region(40, 40, 200, 36, 36, 36, 36))], BASE)
    (graph,) = passes.build_from(
        wanted, [Person(house.ann, version, 0.8, words="a red hat")], "ticket", start
    )
    (sampler,) = of_kind(graph, "KSampler")
    assert (sampler["steps"], sampler["cfg"], sampler["seed"]) == (12, 7.0, 7)
    text = graph[sampler["positive"][0]]["inputs"]["text"]
    assert text == "close-up photo of the face of annqvx, woman, a red hat, detailed face, photo, film grain"
    assert of_kind(graph, "CheckpointLoaderSimple") == [{"ckpt_name": BASE}]
    assert of_kind(graph, "IsengardApplyIdentity")[0]["strength"] == 0.8
