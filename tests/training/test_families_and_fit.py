"""Family records, presets, held-out photos, and the fit of LoRAs to bases by their headers."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc

import numpy as np
import pytest
from isengard.core.errors import InvalidError
from isengard.core.families.families import FOLDER, Families
from isengard.core.loras.safetensors_file import copy_described, finite_and_nonzero, read_header
from isengard.core.plugins import PluginContext
from isengard.core.records.photo import Photo, PhotoFinding
from isengard.core.records.training import Overrides
from isengard.core.settings import Settings
from isengard.generation.image.model_files import loaded
from isengard.generation.image.recipes import RecipeFolder
from isengard.training.backends import ai_toolkit, fast_test
from isengard.training.backends.ai_toolkit import channels
from isengard.training.backends.ai_toolkit.backend import AiToolkitBackend
from isengard.training.backends.fast_test.backend import FastTestBackend
from isengard.training.job_folder.dataset import select
from isengard.training.loras.lora_fit import judge, prove
from isengard.training.loras.unet_names import diffusers_names
from isengard.training.planning.presets import resolve
from safetensors.numpy import save_file
from support.placeholders import write_header, write_quantised


def test_every_record_is_whole_and_only_what_was_run_is_proven():
    families = Families().all()
    assert [family.key for family in families if family.status == "proven"] == ["sd15"]
    assert {"sd15", "sdxl", "flux1_dev", "flux2_klein_4b", "flux2_klein_9b", "z_image"} <= {
        f.key for f in families
    }
    for family in families:
        assert family.defaults.steps_min <= family.defaults.steps_max and family.trainer.noise_scheduler


def test_every_family_that_is_offered_can_be_drawn_and_none_that_can_is_hidden():
    """A training whose person cannot be drawn afterwards is not offered anywhere: each has its recipe, and a file for whatever
    that loads."""
    ours, families = RecipeFolder().ours(), Families()
    for family in families.all():
        has = {file.role for file in family.files}
        drawn = all(
            name in ours and {role for role, _ in loaded(RecipeFolder().get(name).graph)} <= has
            for name in family.recipes
        )
        assert (family in families.offered()) == drawn, family.key
    assert families.get("krea2").min_comfyui == "0.26.0"


@pytest.mark.parametrize("create", [ai_toolkit.create, fast_test.create])
def test_a_trainer_offers_what_can_be_drawn_and_nothing_else(create, paths):
    offered = {family.key for family in Families().offered()}
    assert "sd15" in set(create(PluginContext(paths, Settings())).capabilities().families) <= offered


def test_a_family_that_is_not_offered_is_trained_by_nobody(paths, tmp_path):
    for name, more in (("shown", ""), ("hidden", "offered = false\n")):
        (tmp_path / f"{name}.toml").write_text(more + (FOLDER / "sd15.toml").read_text())
    families = Families(tmp_path)
    for backend in (AiToolkitBackend(Settings(), paths, families), FastTestBackend(True, families)):
        assert backend.capabilities().families == ["shown"]
    with pytest.raises(InvalidError, match="no model family"):
        families.get_offered("hidden")
    assert families.get("hidden").key == "hidden", "what was trained for it before can still be read"


def test_a_family_is_one_file(tmp_path):
    text = (FOLDER / "sd15.toml").read_text().replace("Stable Diffusion 1.5", "My Model")
    (tmp_path / "mine.toml").write_text(text)
    (family,) = Families(tmp_path).all()
    assert (family.key, family.label) == ("mine", "My Model")
    (tmp_path / "broken.toml").write_text("label = 1")
    with pytest.raises(InvalidError) as caught:
        Families(tmp_path)
    assert caught.value.code == "family_damaged"


@pytest.mark.parametrize(
    ("photos", "steps", "rank"), [(5, 800, 8), (12, 1200, 8), (16, 1600, 16), (40, 1800, 16)]
)
def test_steps_grow_with_the_photos_between_bounds_and_few_photos_halve_the_rank(photos, steps, rank):
    numbers = resolve(Families().get("sd15"), "balanced", photos)
    assert (numbers.steps, numbers.rank, numbers.alpha, numbers.save_every) == (
        steps,
        rank,
        rank,
        steps // 10,
    )


def test_overrides_win():
    numbers = resolve(
        Families().get("sd15"), "quick", 20, Overrides(steps=7, rank=3, alpha=2, resolution=[64])
    )
    assert (numbers.steps, numbers.rank, numbers.alpha, numbers.resolution, numbers.save_every) == (
        7,
        3,
        2,
        [64],
        1,
    )


def photos(count, findings=0, held=0):
    finding = [PhotoFinding(code="blurred", message="x")]
    return [
        Photo(
            id=f"pho_{n:026d}", character_id="c", file="f", width=9, height=9, sha256="s", pixel_hash=str(n), created_at="x",
            findings=finding if n < findings else [], held_out=n < held,
        )
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize(("count", "held"), [(7, 0), (8, 2), (14, 2), (15, 3), (19, 3), (20, 4), (40, 4)])
def test_photos_are_held_back_by_the_number_of_photos(count, held):
    selection = select(photos(count))
    assert len(selection.held_out) == held and len(selection.trained) == count - held
    assert not {p.id for p in selection.held_out} & {p.id for p in selection.trained}


def test_the_persons_choice_comes_first_and_weak_photos_are_never_held_back():
    selection = select(photos(20, findings=10, held=1))
    assert selection.held_out[0].id.endswith("0") and len(selection.held_out) == 4
    assert all(int(p.id[4:]) >= 10 for p in selection.held_out[1:])


def twins(of: Photo, *others: Photo, code: str = "twin") -> list[Photo]:
    """Those photos, found to be doubles of `of`."""
    finding = PhotoFinding(code=code, message="x", other=of.id)
    return [other.model_copy(update={"findings": [finding]}) for other in others]


@pytest.mark.parametrize("code", ["twin", "same_shot"])
def test_a_double_of_a_trained_photo_is_never_held_back(code):
    """The finding stands at the later one; the earlier one was held back while its double was trained on."""
    for at in range(20):
        those = photos(20)
        (double,) = twins(those[at], those[(at + 7) % 20], code=code)
        those[(at + 7) % 20] = double
        held = {photo.id for photo in select(those).held_out}
        assert len(held) == 4 and not held & {those[at].id, double.id}


def test_a_mere_note_keeps_no_photo_from_being_held_back():
    note = PhotoFinding(code="animated", message="The file holds several pictures: only the first was used.")
    noted = [photo.model_copy(update={"findings": [note]}) for photo in photos(20)]
    assert len(select(noted).held_out) == 4


@pytest.mark.parametrize("used", [True, False])
def test_a_crop_and_its_original_are_on_one_side_and_so_are_two_crops_of_a_photo_that_is_not_used(used):
    for at in range(20):
        those = photos(20)
        those[at] = those[at].model_copy(update={"included": used})
        crops = [
            those[n].model_copy(update={"made_from": those[at].id})
            for n in range(20)
            if n in (at - 1, at - 2)
        ]
        those = [next((crop for crop in crops if crop.id == photo.id), photo) for photo in those]
        one = {crop.id for crop in crops} | ({those[at].id} if used else set())
        for asked in ("", *one):
            chosen = [photo.model_copy(update={"held_out": photo.id == asked}) for photo in those]
            held = {photo.id for photo in select(chosen).held_out}
            assert not one & held or one <= held or len(one) < 2


def test_a_crop_goes_where_its_photograph_is_held_back():
    those = photos(20, held=1)
    (those[4],) = twins(those[0], those[4], code="same_shot")
    assert {those[0].id, those[4].id} <= {photo.id for photo in select(those).held_out}


def test_what_the_person_holds_back_takes_its_doubles_along():
    those = photos(20, held=1)
    those[5], those[9] = (*twins(those[0], those[5]), *twins(those[5], those[9]))
    held = {photo.id for photo in select(those).held_out}
    assert {those[0].id, those[5].id, those[9].id} < held and len(held) == 4, "a double of a double, too"
    crops = photos(20, held=1)
    crops[1:] = twins(crops[0], *crops[1:])
    selection = select(crops)
    assert [photo.id for photo in selection.held_out] == [crops[0].id] and len(selection.trained) == 19


# --- LoRA files ---


def lora(
    tmp_path,
    name="lora",
    inputs=320,
    key="lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q",
    up=0.1,
):
    file = tmp_path / f"{name}.safetensors"
    tensors = {
        f"{key}.lora_up.weight": np.full((320, 4), up, np.float32),
        f"{key}.lora_down.weight": np.ones((4, inputs), np.float32),
    }
    save_file(tensors, file)
    return file


def base(tmp_path, width=320):
    file = tmp_path / "base.safetensors"
    root = "model.diffusion_model."
    shapes = {
        "input_blocks.0.0.weight": (320, 4, 3, 3), "input_blocks.1.0.in_layers.2.weight": (320, 320, 3, 3),
        "input_blocks.1.1.transformer_blocks.0.attn1.to_q.weight": (320, width), "out.2.weight": (4, 320, 3, 3),
        "output_blocks.0.0.in_layers.2.weight": (320, 640, 3, 3), "output_blocks.1.0.in_layers.2.weight": (320, 640, 3, 3),
    }  # fmt: skip
    save_file({root + key: np.zeros(shape, np.float16) for key, shape in shapes.items()}, file)
    return file


@pytest.mark.parametrize(
    ("make", "fit"),
    [
        (lambda p: lora(p), "fits"),
        (lambda p: lora(p, inputs=321), "wrong"),
        (lambda p: lora(p, key="transformer.single_transformer_blocks.0.attn.to_q"), "wrong"),
    ],
)
def test_fit_is_judged_from_the_headers(tmp_path, make, fit):
    assert judge(read_header(make(tmp_path)).shapes, base(tmp_path)).fit == fit


def test_a_base_that_is_not_here_is_unchecked(tmp_path):
    shapes = read_header(lora(tmp_path)).shapes
    assert judge(shapes, None).fit == judge(shapes, tmp_path / "model.ckpt").fit == "unchecked"


@pytest.mark.parametrize(
    ("fitting", "of", "fit"), [(20, 20, "fits"), (18, 20, "partial"), (17, 20, "wrong"), (0, 1, "wrong")]
)
def test_nearly_all_modules_have_a_place_in_the_base_that_a_lora_is_for(tmp_path, fitting, of, fit):
    """A LoRA of FLUX.1 finds 190 of its 494 modules in FLUX.2 Klein, and was taken for one of its own."""
    weights = {
        f"layers.{number}.feed_forward.w1.weight": np.zeros((8, 16), np.float16) for number in range(of)
    }
    save_file(weights, tmp_path / "base.safetensors")
    modules = {f"layers.{number + of - fitting}.feed_forward.w1": (8, 16) for number in range(of)}
    report = judge(lora_of(modules), tmp_path / "base.safetensors")
    assert (report.fit, report.matched, len(report.unmatched)) == (fit, fitting, of - fitting)


PACKED = {"nvfp4": ("U8", 2), "convrot_w4a4": ("I8", 2), "asym_w4a8_int8": ("I8", 2)}
PACKED |= {"int8_tensorwise": ("I8", 1), "float8_e4m3fn": ("F8_E4M3", 1), "mxfp8": ("F8_E4M3", 1)}
#: A FLUX.2 in small: module -> (rows, columns).
BLOCK = {"double_blocks.0.img_attn.qkv": (768, 256), "double_blocks.0.img_attn.proj": (256, 256)}


def quantised_base(tmp_path, kind, dtype, halves):
    layers = {name: (kind, dtype, (rows, columns // halves)) for name, (rows, columns) in BLOCK.items()}
    layers["img_in"] = ("", "BF16", (256, 64))
    return write_quantised(tmp_path / f"{kind}.safetensors", layers, beside=True)


def lora_of(modules):
    found = {}
    for name, (rows, columns) in modules.items():
        found[f"diffusion_model.{name}.lora_A.weight"] = (4, columns)
        found[f"diffusion_model.{name}.lora_B.weight"] = (rows, 4)
    return found


@pytest.mark.parametrize("kind", PACKED)
def test_a_fitting_lora_fits_a_quantised_base(tmp_path, kind):
    file = quantised_base(tmp_path, kind, *PACKED[kind])
    assert judge(lora_of(BLOCK), file).fit == "fits"
    wrong = {name: (rows, columns // 2) for name, (rows, columns) in BLOCK.items()}
    assert judge(lora_of(wrong), file).fit == "wrong"
    fused = {"transformer_blocks.0.attn.to_q": (256, 256), "transformer_blocks.0.attn.to_out.0": (256, 256)}
    named = {name.replace("diffusion_model", "transformer"): shape for name, shape in lora_of(fused).items()}
    assert judge(named, file).fit == "fits"


@pytest.mark.parametrize("ending", [".sft", ".SafeTensors"])
def test_a_base_of_another_ending_is_read_like_any(tmp_path, ending):
    """ComfyUI lists them, and a LoRA's fit to them was never checked."""
    file = quantised_base(tmp_path, "convrot_w4a4", "I8", 2)
    assert judge(lora_of(BLOCK), file.rename(file.with_suffix(ending))).fit == "fits"


