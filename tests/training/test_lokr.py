"""LoKr beside LoRA: what is asked, what the trainer is told, how large it is, and whether a file of it fits and does anything."""

from __future__ import annotations

import numpy as np
import pytest
from isengard.core.capabilities import CAPABILITIES, require_training_method
from isengard.core.errors import InvalidError
from isengard.core.families.families import Families
from isengard.core.loras.lokr import applied_shape
from isengard.core.loras.safetensors_file import finite_and_nonzero, method_of, read_header
from isengard.core.records.training import Overrides
from isengard.core.settings import Settings
from isengard.training.backends.ai_toolkit import config
from isengard.training.backends.ai_toolkit.backend import AiToolkitBackend
from isengard.training.backends.fast_test.backend import FastTestBackend
from isengard.training.loras.lora_fit import judge
from isengard.training.loras.lora_metadata import said_of
from isengard.training.planning.estimates import estimate
from isengard.training.planning.memory_ladder import DECIDED, ladder
from isengard.training.planning.memory_needs import file_mb
from isengard.training.planning.presets import require_method, resolve
from pydantic import ValidationError
from safetensors.numpy import save_file
from support.trainer_configs import training_of, ways

FAMILIES = Families()
SD15 = FAMILIES.get("sd15")


def lokr(overrides=None, family=SD15):
    return resolve(family, "balanced", 20, overrides, method="lokr")


# --- what is asked ---


def test_the_matrix_says_that_it_is_experimental_and_the_trainer_that_it_can(paths):
    entry = CAPABILITIES["training"]["lokr"]
    assert entry["supported"] and entry["status"] == "experimental"
    require_training_method("lokr")
    require_method(AiToolkitBackend(Settings(), paths, FAMILIES).capabilities(), "lokr")


@pytest.mark.parametrize(
    ("method", "code"),
    [("lokr", "method_not_of_trainer"), ("dora", "method_not_supported"), ("ia3", "method_unknown")],
)
def test_a_method_that_a_trainer_has_not_is_refused(method, code):
    with pytest.raises(InvalidError) as caught:
        require_method(FastTestBackend(True, FAMILIES).capabilities(), method)
    assert caught.value.code == code and caught.value.hint


@pytest.mark.parametrize(
    ("method", "options"), [("lora", {"lokr_factor": 8}), ("lokr", {"rank": 8}), ("lokr", {"alpha": 8})]
)
def test_an_option_of_the_other_method_is_not_dropped_without_a_word(method, options):
    with pytest.raises(InvalidError, match=next(iter(options))) as caught:
        resolve(SD15, "balanced", 20, Overrides(**options), method=method)
    assert caught.value.code == "option_of_other_method"


@pytest.mark.parametrize("factor", [0, 1, 33, 8.5, "8x"])
def test_factors_that_make_no_sense_are_refused(factor):
    with pytest.raises(ValidationError):
        Overrides(lokr_factor=factor)


def test_without_a_word_it_is_a_lora_and_a_lokr_has_the_readmes_factor():
    usual = resolve(SD15, "balanced", 20)
    assert (usual.method, usual.lokr_factor) == ("lora", 0)
    assert (lokr().method, lokr().lokr_factor) == ("lokr", 8)
    assert lokr(Overrides(lokr_factor=16)).lokr_factor == 16


# --- what the trainer is told ---


@pytest.mark.parametrize("name", ways())
def test_the_trainer_is_told_of_another_network_and_of_nothing_else(name, tmp_path):
    family = FAMILIES.get(name.partition(".")[0]).by_frozen_route(name.partition(".")[2])
    usual, other = training_of(family, "quick"), training_of(family, "quick", lokr(family=family))
    before, after = (config.build(tmp_path, one, family)["config"]["process"][0] for one in (usual, other))
    network = after.pop("network")
    assert before.pop("network") == {"type": "lora", "linear": usual.rank, "linear_alpha": usual.alpha}
    assert (network["type"], network["lokr_factor"]) == ("lokr", 8)
    steps = {"steps", "save_every", "sample_every", "validation_config"}  # of another preset here
    for part in (before, after):
        part["train"] = {key: value for key, value in part["train"].items() if key not in steps}
        part.pop("save"), part.pop("sample")
    assert before == after


def test_the_alpha_that_it_writes_is_a_number_in_16_bits():
    """AI-Toolkit's own `lokr_full_rank` writes 9999999999, which is infinite there; both matrices are whole all the same."""
    network = config._network(training_of(SD15, "quick", lokr()))
    assert np.float16(network["linear_alpha"]) == network["linear"] and not network["lokr_full_rank"]
    widest = max(shape for shape in (6 * 6144, 9 * 4096, 7 * 3072, 4 * 3840))
    assert network["linear"] >= widest / 2 / 2, "the larger matrix of any layer is trained whole"


# --- how large it is ---


def test_a_file_is_a_quarter_as_large_with_twice_the_factor_and_what_it_takes_follows():
    for family in FAMILIES.all():
        sizes = [file_mb(family, lokr(Overrides(lokr_factor=factor), family)) for factor in (4, 8, 16)]
        assert sizes[0] == pytest.approx(4 * sizes[1]) == pytest.approx(16 * sizes[2])
        large, small = (
            estimate(family, lokr(Overrides(lokr_factor=factor), family), 2) for factor in (4, 16)
        )
        assert large.disk_bytes > small.disk_bytes and large.vram_bytes >= small.vram_bytes


