"""Which model is recommended on which machine, and what is said of it: a table of GPUs."""

from __future__ import annotations

import pytest
from isengard.core.families.families import Families
from isengard.core.records.worker import Gpu
from isengard.training.interface import OwnFigures
from isengard.training.machine.machine_facts import Machine
from isengard.training.planning.recommendation import TrainingMachine, fits_of, said_of

GB = 2**30
FAMILIES = Families().offered()
#: As AI-Toolkit can.
ABLE = ("cache_text", "quantize", "low_vram", "batch_size", "bits", "resolution", "offload", "rank")


def machine(vram=0, name="GeForce RTX", memory=32, comfyui="0.33.0", maker="NVIDIA", **more):
    size = int(vram * GB)
    gpus = [Gpu(uuid="GPU-1", name=name, total_bytes=size, free_bytes=size, maker=maker)] if vram else []
    here = Machine("Linux", "/data", memory * GB, 0, 10**12, gpus)
    return TrainingMachine(here, comfyui, ABLE, **more)


#: ComfyUI's own trainer, where it is ready and needs no GPU that is looked for.
OTHERS = {"sd15": "ComfyUI", "sdxl": "ComfyUI"}
UNTRIED = "ComfyUI can train on this computer: choose it under Trained by. We haven't run it on a GPU yet"
NO_GPU = (
    "No GPU was found that can train: that takes NVIDIA, or as an experiment AMD on Linux or Apple silicon."
)
EXPERIMENT = "is experimental: AI-Toolkit supports it, and Isengard has not been tested on one."