def test_a_base_of_an_unknown_packing_says_nothing_against_a_lora(tmp_path):
    file = quantised_base(tmp_path, "of_next_year", "U8", 2)
    assert judge(lora_of(BLOCK), file).fit == "unchecked"
    header = read_header(lora(tmp_path)).shapes
    assert judge(header, file).fit == "wrong"


def test_a_base_whose_loader_has_its_own_names_says_nothing_against_a_lora(tmp_path, headers):
    """As Nunchaku's files are: three layers in one, as bytes, under names of their own."""
    file = tmp_path / "svdq-int4.safetensors"
    packed = {"double_blocks.0.qkv_proj.qweight": np.zeros((768, 128), np.int8)}
    save_file(packed | {"img_in.weight": np.zeros((256, 64), np.float16)}, file)
    assert judge(lora_of(BLOCK), file).fit == "unchecked"
    assert headers.look(file).quantised


@pytest.mark.parametrize("damage", [b"", b"version https://git-lfs.github.com/spec/v1", b"\xff" * 99])
def test_a_base_that_was_damaged_meanwhile_is_unchecked_and_ends_no_training(tmp_path, damage):
    file = base(tmp_path)
    file.write_bytes(damage)
    proof, digest = prove(lora(tmp_path), str(file))
    assert (proof.header, proof.finite, proof.fit) == (True, True, "unchecked") and digest


