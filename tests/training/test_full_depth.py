"""Every family at full depth, from headers alone: which base a file is, and which LoRA is for it. Sizes are the real ones."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
from hosts.comfyui import comfyui_folder
from isengard.core.families.families import Families
from isengard.core.loras.fit import judged
from isengard.core.loras.safetensors_file import read_header
from isengard.core.model_headers import header
from isengard.core.records.training import Overrides
from isengard.training.loras.lora_fit import judge
from isengard.training.planning.memory_needs import file_mb
from isengard.training.planning.presets import resolve
from support import full_depth

FAMILIES = Families()
META_FIT = Path(__file__).resolve().parents[1] / "hosts" / "meta_fit.py"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """family -> (its base, a LoRA for it)"""
    folder, made = tmp_path_factory.mktemp("full-depth"), {}
    for key, shapes in full_depth.BASES.items():
        base, file = shapes(), FAMILIES.get(key).base_file
        dtype = "F8_E4M3" if file is not None and "fp8" in file.name else "BF16"
        made[key] = (
            full_depth.write_hollow(folder / f"{key}.safetensors", base, dtype),
            full_depth.write_hollow(folder / f"{key}-lora.safetensors", full_depth.lora_for(key, base)),
        )
    assert sum(file.stat().st_blocks * 512 for pair in made.values() for file in pair) < 10 * 1024**2
    return made


def test_every_family_has_its_full_depth():
    assert set(full_depth.BASES) == {family.key for family in FAMILIES.all()}


@pytest.mark.parametrize("key", full_depth.BASES)
def test_a_base_is_as_large_as_the_record_says_and_is_known_as_one_family(key, files):
    family, (base, _) = FAMILIES.get(key), files[key]
    shapes = read_shapes(base)
    assert [one.key for one in FAMILIES.all() if one.recognises(shapes)] == [key]
    if family.base_file is not None and family.base_file.role == "diffusion_model":
        near = 0.05 if "fp8" in family.base_file.name else 0.001  # fp8 files keep some layers as they were
        assert base.stat().st_size == pytest.approx(family.base_file.size, rel=near)


@pytest.mark.parametrize("key", full_depth.BASES)
def test_a_lora_is_as_large_as_the_record_says(key, files):
    """What is asked of the disk and of the video memory is computed from it: two bytes a number, at the family's rank."""
    family, numbers = FAMILIES.get(key), read_header(files[key][1]).shapes.values()
    size = 2 * sum(math.prod(shape) for shape in numbers) * family.defaults.rank / full_depth.RANK
    assert family.needs.lora_mb == pytest.approx(size / 1e6, rel=0.06)


@pytest.mark.parametrize("factor", [2, 8, 32])
@pytest.mark.parametrize("key", full_depth.BASES)
def test_a_lokr_is_as_large_as_is_estimated_and_fits_its_own_base(key, factor, files):
    family = FAMILIES.get(key)
    shapes = full_depth.lokr_of(full_depth.lora_for(key, full_depth.BASES[key]()), factor)
    size = 2 * sum(math.prod(shape) for shape in shapes.values()) / 1e6
    numbers = resolve(family, "balanced", 20, Overrides(lokr_factor=factor), method="lokr")
    assert file_mb(family, numbers) == pytest.approx(size, rel=0.06, abs=1.6)
    if factor == 8:
        report = judge(shapes, files[key][0])
        assert (report.fit, report.matched) == ("fits", len(shapes) // 3)


#: modules of a LoRA of ours for each family (facts: depth-cut, the last table)
MODULES = {"flux1_dev": 494, "flux2_klein_4b": 80, "flux2_klein_9b": 112, "z_image": 240, "krea2": 256}
MODULES |= {"chroma": 228, "qwen_image": 840}
#: (base, LoRA) of two families where every layer of the one has its place and its size in the other: names and sizes cannot
#: tell them apart, the version's family and the base's marks do (tests/nodes)
INSIDE = {("flux1_dev", "chroma")}


def fit_of(base, lora):
    return "fits" if base == lora or (base, lora) in INSIDE else "wrong"


@pytest.mark.parametrize("key", full_depth.BASES)
def test_a_lora_fits_its_own_base_and_no_other(key, files):
    lora = read_header(files[key][1]).shapes
    found = {other: judge(lora, base) for other, (base, _) in files.items()}
    assert {other: report.fit for other, report in found.items()} == {
        other: fit_of(other, key) for other in files
    }
    assert found[key].matched == MODULES.get(key, found[key].matched) > 0


def test_a_lora_fits_the_other_base_that_its_family_draws_with(files, tmp_path):
    """Qwen-Image-Edit-2511 has Qwen-Image's layers and one empty tensor more, by which it is another base."""
    edit = FAMILIES.get("qwen_image").for_recipe("qwen-image-both")
    shapes = {**full_depth.BASES["qwen_image"](), "__index_timestep_zero__": (0,)}
    base = full_depth.write_hollow(tmp_path / edit.base_file.name, shapes, "F8_E4M3")
    assert [one.key for one in FAMILIES.all() if one.recognises(shapes)] == [] and edit.recognises(shapes)
    assert base.stat().st_size == pytest.approx(edit.base_file.size, rel=0.05)
    report = judge(read_header(files["qwen_image"][1]).shapes, base)
    assert (report.fit, report.matched) == ("fits", MODULES["qwen_image"])


@pytest.mark.full
def test_comfyui_and_the_nodes_come_to_the_same_verdict(files, tmp_path):
    """ComfyUI builds each base without its weights and maps each LoRA onto it, and a LoKr onto its own; families that this release
    lacks are left out."""
    asked = tmp_path / "files.json"
    lokrs = {key: tmp_path / f"{key}-lokr.safetensors" for key in files}
    for key, file in lokrs.items():
        shapes = full_depth.lokr_of(read_header(files[key][1]).shapes, 32)
        full_depth.write_hollow(file, shapes)
    asked.write_text(json.dumps({key: [str(file) for file in (*files[key], lokrs[key])] for key in files}))
    command = [sys.executable, str(META_FIT), str(comfyui_folder()), str(asked)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert {"chroma", "flux1_dev", "qwen_image", "sd15", "sdxl", "z_image"} <= found.keys()
    for key, counts in found.items():
        taken, modules, misshaped = counts.pop("its own LoKr")
        assert taken == modules == counts[key][1] and not misshaped, key
        fits = {
            other: judged(taken - misshaped, modules) for other, (taken, modules, misshaped) in counts.items()
        }
        ours = {other: judge(read_header(files[other][1]).shapes, files[key][0]).fit for other in files}
        assert fits == ours == {other: fit_of(key, other) for other in files}, (key, counts)
        assert counts[key] == [counts[key][1], counts[key][1], 0]


def read_shapes(file):
    return header.read(file, header.BASE).shapes