def test_nothing_is_saved_by_a_rank_that_it_has_not():
    rungs = ladder(SD15, lokr(), (*DECIDED, "batch_size", "rank"))
    assert not any("rank" in rung.saves for rung in rungs)


# --- a file of it ---

RNG = np.random.default_rng(1)


def some(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def product(parts):
    """As LyCORIS and ComfyUI multiply it out."""
    first = parts["w1"] if "w1" in parts else parts["w1_a"] @ parts["w1_b"]
    if "w2" in parts:
        second = parts["w2"]
    elif "t2" in parts:
        second = np.einsum("ijkl,jr,ip->prkl", parts["t2"], parts["w2_b"], parts["w2_a"])
    else:
        second = parts["w2_a"] @ parts["w2_b"]
    return np.kron(first.reshape(*first.shape, *(1 for _ in second.shape[2:])), second)


FORMS = {
    "both whole": {"w1": some(4, 8), "w2": some(80, 40)},
    "narrow second": {"w1": some(4, 8), "w2_a": some(80, 3), "w2_b": some(3, 40)},
    "both narrow": {"w1_a": some(4, 2), "w1_b": some(2, 8), "w2_a": some(80, 3), "w2_b": some(3, 40)},
    "a convolution": {"w1": some(4, 8), "w2": some(80, 40, 3, 3)},
    "with a core": {"w1": some(4, 8), "t2": some(3, 5, 3, 3), "w2_a": some(3, 80), "w2_b": some(5, 40)},
}


@pytest.mark.parametrize("form", FORMS)
def test_the_shape_of_what_it_multiplies_to(form):
    parts = FORMS[form]
    made = product(parts)
    shape = applied_shape({name: part.shape for name, part in parts.items()})
    assert shape == (made.shape[0], made[0].size)


@pytest.mark.parametrize(
    "parts",
    [
        {"w1": (4, 8)},
        {"w1": (4, 8), "w2_a": (80, 3)},
        {"w1": (4, 8), "w2_a": (80, 3), "w2_b": (4, 40)},
        {"w1": (4,), "w2": (80, 40)},
        {"w1": (4, 8), "t2": (3, 5, 3, 3), "w2_a": (4, 80), "w2_b": (5, 40)},
        {"w2": (80, 40), "w1_a": (4, 2, 1), "w1_b": (2, 8)},
    ],
)
def test_parts_that_do_not_go_together_are_no_change(parts):
    assert applied_shape(parts) is None


MODULE = "diffusion_model.layers.0.feed_forward.w1"


def file_of(folder, parts, alpha=None):
    file = folder / "lokr.safetensors"
    tensors = {f"{MODULE}.lokr_{name}": part.astype(np.float16) for name, part in parts.items()}
    if alpha is not None:
        tensors[f"{MODULE}.alpha"] = np.array(alpha, np.float16)
    save_file(tensors, file)
    return file


@pytest.mark.parametrize(
    ("base", "fit"), [((320, 320), "fits"), ((320, 640), "wrong"), ((640, 320), "wrong")]
)
def test_its_fit_is_judged_from_the_headers(tmp_path, base, fit):
    save_file(
        {f"{MODULE.removeprefix('diffusion_model.')}.weight": np.zeros(base, np.float16)},
        tmp_path / "base.safetensors",
    )
    file = file_of(tmp_path, FORMS["narrow second"])
    assert judge(read_header(file).shapes, tmp_path / "base.safetensors").fit == fit
    assert method_of(file) == "lokr"


@pytest.mark.parametrize(
    ("form", "change", "alpha", "expected"),
    [
        ("both whole", {}, None, (True, True)),
        # AI-Toolkit's own default writes this, and nothing reads it where both are whole
        ("both whole", {}, np.inf, (True, True)),
        ("narrow second", {}, np.inf, (False, True)),
        ("both whole", {"w2": np.zeros((80, 40))}, None, (True, False)),
        ("narrow second", {"w2_b": np.zeros((3, 40))}, None, (True, False)),
        ("both whole", {"w1": np.full((4, 8), np.nan)}, None, (False, True)),
    ],
)
def test_whether_its_weights_are_numbers_and_do_anything(tmp_path, form, change, alpha, expected):
    """An untrained one has zeros in its second matrix alone: it loads, and changes nothing."""
    file = file_of(tmp_path, {**FORMS[form], **change}, alpha)
    assert finite_and_nonzero(file, read_header(file)) == expected


def test_its_metadata_tell_the_factor_and_no_rank(tmp_path, checkpoint):
    said = said_of(tmp_path, training_of(SD15, "quick", lokr()), checkpoint, date="2026-11-30")
    assert (said["isengard_method"], said["isengard_lokr_factor"]) == ("lokr", "8")
    assert "isengard_rank" not in said
    usual = said_of(tmp_path, training_of(SD15, "quick"), checkpoint, date="2026-11-30")
    assert usual["isengard_rank"] == "16" and "isengard_method" not in usual


@pytest.fixture
def checkpoint():
    from isengard.core.records.checkpoint import Checkpoint

    return Checkpoint(step=5, file="a", size=1, sha256="ab" * 32, family="sd15")
