"""Which files recipes load: by the family records over ComfyUI's folders, with what is missing in words and bytes."""

from __future__ import annotations

import pytest
from hosts.journey import Api
from isengard.core.errors import InvalidError
from isengard.core.families.families import Families
from isengard.core.families.model_files import ModelFile
from isengard.core.settings import Settings
from isengard.generation.image.family_choice import family_of, files_of
from isengard.generation.image.model_files import loaded
from isengard.generation.image.recipe_info import described
from isengard.generation.image.recipes import RecipeFolder
from isengard.web.services.base_models import ComfyBaseModels
from isengard.web.services.recipe_files import ComfyModelFiles
from pydantic import ValidationError
from support.placeholders import put_files
from support.web_server import PlainHost

FAMILIES = Families()
RECIPES = {
    "sd15": "sd15-identity",
    "sdxl": "sdxl-identity",
    "flux1_dev": "flux1-dev-identity",
    "flux2_klein_4b": "flux2-klein-identity",
    "flux2_klein_9b": "flux2-klein-identity",
    "z_image": "z-image-identity",
    "qwen_image": "qwen-image-identity",
    "chroma": "chroma-identity",
    "krea2": "krea2-identity",
}


@pytest.fixture
def files(host, headers):
    return ComfyModelFiles(host, ComfyBaseModels(host, Settings(), headers), downloads=True)


@pytest.fixture
def host(tmp_path):
    return PlainHost(tmp_path / "user", "", version="0.26.0")


@pytest.fixture
def have(host, tmp_path):
    def have(key, **names):
        for folder, files in put_files(tmp_path / "models", FAMILIES.get(key), names).items():
            host.models.setdefault(folder, {}).update(files)

    return have


def info(files, name):
    return described(RecipeFolder().get(name), "comfyui", files.families(name), files.comfyui)


def chosen(files, name):
    recipe = RecipeFolder().get(name)
    family = family_of(recipe, files.families(name), [])
    return files_of(recipe, family, [])


@pytest.mark.parametrize(("key", "name"), RECIPES.items())
def test_what_is_missing_is_listed_with_its_size_until_it_is_here(files, have, key, name):
    lacking = info(files, name).missing
    roles = [role for role, _ in loaded(RecipeFolder().get(name).graph)]
    assert len(lacking) == len(roles) and all(file.size > 10**8 and file.download for file in lacking)
    have(key)
    assert info(files, name).missing == []
    assert set(chosen(files, name)) == set(roles)
    record = {file.role: file.name for file in FAMILIES.get(key).files}
    assert chosen(files, name) == {role: record[role] for role in roles}


@pytest.mark.parametrize("key", RECIPES)
def test_a_familys_files_fill_every_loader_of_its_recipe(key):
    family = FAMILIES.get(key)
    roles = {role for role, _ in loaded(RecipeFolder().get(family.recipe).graph)}
    assert {file.role for file in family.files} == roles


@pytest.mark.parametrize("one", RECIPES)
def test_no_familys_base_is_taken_for_anothers(one, headers, tmp_path):
    folder = put_files(tmp_path, FAMILIES.get(one))[FAMILIES.get(one).comfy_folder]
    shapes = headers.look(next(iter(folder.values()))).shapes
    assert [family.key for family in FAMILIES.all() if family.recognises(shapes)] == [one]


def test_lumina_is_not_z_image():
    shapes = {"cap_embedder.0.weight": (2304,), "noise_refiner.0.attention.qkv.weight": (4608, 2304)}
    assert not FAMILIES.get("z_image").recognises(shapes)


def test_bases_go_by_their_tensors_and_the_other_files_by_their_names(files, have):
    have(
        "flux1_dev",
        diffusion_model="mine/anything.safetensors",
        text_encoder="CLIP-L-better.safetensors",
        text_encoder_2="t5xxl_fp16.safetensors",
        vae="sub/flux_vae.safetensors",
    )
    assert chosen(files, "flux1-dev-identity") == {
        "diffusion_model": "mine/anything.safetensors",
        "text_encoder": "CLIP-L-better.safetensors",
        "text_encoder_2": "t5xxl_fp16.safetensors",
        "vae": "sub/flux_vae.safetensors",
    }