def test_unet_names_of_the_real_shape():
    modules = [
        "input_blocks.3.0.op",
        "input_blocks.4.1.transformer_blocks.0.attn2.to_k",
        "middle_block.1.proj_in",
    ]
    modules += [f"input_blocks.{n}.0.in_layers.2" for n in (1, 2, 4, 5)] + [
        "output_blocks.2.1.conv",
        "output_blocks.3.0.in_layers.2",
    ]
    names = diffusers_names(modules)
    assert names["input_blocks.3.0.op"] == "down_blocks.0.downsamplers.0.conv"
    assert (
        names["input_blocks.4.1.transformer_blocks.0.attn2.to_k"]
        == "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k"
    )
    assert names["output_blocks.2.1.conv"] == "up_blocks.0.upsamplers.0.conv"
    assert names["output_blocks.3.0.in_layers.2"] == "up_blocks.1.resnets.0.conv1"


@pytest.mark.parametrize(
    "damage", [lambda d: d[:-1], lambda d: d + b"x", lambda d: b"", lambda d: b"\xff" * 100, lambda d: d[:20]]
)
def test_damaged_files_are_told(tmp_path, damage):
    file = lora(tmp_path)
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(InvalidError) as caught:
        read_header(file)
    assert caught.value.code == "lora_damaged"


