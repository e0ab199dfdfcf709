"""The ladder that fits a training to a card: what is given up, in which order, and what is taken on which machine."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from isengard.core.families.families import Families
from isengard.core.families.hub_parts import HubPart
from isengard.core.families.memory import FewerBits
from isengard.core.records.training import Overrides
from isengard.core.records.worker import Gpu
from isengard.training.machine.machine_facts import Machine
from isengard.training.planning.estimates import pace_key, relative_pace
from isengard.training.planning.memory_choice import memory_choice, pace_words, saving_words
from isengard.training.planning.memory_ladder import DECIDED, first_that_fits, ladder
from isengard.training.planning.memory_needs import memory_need
from isengard.training.planning.presets import PRESETS, resolve

GB = 2**30
CARDS = (8, 12, 16, 24, 32, 48)
ABLE = (*DECIDED, "batch_size", "rank")
FAMILIES = {family.key: family for family in Families().all()}


def machine(card, memory=256):
    gpu = Gpu(uuid="", name="", total_bytes=card * GB, free_bytes=card * GB)
    return Machine("Linux", "/", memory * GB, 0, 0, [gpu])


def rungs_of(key, *, able=ABLE, fixed=(), preset="balanced", **overrides):
    numbers = resolve(FAMILIES[key], preset, 20, Overrides(**overrides))
    return ladder(FAMILIES[key], numbers, able, fixed)


#: What is taken on a card: the words, and the video memory in GB as it is sold. Sources stand in the records.
TAKEN = [
    ("sd15", 6, "", 5.1),
    ("sdxl", 8, None, 9.3),
    ("sdxl", 12, "768 px", 11.0),
    ("sdxl", 16, "", 12.7),
    ("flux1_dev", 16, None, 21.4),
    ("flux1_dev", 24, "", 23.1),
    ("flux2_klein_4b", 8, "cached text embeddings and 768 px", 7.1),
    ("flux2_klein_4b", 12, "cached text embeddings", 8.1),
    ("flux2_klein_4b", 16, "", 12.0),
    ("flux2_klein_9b", 8, "cached text embeddings, 768 px and its layers in the computer's memory", 5.4),
    # reported to work on 12 GB with layers offloaded, and on 16 (ostris/ai-toolkit#653, #666)
    ("flux2_klein_9b", 12, "cached text embeddings, 768 px and half of its layers in the computer's memory", 9.8),
    ("flux2_klein_9b", 16, "cached text embeddings and 768 px", 13.6),
    ("flux2_klein_9b", 24, "cached text embeddings", 15.6),
    ("flux2_klein_9b", 32, "", 23.5),
    # 3 bits are what its maker's example asks 24 GB for (ai-toolkit, train_lora_qwen_image_24gb.yaml), with the embeddings cached
    ("qwen_image", 12, "cached text embeddings, 768 px and its layers in the computer's memory", 6.9),
    ("qwen_image", 16, "cached text embeddings, 3-bit weights, 768 px and half of its layers in the computer's memory", 12.9),
    ("qwen_image", 24, "cached text embeddings and 3-bit weights", 20.7),
    ("qwen_image", 32, "cached text embeddings", 28.4),
]  # fmt: skip


@pytest.mark.parametrize(("key", "card", "words", "size"), TAKEN)
def test_what_is_taken_on_a_card(key, card, words, size):
    rung = first_that_fits(rungs_of(key), machine(card))
    assert rung.need.vram_bytes / GB == pytest.approx(size, abs=0.1)
    assert rung.fits(machine(card)) is (words is not None)
    assert words is None or saving_words(rung) == words


#: (family, what it was measured with, GB as published, by whom); our estimate has a card's own overhead in it.
PUBLISHED = [
    ("flux1_dev", {"quantize": True, "cache_text": True, "low_vram": True, "resolution": [1024]}, 18.0,
     "SimpleTuner, 8 bits: above 18"),
    ("flux2_klein_4b", {"quantize": False, "cache_text": True, "resolution": [1024]}, 13.0, "musubi-tuner"),
    ("flux2_klein_9b", {"quantize": False, "cache_text": True, "resolution": [1024]}, 29.0, "musubi-tuner"),
    ("sdxl", {"resolution": [1024]}, 14.0, "13 to 15"),
    ("qwen_image", {"resolution": [1024]}, 40.0, "FlyMyAI: 8 bits"),
    ("chroma", {"resolution": [1024], "quantize": False, "cache_text": True}, 28.0, "SimpleTuner"),
    ("chroma", {"resolution": [1024], "cache_text": True}, 16.0, "SimpleTuner: 8 bits"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "options", "published", "source"), PUBLISHED)
def test_the_estimate_agrees_with_what_is_published(key, options, published, source):
    numbers = replace(resolve(FAMILIES[key], "balanced", 20), **options)
    step = memory_need(FAMILIES[key], numbers).step_bytes
    assert step / 1e9 == pytest.approx(published, rel=0.15), source


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("key", FAMILIES)
def test_the_first_rung_is_the_preset_and_each_gives_up_more(key, preset):
    """Whoever has enough memory trains as before; on the way down nothing is taken back and memory only shrinks."""
    numbers = resolve(FAMILIES[key], preset, 20)
    rungs = ladder(FAMILIES[key], numbers, ABLE)
    assert rungs[0].numbers == numbers and rungs[0].saves == () and not saving_words(rungs[0])
    for before, after in pairwise(rungs):
        assert set(before.saves) <= set(after.saves)
        assert after.need.step_bytes <= before.need.step_bytes and after.numbers != before.numbers
        assert after.numbers.steps == numbers.steps and after.numbers.learning_rate == numbers.learning_rate
    if FAMILIES[key].memory.caches_text:
        assert rungs[1].saves == ("cache_text",), "what costs nothing comes first"
    else:
        assert not any(rung.numbers.cache_text for rung in rungs)
    assert first_that_fits(rungs, machine(48)).numbers == numbers


@pytest.mark.parametrize("key", FAMILIES)
def test_more_memory_never_gives_up_more(key):
    rungs = rungs_of(key)
    taken = [rungs.index(first_that_fits(rungs, machine(card))) for card in CARDS]
    assert taken == sorted(taken, reverse=True)


def test_what_the_trainer_does_not_look_at_is_no_rung():
    """AI-Toolkit neither quantizes nor offloads Stable Diffusion: Train smaller once made the very same training of it."""
    for key in ("sd15", "sdxl"):
        assert not {"quantize", "low_vram", "offload"} & {
            name for rung in rungs_of(key) for name in rung.saves
        }
    assert "offload" not in {name for rung in rungs_of("flux1_dev") for name in rung.saves}
    asked = resolve(FAMILIES["sdxl"], "balanced", 20, Overrides(cache_text=True, offload=1.0))
    assert (asked.cache_text, asked.offload) == (False, 0.0), "its sample pictures would fail"


def test_what_the_person_decided_and_what_a_trainer_cannot_do_stays():
    fixed = rungs_of("flux2_klein_9b", resolution=[1024], fixed=("resolution",))
    assert {tuple(rung.numbers.resolution) for rung in fixed} == {(1024,)}
    assert fixed[-1].numbers.offload == 1.0
    foreign = rungs_of("flux2_klein_9b", able=("quantize", "low_vram", "resolution", "batch_size", "rank"))
    assert all(not rung.numbers.cache_text and not rung.numbers.offload for rung in foreign)
    assert len(rungs_of("flux2_klein_9b", able=())) == 1


def test_many_photos_a_step_become_one_and_alpha_goes_down_with_the_rank():
    last = rungs_of("sdxl", batch_size=4, rank=64, alpha=32.0)[-1]
    assert (last.numbers.batch_size, last.numbers.rank, last.numbers.alpha) == (1, 8, 4.0)
    asked = last.overrides()
    assert (asked["batch_size"], asked["rank"], asked["alpha"]) == (1, 8, 4.0)
    assert "rank" not in rungs_of("sdxl")[1].overrides(), "the rank is the preset's until it is given up"


def test_a_rung_is_asked_for_by_its_overrides():
    """Whoever takes one gets these very numbers, whatever the machine."""
    for key, family in FAMILIES.items():
        for rung in rungs_of(key):
            wanted = Overrides(**rung.overrides())
            assert resolve(family, "balanced", 20, wanted) == rung.numbers


def test_layers_wait_only_in_memory_that_is_there():
    """They cannot be swapped out: 9 GB of layers, 8 of the text encoder and the system do not fit a computer of 16."""
    rungs = rungs_of("flux2_klein_9b")
    assert first_that_fits(rungs, machine(8, memory=64)).numbers.offload == 1.0
    assert not any(rung.fits(machine(8, memory=16)) for rung in rungs)
    unknown = replace(machine(8), memory_bytes=0)
    assert first_that_fits(rungs, unknown).fits(unknown)
    assert first_that_fits(rungs, replace(machine(8), gpus=[])) == rungs[0], (
        "without a GPU nothing is given up"
    )


def test_a_form_in_fewer_bits_comes_before_smaller_pictures():
    klein = FAMILIES["flux2_klein_9b"]
    adapter = HubPart(label="adapter", hub="me/adapters", files=["b.safetensors"], size=10**8)
    forms = [FewerBits(bits=4, qtype="uint4", adapter=adapter, weight_bytes=0.547, pace=1.1)]
    family = klein.model_copy(update={"memory": klein.memory.model_copy(update={"fewer_bits": forms})})
    rungs = ladder(family, resolve(family, "balanced", 20), ABLE)
    saves = [rung.saves[-1] for rung in rungs[1:]]
    assert saves.index("bits") < saves.index("resolution")
    four = rungs[1 + saves.index("bits")]
    assert four.need.step_bytes < rungs[saves.index("bits")].need.step_bytes - 4e9 and four.pace == 1.1
    assert saving_words(four) == "cached text embeddings and 4-bit weights"


def test_with_all_layers_in_the_computers_memory_fewer_bits_are_given_back():
    """They save the GPU nothing there; who decided them, and a trainer that moves no layers, keep them."""
    rungs = rungs_of("qwen_image")
    assert [(rung.numbers.offload, rung.numbers.bits) for rung in rungs] == [
        *[(0.0, 8), (0.0, 8), (0.0, 4), (0.0, 3), (0.0, 3), (0.5, 3)],
        *[(1.0, 8)] * 4,
    ]
    fixed = rungs_of("qwen_image", fixed=("bits",), bits=3)
    assert {rung.numbers.bits for rung in fixed} == {3} and fixed[-1].numbers.offload == 1.0
    still = rungs_of("qwen_image", able=tuple(name for name in ABLE if name != "offload"))
    assert still[-1].numbers.bits == 3 and not still[-1].numbers.offload


def test_offloading_costs_what_was_published():
    """4.6 s a step with none, 6.5 s with half and 10 s with all layers offloaded (ostris/ai-toolkit#758)."""
    family = FAMILIES["flux2_klein_9b"]
    numbers = resolve(family, "balanced", 20)
    for share, seconds in ((0.5, 6.5), (1.0, 10.0)):
        pace = relative_pace(family, replace(numbers, offload=share), numbers)
        assert pace == pytest.approx(seconds / 4.6, rel=0.15)
    assert pace_key("x", replace(numbers, offload=0.5)) != pace_key("x", numbers), "learned apart"
    assert pace_key("x", replace(numbers, cache_text=True)) == pace_key("x", numbers)


def test_a_step_in_fewer_bits_is_learned_apart_and_costs_nothing_where_weights_are_whole():
    family = FAMILIES["qwen_image"]
    numbers = replace(resolve(family, "balanced", 20), cache_text=True)
    three, whole = replace(numbers, bits=3), replace(numbers, bits=3, quantize=False)
    assert pace_key("x", three) != pace_key("x", numbers) and relative_pace(family, three, numbers) == 1.2
    assert relative_pace(family, whole, numbers) == 1.0
    assert memory_need(family, whole) == memory_need(family, replace(whole, bits=8))
    saved = memory_need(family, numbers).step_bytes - memory_need(family, three).step_bytes
    form = family.memory.in_bits(3)
    assert saved / 1e9 == pytest.approx(20.43 * (1.03 - form.weight_bytes) - 0.296 - form.extra_gb, abs=0.01)


def test_the_choice_tells_which_is_taken_and_whether_any_fits():
    family, rungs = FAMILIES["flux2_klein_9b"], rungs_of("flux2_klein_9b")
    here = machine(12)

    def choice(numbers, on=here):
        return memory_choice(family, rungs, on, numbers, prompts=2, paces={})

    taken = choice(rungs[3].numbers)
    assert taken.taken() == rungs[3] == taken.automatic and taken.any_fits
    assert [offer.fits for offer in taken.offers] == [False, False, False, True, True, True, True]
    assert choice(replace(rungs[3].numbers, rank=99)).taken() is None, "the person's own numbers"
    assert choice(rungs[0].numbers, replace(here, gpus=[])).offers[0].fits is None
    assert all(offer.estimate.seconds > 0 and not offer.estimate.learned for offer in taken.offers)


@pytest.mark.parametrize(
    ("pace", "words"),
    [
        (1.0, "about as long"),
        (1.08, "about as long"),
        (1.44, "about 1.4 times as long"),
        (0.7, "about 30% less time"),
    ],
)
def test_how_long_is_said_plainly(pace, words):
    assert pace_words(replace(rungs_of("sd15")[0], pace=pace)) == words