def test_the_distilled_klein_is_taken_before_its_base(files, have):
    have("flux2_klein_4b", diffusion_model="a-flux-2-klein-base-4b.safetensors")
    have("flux2_klein_4b")
    assert chosen(files, "flux2-klein-identity")["diffusion_model"] == "flux-2-klein-4b.safetensors"


def test_the_9b_loads_its_own_text_encoder(files, have):
    have("flux2_klein_9b")
    assert chosen(files, "flux2-klein-identity")["text_encoder"] == "qwen_3_8b_fp8mixed.safetensors"


def test_an_old_comfyui_is_told_which_it_needs(files, have, host):
    have("flux2_klein_4b")
    host.version = "0.3.75"
    about = info(files, "flux2-klein-identity")
    (finding,) = about.findings
    assert (finding.severity, finding.code, about.min_comfyui) == ("error", "comfyui_too_old", "0.9.2")
    assert "0.9.2" in finding.message and "0.3.75" in finding.message
    with pytest.raises(InvalidError) as caught:
        chosen(files, "flux2-klein-identity")
    assert caught.value.code == "comfyui_too_old"
    assert info(files, "z-image-identity").findings == []


FROM_PHOTOS = ["qwen-image-reference", "qwen-image-both"]


@pytest.fixture
def have_edit(host, tmp_path):
    """Qwen-Image's files, and the edit model under this name."""

    def have_edit(name="qwen_image_edit_2511_fp8mixed.safetensors"):
        for family in (FAMILIES.get("qwen_image"), FAMILIES.get("qwen_image").for_recipe(FROM_PHOTOS[0])):
            names = {"diffusion_model": name} if family.edits_pictures else {}
            for folder, files in put_files(tmp_path / "models", family, names).items():
                host.models.setdefault(folder, {}).update(files)

    return have_edit


@pytest.mark.parametrize("recipe", FROM_PHOTOS)
def test_a_recipe_may_draw_with_another_model_of_the_same_layers(files, have, have_edit, recipe):
    """Neither is taken for the other, by its tensors; the download of the family does not bring what one recipe needs alone."""
    have("qwen_image")
    (missing,) = info(files, recipe).missing
    assert (missing.file, missing.family) == ("qwen_image_edit_2511_fp8mixed.safetensors", "qwen_image")
    assert missing.size == 20_533_762_817 and not missing.download
    have_edit()
    about = info(files, recipe)
    assert (about.missing, about.ready, about.min_comfyui) == ([], ["qwen_image"], "0.8.0")
    assert about.family_defaults["qwen_image"] == {"steps": 40, "guidance": 4, "width": 1024, "height": 1024}
    usual, edit = "qwen_image_2512_fp8_e4m3fn.safetensors", "qwen_image_edit_2511_fp8mixed.safetensors"
    assert chosen(files, recipe)["diffusion_model"] == edit
    assert chosen(files, "qwen-image-identity")["diffusion_model"] == usual
    assert [base.file for base in about.bases] == [edit]
    assert [base.file for base in info(files, "qwen-image-identity").bases] == [usual]


@pytest.mark.parametrize(
    ("name", "taken"),
    [("Qwen-Image-Edit-2511-fp8.safetensors", True), ("mine.safetensors", True), ("qwen-edit-lightning-2511.safetensors", True)],
)  # fmt: skip
def test_the_other_model_is_known_by_its_tensors_whatever_it_is_called(files, have_edit, name, taken):
    have_edit(name)
    assert (chosen(files, FROM_PHOTOS[0])["diffusion_model"] == name) is taken


def test_a_comfyui_without_the_other_model_is_told_which_it_needs(files, have_edit, host):
    have_edit()
    host.version = "0.3.75"
    (finding,) = info(files, FROM_PHOTOS[0]).findings
    assert "Qwen-Image-Edit-2511 needs ComfyUI 0.8.0" in finding.message
    assert info(files, "qwen-image-identity").findings == []