@pytest.mark.parametrize("metadata", ["text", [1], 7])
def test_odd_metadata_is_told_and_raises_nothing_else(tmp_path, metadata):
    """Any file in ComfyUI's folders is looked into: one must not hide the others."""
    header = json.dumps({"__metadata__": metadata}).encode()
    file = tmp_path / "odd.safetensors"
    file.write_bytes(struct.pack("<Q", len(header)) + header)
    with pytest.raises(InvalidError) as caught:
        read_header(file)
    assert caught.value.code == "lora_damaged"
    with pytest.raises(InvalidError) as caught:
        copy_described(file, io.BytesIO(), {"isengard_trigger": "x"})
    assert caught.value.code == "lora_unreadable"


def test_half_a_line_of_the_log_is_half_a_number():
    bar = channels.read_bar(["ann: 50%|##| 5/10 [00:01<00:01, 2.0it/s, lr: 1.0e- loss: 1e"], "ann")
    assert (bar.step, bar.seconds_per_step, bar.learning_rate, bar.loss) == (5, 0.5, None, None)


def test_inert_and_infinite_weights_are_seen(tmp_path):
    for up, expected in (
        (0.1, (True, True)),
        (0.0, (True, False)),
        (np.nan, (False, True)),
        (np.inf, (False, True)),
    ):
        file = lora(tmp_path, f"l{up}", up=up)
        assert finite_and_nonzero(file, read_header(file)) == expected


@pytest.mark.parametrize("dtype", ["F16", "BF16", "F32", "F64", "F8_E4M3", "F8_E5M2"])
def test_a_large_tensor_is_looked_at_in_pieces(tmp_path, dtype):
    """One of 2 GB took 11 GB of ComfyUI's memory."""
    width, size = {"F16": 2, "BF16": 2, "F32": 4, "F64": 8}.get(dtype, 1), 64 * 1024**2
    sides = [size // width // 1024, 1024]
    header = {
        "a.lora_up.weight": {"dtype": dtype, "shape": sides, "data_offsets": [0, size]},
        "a.lora_down.weight": {"dtype": dtype, "shape": [1], "data_offsets": [size, size + width]},
    }
    one, infinite = {
        "F16": (b"\0<", b"\0|"), "BF16": (b"\x80?", b"\x80\x7f"), "F8_E4M3": (b"8", b"\x7f"), "F8_E5M2": (b"<", b"|"),
        "F32": (b"\0\0\x80?", b"\0\0\x80\x7f"), "F64": (b"\0\0\0\0\0\0\xf0?", b"\0\0\0\0\0\0\xf0\x7f"),
    }[dtype]  # fmt: skip
    for last, expected in ((one, (True, True)), (bytes(width), (True, False)), (infinite, (False, True))):
        file = write_header(tmp_path / "l.safetensors", header, bytes(size - width) + last + one)
        described = read_header(file)
        tracemalloc.start()
        assert finite_and_nonzero(file, described) == expected
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 48 * 1024**2
