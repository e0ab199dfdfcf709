"""Templates are recipes on ComfyUI's canvas: titles for people, our package's name and version, and where a loader's files come from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import toml
from hosts.picture_recipes import MADE, TINY, VALIDATED
from isengard.core.families.families import Families
from isengard.generation.image.model_files import FOLDERS, LOADERS
from isengard.generation.image.recipes import RecipeFolder
from isengard.generation.image.templates import WORKFLOWS, Template, templates
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
PROJECT = toml.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RECIPES = RecipeFolder().ours()
#: Templates that train: the panel has a form of its own for it, and no recipe.
TRAININGS = sorted(file.stem for file in (WORKFLOWS / "training").glob("*.json"))
#: What the panel does by itself, for the canvas: it has no form for it, and no recipe.
MENDINGS = sorted(file.stem for file in (WORKFLOWS / "mending").glob("*.json"))
ALL = [*RECIPES, *TRAININGS, *MENDINGS]


def test_every_recipe_has_a_template_with_a_title_that_says_what_comes_of_it():
    assert sorted(templates()) == sorted(ALL) and TRAININGS == ["train-lora"]
    assert MENDINGS == ["mend-face"]
    for recipe, template in templates().items():
        assert re.search(r"person|people|face", template.title) and template.title != recipe
        assert not re.search(r'[<>:"/\\|?*,%#]', template.title), (
            "a file name everywhere, and part of an address"
        )
    assert [recipe for recipe, template in templates().items() if template.practice] == ["fast-test"]


@pytest.mark.parametrize("recipe", ALL)
def test_it_shows_a_picture(recipe):
    template = templates()[recipe]
    with Image.open(template.picture) as picture:
        assert picture.format == "JPEG" and min(picture.size) >= 512
    if recipe in RECIPES:
        assert RecipeFolder().get(recipe).picture == template.picture


def test_whatever_starts_from_a_picture_has_all_that_a_recipe_has():
    """A graph, its twin for the canvas, a picture, words, and a run on the tiny model (test_from_picture_in_comfyui.py; ComfyUI
    validates every one in test_recipes_in_comfyui.py)."""
    new = {name for name in RECIPES if starts_from_a_picture(RecipeFolder().get(name).graph)} | {*MENDINGS}
    assert new == {*TINY, *VALIDATED, "mend-face"}
    assert {*MADE} == new - {"enlarge-model", "mend-face"}, "each is made of one that starts with nothing"
    for name in new:
        template = templates()[name]
        twin = template.workflow()
        assert nodes_of(template) and twin["nodes"] and template.picture.is_file(), name
        title, words = (WORKFLOWS / f"{name}.md").read_text(encoding="utf-8").split("\n", 1)
        assert title == f"# {template.title}" and len(words.split()) >= 12, name


def starts_from_a_picture(graph: dict) -> bool:
    return any(node["class_type"] == "IsengardPicture" for node in graph.values())


def test_no_other_file_is_listed():
    assert {file.stem for file in WORKFLOWS.glob("*.json")} == {one.title for one in templates().values()}
    assert {file.stem for file in WORKFLOWS.glob("*.jpg")} == {one.title for one in templates().values()}
    assert {file.stem for file in WORKFLOWS.glob("*.md")} == set(ALL)


def nodes_of(template: Template) -> list[dict]:
    return [node for node in template.workflow()["nodes"] if node["type"] != "MarkdownNote"]


@pytest.mark.parametrize("recipe", ALL)
def test_each_node_says_which_package_it_is_of(recipe):
    for node in nodes_of(templates()[recipe]):
        ours = node["type"].startswith("Isengard")
        assert node["properties"]["cnr_id"] == (PROJECT["name"] if ours else "comfy-core"), node["type"]
        version = [int(part) for part in node["properties"]["ver"].split(".")]
        if ours:
            assert version <= [int(part) for part in PROJECT["version"].split(".")], "no registry has it yet"


@pytest.mark.parametrize("recipe", ALL)
def test_core_nodes_are_as_new_as_the_families_need(recipe):
    """ComfyUI's frontend names this version where a node is missing."""
    drawing = [family.for_recipe(recipe) for family in Families().all() if recipe in family.recipes]
    needed = {family.min_comfyui for family in drawing} or {"0.3.75"}
    found = {node["properties"]["ver"] for node in nodes_of(templates()[recipe])}
    assert found - {PROJECT["version"]} <= needed


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_a_loader_offers_to_download_is_in_a_familys_record(recipe):
    records = {
        (
            file.name,
            f"https://huggingface.co/{file.hub}/resolve/{file.revision}/{file.file}",
            file.sha256,
        ): file
        for family in Families().all()
        if recipe in family.recipes
        for file in family.for_recipe(recipe).files
    }
    for node in nodes_of(templates()[recipe]):
        roles, models = LOADERS.get(node["type"], {}), node["properties"].get("models", [])
        assert [model["name"] for model in models] == node.get("widgets_values", [])[: len(roles)]
        for role, model in zip(roles.values(), models, strict=True):
            record = records[model["name"], model["url"], model["hash"]]
            assert (record.role, record.folder) == (role, model["directory"]) == (role, FOLDERS[role])
            assert model["hash_type"] == "SHA256"