def test_what_a_recipe_draws_with_is_told_by_the_record():
    family = FAMILIES.get("qwen_image")
    edit = family.for_recipe("qwen-image-both")
    assert family.for_recipe("qwen-image-identity") is family and family.for_recipe("unknown") is family
    assert {*FROM_PHOTOS, "qwen-image-identity"} == set(family.recipes) == set(edit.recipes)
    assert (edit.key, edit.edits_pictures, family.edits_pictures) == ("qwen_image", True, False)
    assert [file.role for file in edit.files] == ["diffusion_model", "text_encoder", "vae"]
    assert edit.files[1:] == family.files[1:] and edit.base_file.name != family.base_file.name


def test_a_file_that_only_a_newer_comfyui_can_load_is_not_taken(files, have, host):
    host.version = "0.9.2"
    have("flux2_klein_4b", vae="sub/full_encoder_small_decoder.safetensors")
    (missing,) = info(files, "flux2-klein-identity").missing
    assert missing.file == "flux2-vae.safetensors" and "needs ComfyUI 0.19.0; this is 0.9.2" in missing.fault
    host.version = "0.19.1"
    assert chosen(files, "flux2-klein-identity")["vae"] == "sub/full_encoder_small_decoder.safetensors"
    host.version = "0.9.2"
    have("flux2_klein_4b")
    assert chosen(files, "flux2-klein-identity")["vae"] == "flux2-vae.safetensors"


@pytest.mark.parametrize("newer", [{"b*": "0.19.0"}, {"a*": "soon"}])
def test_a_release_is_named_for_a_pattern_alone(newer):
    whole = {"hub": "o/m", "file": "a", "folder": "vae", "size": 1, "sha256": "0" * 64, "patterns": ["a*"]}
    assert (
        ModelFile.model_validate({**whole, "newer": {"a*": "0.19.0"}}).release_for("x/A.gguf", "0.18")
        == "0.19.0"
    )
    with pytest.raises(ValidationError):
        ModelFile.model_validate({**whole, "newer": newer})


def test_a_missing_file_is_named_before_anything_is_sent(files, have, host):
    have("z_image")
    del host.models["vae"]
    with pytest.raises(InvalidError) as caught:
        chosen(files, "z-image-identity")
    assert caught.value.code == "model_missing" and "ae.safetensors" in caught.value.message


@pytest.mark.parametrize(
    ("shown", "rank"),
    [
        ("qwen_3_4b.safetensors", 0),
        ("a/QWEN_3_4B.safetensors", 0),
        ("qwen_3_4b_fp8_mixed.safetensors", 1),
        ("sub\\qwen3-4b-q8.gguf", 2),
        ("qwen_3_8b.safetensors", 3),
    ],
)
def test_a_file_is_known_by_its_name_then_by_pattern(shown, rank):
    file = ModelFile(
        hub="o/m", file="x/qwen_3_4b.safetensors", folder="text_encoders", size=1, sha256="0" * 64,
        patterns=["qwen_3_4b*", "qwen3-4b*"],
    )  # fmt: skip
    assert file.rank(shown) == rank and file.among([shown]) == ([shown] if rank < 3 else [])


def test_the_panel_reads_it_over_http(server, tmp_path):
    shown = {recipe["name"]: recipe for recipe in Api(server.url).get("/recipes")["items"]}
    assert set(RECIPES.values()) <= set(shown)
    flux = shown["flux1-dev-identity"]
    assert sum(file["size"] for file in flux["missing"]) > 29e9
    assert {file["family"] for file in flux["missing"]} == {"flux1_dev"}
    assert flux["source"] == "ours" and flux["confirmed"] and "negative" not in flux["controls"]
    for file in put_files(tmp_path / "models", FAMILIES.get("z_image")).items():
        server.host.models[file[0]] = file[1]
    again = {recipe["name"]: recipe for recipe in Api(server.url).get("/recipes")["items"]}
    assert Api(server.url).get(flux["thumbnail"])[:3] == b"\xff\xd8\xff"
    assert again["z-image-identity"]["missing"] == [] and shown["z-image-identity"]["missing"]
