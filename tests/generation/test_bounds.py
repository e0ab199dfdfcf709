"""What a picture may ask of a model: its record says it, a request beyond is refused in words, and the panel is told."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from isengard.core.errors import InvalidError
from isengard.core.families.base_choice import BaseFile, RankedBase
from isengard.core.families.bounds import Bounds
from isengard.core.families.families import FOLDER, Families, LookAlike
from isengard.generation.image.bounds import require_borne
from isengard.generation.image.model_files import FamilyFiles, Part

FAMILIES = Families()


def files_of(key, **wanted):
    """A family with a base of its own and another model's, by the role of both."""
    family = FAMILIES.get(key)
    other = RankedBase(
        BaseFile("other.safetensors"),
        True,
        "last",
        LookAlike(label="Another", patterns=["*"], taken="last", **wanted),
    )
    bases = [RankedBase(BaseFile("own.safetensors"), True, "name"), other]
    part = Part("diffusion_model", "own.safetensors", ["own.safetensors"], bases=bases)
    return FamilyFiles(key, family.label, [part], bounds=family.bounds)


def asked(**numbers):
    return SimpleNamespace(**{"steps": None, "guidance": None, **numbers})


def people(*strengths):
    return [SimpleNamespace(strength=strength) for strength in strengths]


def test_every_family_bears_what_it_is_drawn_with_by_itself_and_in_fine_quality():
    for family in FAMILIES.all():
        bounds, usual = family.bounds, family.sampling
        assert bounds.bears("steps", usual.steps) and bounds.bears("guidance", usual.guidance), family.key
        assert bounds.bears("steps", round(usual.steps * 1.6)) and bounds.bears("steps", 2), family.key
        assert all(bounds.bears("strength", strength) for strength in (0.0, 0.6, 1.1, 1.5)), family.key
        assert bounds.of("strength")[1] <= 2.0, "no more than a node takes"


def test_a_likeness_of_two_where_people_need_it():
    """Klein's LoRAs are weak at 1 (ostris/ai-toolkit#664); Stable Diffusion's burn beyond 1.5."""
    most = {family.key: family.bounds.of("strength")[1] for family in FAMILIES.all()}
    assert most["flux2_klein_4b"] == most["flux2_klein_9b"] == 2.0 and most["sd15"] == most["sdxl"] == 1.5


@pytest.mark.parametrize(
    ("key", "numbers", "strength", "words"),
    [
        ("flux2_klein_4b", {"guidance": 7.0}, 1.0, "Guidance is 7; FLUX.2 Klein 4B takes 1 to"),
        ("sdxl", {"guidance": 0.5}, 1.0, "Guidance is 0.5; Stable Diffusion XL takes 1 to 20"),
        ("flux2_klein_4b", {"steps": 180}, 1.0, "Steps are 180; FLUX.2 Klein 4B takes 1 to"),
        ("sd15", {}, 1.8, "Strength is 1.8; Stable Diffusion 1.5 takes 0 to 1.5"),
    ],
)
def test_a_number_that_the_model_does_not_bear_is_refused_in_words(key, numbers, strength, words):
    with pytest.raises(InvalidError) as caught:
        require_borne(
            files_of(key), {"diffusion_model": "own.safetensors"}, asked(**numbers), people(1.0, strength)
        )
    assert caught.value.code == "option_out_of_range" and words in caught.value.message


def test_what_it_bears_and_what_is_left_out_is_taken():
    own = {"diffusion_model": "own.safetensors"}
    require_borne(files_of("flux2_klein_4b"), own, asked(steps=8, guidance=1.0), people(2.0))
    require_borne(files_of("sd15"), own, asked(), people(1.5, 0.0))


def test_another_model_of_the_same_tensors_has_its_own_numbers():
    """FLUX.2 Klein base wants 25 steps at guidance 4; a merge for which nothing else is known is held to the family's."""
    other = {"diffusion_model": "other.safetensors"}
    require_borne(
        files_of("flux2_klein_4b", steps=25, guidance=4.0), other, asked(steps=60, guidance=7.0), people(1.0)
    )
    with pytest.raises(InvalidError):
        require_borne(files_of("flux2_klein_4b"), other, asked(guidance=7.0), people(1.0))
    with pytest.raises(InvalidError):
        require_borne(files_of("sd15", steps=25), other, asked(), people(1.9))


def test_a_record_whose_least_is_more_than_its_most_is_damaged(tmp_path):
    text = (FOLDER / "sd15.toml").read_text()
    (tmp_path / "mine.toml").write_text(text.replace("steps = [1, 200]", "steps = [30, 4]"))
    with pytest.raises(InvalidError) as caught:
        Families(tmp_path)
    assert caught.value.code == "family_damaged" and "least" in caught.value.message


def test_what_a_record_leaves_out_is_as_wide_as_requests_are():
    assert (Bounds().steps, Bounds().guidance) == ((1.0, 200.0), (0.0, 30.0))
