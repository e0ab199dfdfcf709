"""Which file of ComfyUI's is taken for which model: right and neighbouring ones, whole and quantised, by header and by name."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from isengard.core.errors import InvalidError
from isengard.core.families.base_choice import BaseFile, ranked
from isengard.core.families.families import Families
from isengard.core.settings import Settings
from isengard.generation.image.family_choice import family_of, files_of
from isengard.generation.image.recipe_info import described
from isengard.generation.image.recipes import RecipeFolder
from isengard.web.services.base_models import ComfyBaseModels
from isengard.web.services.recipe_files import ComfyModelFiles
from support import full_depth
from support.header_files import FILES, KLEIN_4B
from support.placeholders import put_files, write
from support.web_server import PlainHost

FAMILIES = Families()


@pytest.mark.parametrize(("name", "shapes", "key", "said"), FILES, ids=[row[0] for row in FILES])
def test_a_file_is_taken_for_what_it_is(name, shapes, key, said):
    found = {
        family.key: ranked(family, [BaseFile(name)])[0]
        for family in FAMILIES.all()
        if family.recognises(shapes)
    }
    assert list(found) == ([key] if key else [])
    if key:
        base = found[key]
        why = base.why if base.other is None else f"{base.other.taken}: {base.other.label}"
        assert (why, base.taken) == (said, not said.startswith("never"))


def test_full_depth_neighbours_are_nobodys_base():
    inpainting = {key: (*shape[:1], 9, *shape[2:]) if key.endswith("input_blocks.0.0.weight") else shape for key, shape in full_depth.BASES["sdxl"]().items()}  # fmt: skip
    schnell = {key: shape for key, shape in full_depth.flux1().items() if not key.startswith("guidance_in")}
    for shapes in (inpainting, schnell):
        assert not [family.key for family in FAMILIES.all() if family.recognises(shapes)]


def test_the_hash_of_the_record_is_surer_than_any_name_and_its_size_surer_than_none():
    family = FAMILIES.get("flux2_klein_4b")
    files = [
        BaseFile("flux-2-klein-base-4b.safetensors"),
        BaseFile("mine.safetensors"),
        BaseFile("renamed.safetensors", size=family.base_file.size),
        BaseFile("flux-2-klein-4b-fp8.safetensors"),
        BaseFile("flux-2-klein-4b.safetensors"),
        BaseFile("called klein base.safetensors", sha256=family.base_file.sha256),
    ]
    assert [(base.name, base.why) for base in ranked(family, files)] == [
        ("called klein base.safetensors", "hash"),
        ("flux-2-klein-4b.safetensors", "name"),
        ("flux-2-klein-4b-fp8.safetensors", "like_name"),
        ("renamed.safetensors", "size"),
        ("mine.safetensors", "tensors"),
        ("flux-2-klein-base-4b.safetensors", "last"),
    ]


# --- what a picture is made with ---


@pytest.fixture
def host(tmp_path):
    return PlainHost(tmp_path / "user", "", version="0.9.2")


@pytest.fixture
def files(host, headers):
    return ComfyModelFiles(host, ComfyBaseModels(host, Settings(), headers), downloads=True)


@pytest.fixture
def klein(host, tmp_path):
    """Everything of Klein 4B but its base, and beside it the base that trainings use."""
    for folder, names in put_files(tmp_path / "models", FAMILIES.get("flux2_klein_4b")).items():
        host.models.setdefault(folder, {}).update(names)
    host.models["diffusion_models"] = {}

    def put(name):
        host.models["diffusion_models"][name] = write(
            tmp_path / "models" / "diffusion_models" / name, KLEIN_4B
        )

    put("flux-2-klein-base-4b.safetensors")
    return put


def chosen(files, base=None):
    recipe = RecipeFolder().get("flux2-klein-identity")
    family = family_of(recipe, files.families(recipe.name), [])
    names = files_of(recipe, family, [], base)
    return names["diffusion_model"], family.wanted_by(names)


def test_the_base_that_trainings_use_never_draws_by_itself_and_what_is_missing_is_said(klein, files):
    """It drew in four steps at guidance 1, and wants 25."""
    recipe = RecipeFolder().get("flux2-klein-identity")
    with pytest.raises(InvalidError) as caught:
        chosen(files)
    assert caught.value.code == "model_missing" and "is FLUX.2 Klein 4B base" in caught.value.message
    (missing,) = [
        file
        for file in described(recipe, "comfyui", files.families(recipe.name), "0.9.2").missing
        if file.family == "flux2_klein_4b"
    ]
    assert (missing.file, missing.download) == ("flux-2-klein-4b.safetensors", True)
    assert "FLUX.2 Klein 4B base" in missing.fault
    klein("flux-2-klein-4b-fp8.safetensors")
    assert chosen(files) == ("flux-2-klein-4b-fp8.safetensors", {})


def test_a_lora_that_was_made_beside_it_alone_is_not_drawn_with_it(klein, files):
    """Earlier versions wrote down as its base what ComfyUI had of this kind."""
    klein("flux-2-klein-4b.safetensors")
    recipe = RecipeFolder().get("flux2-klein-identity")
    version = SimpleNamespace(
        family="flux2_klein_4b", base_model="flux-2-klein-base-4b.safetensors", base_sha256=None
    )
    people = [SimpleNamespace(character=SimpleNamespace(name="Ann"), version=version)]
    family = family_of(recipe, files.families(recipe.name), people)
    assert files_of(recipe, family, people)["diffusion_model"] == "flux-2-klein-4b.safetensors"


def test_somebody_may_choose_it_and_it_then_gets_the_numbers_that_it_wants(klein, files):
    klein("flux-2-klein-4b.safetensors")
    base = "flux-2-klein-base-4b.safetensors"
    assert chosen(files, base) == (base, {"steps": 25.0, "guidance": 4.0})
    with pytest.raises(InvalidError) as caught:
        chosen(files, "nothing.safetensors")
    assert caught.value.code == "base_model_unknown"
    assert caught.value.hint == "Use one of these: flux-2-klein-4b.safetensors."


def test_the_recipe_tells_which_file_is_taken_and_why(klein, files):
    klein("flux-2-klein-4b.safetensors")
    recipe = RecipeFolder().get("flux2-klein-identity")
    info = described(recipe, "comfyui", files.families(recipe.name), "0.9.2")
    assert [(base.family, base.file, base.taken, base.why, base.label) for base in info.bases] == [
        ("flux2_klein_4b", "flux-2-klein-4b.safetensors", True, "name", ""),
        ("flux2_klein_4b", "flux-2-klein-base-4b.safetensors", False, "last", "FLUX.2 Klein 4B base"),
    ]