#: (machine, what is recommended, what fits besides, the beginning of what is said above all)
TABLE = {
    "4 GB": (machine(4, "GTX 1650"), "", "flux2_klein_4b z_image", "Your GTX 1650 (4.0 GB) can train the models below, each with a drawback"),
    "6 GB": (machine(6, "RTX 2060"), "sd15", "flux2_klein_4b z_image", "Recommended for your RTX 2060 (6.0 GB): Stable Diffusion 1.5."),
    "8 GB": (machine(8, "RTX 4060"), "flux2_klein_4b", "z_image sd15", "Recommended for your RTX 4060 (8.0 GB): FLUX.2 Klein 4B."),
    "12 GB": (machine(12, "RTX 3060"), "flux2_klein_4b", "z_image sdxl sd15", "Recommended for your RTX 3060 (12.0 GB): FLUX.2 Klein 4B."),
    "16 GB": (machine(16, "NVIDIA GeForce RTX 4080"), "flux2_klein_4b", "z_image sdxl sd15", "Recommended for your RTX 4080 (16.0 GB): FLUX.2 Klein 4B."),
    "24 GB": (machine(24, "RTX 3090", 64), "flux2_klein_4b", "z_image sdxl sd15 flux2_klein_9b qwen_image chroma krea2 flux1_dev", "Recommended for your RTX 3090 (24.0 GB): FLUX.2 Klein 4B."),
    "48 GB": (machine(48, "RTX A6000", 128), "flux2_klein_4b", "z_image sdxl sd15 chroma krea2 flux1_dev flux2_klein_9b qwen_image", "Recommended for your RTX A6000 (48.0 GB): FLUX.2 Klein 4B."),
    "24 GB, little memory": (machine(24, "RTX 3090", 12), "sd15", "", "Recommended for your RTX 3090 (24.0 GB): Stable Diffusion 1.5."),
    "12 GB, an older ComfyUI": (machine(12, "RTX 3060", comfyui="0.3.75"), "z_image", "flux2_klein_4b sdxl sd15", "Recommended for your RTX 3060 (12.0 GB): Z-Image."),
    "8 GB, an older ComfyUI": (machine(8, "RTX 4060", comfyui="0.3.75"), "sd15", "flux2_klein_4b z_image", "Recommended for your RTX 4060 (8.0 GB): Stable Diffusion 1.5."),
    "2 GB": (machine(2, "GT 1030"), "", "", "No model fits your GT 1030 (2.0 GB)."),
    "none": (machine(device="cpu"), "", "", NO_GPU),
    "AMD of 24 GB": (machine(24, "AMD Radeon RX 7900 XTX", 64, maker="AMD"), "flux2_klein_4b", "z_image sdxl sd15 flux2_klein_9b qwen_image chroma krea2 flux1_dev", f"Recommended for your Radeon RX 7900 XTX (24.0 GB): FLUX.2 Klein 4B. Training on AMD GPUs {EXPERIMENT}"),
    "AMD of 4 GB": (machine(4, "AMD Radeon RX 6500 XT", maker="AMD"), "", "flux2_klein_4b z_image", "Your Radeon RX 6500 XT (4.0 GB) can train the models below, each with a drawback. Training on AMD"),
    "a Mac of 16 GB": (machine(16 * 2 / 3, "Apple M2", 16, maker="Apple"), "sdxl", "sd15", f"Recommended for your Apple M2 (10.7 GB): Stable Diffusion XL. Training on Apple GPUs {EXPERIMENT}"),
    "a Mac of 64 GB": (machine(48, "Apple M2 Max", 64, maker="Apple"), "flux2_klein_4b", "z_image sdxl sd15 chroma krea2 flux1_dev flux2_klein_9b qwen_image", "Recommended for your Apple M2 Max (48.0 GB): FLUX.2 Klein 4B."),
    "AMD, unseen": (machine(device="cuda:0 AMD Radeon RX 7900 XTX : native"), "", "", "ComfyUI draws on your AMD GPU. Training on it takes Linux with ROCm"),
    "Apple, unseen": (machine(device="mps"), "", "", "ComfyUI draws on your Apple GPU. Its memory could not be read."),
    "Intel": (machine(device="xpu:0 Intel(R) Arc(TM) A770"), "", "", "ComfyUI draws on your Intel GPU. AI-Toolkit cannot train on Intel GPUs."),
    "Intel, and another trainer": (machine(device="xpu:0 Intel(R) Arc(TM) A770", others=OTHERS), "", "sd15 sdxl", f"ComfyUI draws on your Intel GPU. {UNTRIED}"),
    "Intel, and another that stands in": (machine(device="xpu:0 Intel(R) Arc(TM) A770", others=OTHERS, stand_in="ComfyUI"), "", "sd15 sdxl", "ComfyUI draws on your Intel GPU. ComfyUI trains on this computer, since AI-Toolkit cannot. We haven't run it on a GPU yet."),
    "AMD, unseen, and another trainer": (machine(device="cuda:0 AMD Radeon RX 7900 XTX : native", others=OTHERS), "", "sd15 sdxl", f"ComfyUI draws on your AMD GPU. {UNTRIED}"),
    "no maker known, and another trainer": (machine(device="privateuseone", others=OTHERS), "", "sd15 sdxl", UNTRIED),
    "on the processor": (machine(on_cpu=True), "", "flux2_klein_4b z_image sdxl sd15 chroma krea2 flux1_dev flux2_klein_9b qwen_image", ""),
    "practice": (machine(8, real=False), "", "", "Practice mode: nothing is really trained, so any model will do."),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_what_is_recommended_on_a_machine(name):
    where, recommended, fits, said = TABLE[name]
    found = fits_of(FAMILIES, where)
    by_fit = {
        fit: [one.family.key for one in found if one.fit == fit]
        for fit in ("recommended", "fits", "too_big", "none", "practice")
    }
    assert " ".join(by_fit["recommended"]) == recommended
    assert set(by_fit["fits"]) == set(fits.split())
    assert said_of(found, where).startswith(said) and bool(said_of(found, where)) == bool(said)
    assert len(found) == len(FAMILIES) and not any(one.why == "" for one in found if one.fit == "too_big")
    assert [one.fit for one in found] == sorted(
        (one.fit for one in found), key=["recommended", "fits", "practice", "too_big", "none"].index
    )


@pytest.mark.parametrize(
    ("where", "key", "why"),
    [
        (TABLE["8 GB"][0], "flux2_klein_4b", "It fits with cached text embeddings and 768 px."),
        (TABLE["16 GB"][0], "flux2_klein_4b", ""),
        (TABLE["8 GB"][0], "sdxl", "It needs about 9.3 GB of video memory even with all memory savings; this GPU has 8.0 GB."),
        (TABLE["8 GB"][0], "krea2", "It needs about 44.7 GB of the computer's memory; this one has 32.0 GB."),
        (TABLE["12 GB, an older ComfyUI"][0], "flux2_klein_4b", "Pictures with it need ComfyUI 0.9.2; this is 0.3.75."),
    ],
)  # fmt: skip
def test_what_is_said_of_a_model(where, key, why):
    (one,) = [one for one in fits_of(FAMILIES, where) if one.family.key == key]
    assert one.why == why


def test_of_another_trainer_no_figures_are_made_up():
    """How much memory it takes is not known, and times are AI-Toolkit's."""
    found = fits_of(FAMILIES, TABLE["Intel, and another trainer"][0])
    assert {one.why for one in found if one.fit == "fits"} == {
        "Only with ComfyUI; how much memory that takes isn't known."
    }
    assert {(one.vram_bytes, one.seconds) for one in found if one.fit == "fits"} == {(0, None)}


def test_what_stands_in_is_told_with_its_own_estimates():
    own = {"sd15": OwnFigures(needs={"seconds_per_step": 5.0}, memory={"activation_gb": 9.0})}
    where = machine(device="xpu:0 Intel(R) Arc(TM) A770", others=OTHERS, stand_in="ComfyUI", estimates=own)
    found = {one.family.key: one for one in fits_of(FAMILIES, where)}
    assert found["sd15"].why == "Only with ComfyUI; memory and time are estimates."
    usual = {one.family.key: one for one in fits_of(FAMILIES, TABLE["24 GB"][0])}["sd15"]
    assert found["sd15"].vram_bytes > usual.vram_bytes and found["sd15"].seconds > usual.seconds * 5
    assert (found["sdxl"].vram_bytes, found["sdxl"].seconds) == (0, None)


def test_on_a_mac_nothing_is_given_up_that_saves_nothing_there():
    """Its GPU has no memory of its own that layers could be kept out of."""
    for memory in (8, 16, 24, 36):
        for one in fits_of(FAMILIES, machine(memory * 2 / 3, "Apple M2", memory, maker="Apple")):
            assert "in the computer's memory" not in one.why and "-bit weights" not in one.why.replace(
                "8-bit", ""
            )


def test_times_are_told_where_something_is_trained_and_learned_ones_win():
    fast = machine(24, paces={"sd15@512": 0.01})
    times = {one.family.key: one.seconds for one in fits_of(FAMILIES, fast)}
    usual = {one.family.key: one.seconds for one in fits_of(FAMILIES, machine(24))}
    assert times["sd15"] < usual["sd15"] / 5 and times["sdxl"] == usual["sdxl"] > 600
    assert all(one.seconds is None for one in fits_of(FAMILIES, machine()))


def test_nothing_behind_a_licence_is_recommended_and_every_place_is_given_once():
    places = [family.card.recommend for family in FAMILIES if family.card.recommend]
    assert sorted(places) == list(range(1, len(places) + 1))
    assert not any(family.card.recommend for family in FAMILIES if family.gated)
    assert all(family.terms for family in FAMILIES if family.card.sell == "limits")
