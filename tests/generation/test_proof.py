"""The picture proof: three pictures at one seed, noise measured, nothing left behind."""

from __future__ import annotations

import asyncio
import os

import pytest
from isengard.core.errors import NotReadyError
from isengard.core.generations.generation_sidecars import PROOF_MARK
from isengard.generation.proof import mean_difference, prove_picture
from PIL import Image
from support.generation_fixtures import publish, with_comfy


def prove(house, prepare=lambda comfy: None):
    version = publish(house, 10)

    async def scenario(comfy):
        prepare(comfy)
        proof = await prove_picture(house.pipelines[0], "sd15-identity", house.ann, version, house.paths)
        return proof, comfy

    return with_comfy(house, scenario)


def test_a_lora_that_changes_the_picture(house):
    proof, comfy = prove(house)
    assert (proof.verdict, proof.noise, proof.difference) == ("changed", 0.0, 20.0)
    assert len(comfy.submitted) == 3 and comfy.freed == 1
    assert list(house.paths.outputs.iterdir()) == []


def test_one_that_changes_nothing(house):
    def inert(comfy):
        draw = comfy._save

        def same(graph, extra):
            for node in graph.values():
                if node["class_type"] == "IsengardApplyIdentity":
                    node["inputs"]["strength"] = 0.0
            return draw(graph, extra)

        comfy._save = same

    assert prove(house, inert)[0].verdict == "unchanged"


def looking(*looks):
    """The pictures in order look like this; `not_finite` ones are not saved."""

    def prepare(comfy):
        left, draw = list(looks), comfy._save

        def save(graph, extra):
            entry, look = draw(graph, extra), left.pop(0)
            if look == "not_finite":
                return {"look": look}
            return {**entry, "look": look} if look else entry

        comfy._save = save

    return prepare


@pytest.mark.parametrize(
    ("looks", "verdict"),
    [
        (("", "", "not_finite"), "broken"),
        (("", "", "flat"), "broken"),
        (("", "", "noise"), "broken"),
        (("noise", "noise", "noise"), "changed"),
        (("not_finite",), "base_broken"),
        (("flat",), "base_broken"),
        (("", "not_finite"), "base_broken"),
    ],
)
def test_pictures_that_show_nothing_are_no_proof(house, looks, verdict):
    proof, comfy = prove(house, looking(*looks))
    assert proof.verdict == verdict and len(comfy.submitted) == len(looks)
    assert list(house.paths.outputs.iterdir()) == []


def test_a_repeat_served_from_the_cache_does_not_count(house):
    proof, comfy = prove(house, lambda comfy: setattr(comfy, "repeats_from_cache", 2))
    assert proof.verdict == "changed" and comfy.freed == 3 and len(comfy.submitted) == 5


def test_a_cache_that_never_empties_is_no_proof(house):
    with pytest.raises(NotReadyError) as caught:
        prove(house, lambda comfy: setattr(comfy, "repeats_from_cache", 99))
    assert caught.value.code == "proof_not_repeatable"
    assert list(house.paths.outputs.iterdir()) == []


def test_a_failing_picture_is_no_proof_and_leaves_nothing(house):
    failure = {"exception_type": "ValueError", "exception_message": "bad", "node_type": "KSampler"}
    with pytest.raises(NotReadyError) as caught:
        prove(house, lambda comfy: setattr(comfy, "failure", failure))
    assert caught.value.code == "node_failed" and list(house.paths.outputs.iterdir()) == []


def test_what_a_crash_left_of_a_proof_goes_at_the_next_start(house):
    folder = house.paths.generation("gen_" + "0" * 26)
    folder.mkdir()
    (folder / PROOF_MARK).touch()
    (folder / "0000.png").write_bytes(b"face")
    asyncio.run(house.service.recover())
    assert not folder.exists()


def test_a_picture_in_use_takes_no_proof_away_and_goes_at_the_next_start(house, monkeypatch):
    """Windows refuses to remove what a scanner is just reading: the training was told as not checked."""
    unlink = os.unlink

    def refused(path, *given, **named):
        if str(path).endswith("0001.png"):
            raise PermissionError(13, "in use", str(path))
        unlink(path, *given, **named)

    monkeypatch.setattr(os, "unlink", refused)
    assert prove(house)[0].verdict == "changed"
    (left,) = house.paths.outputs.iterdir()
    assert sorted(file.name for file in left.iterdir()) == ["0001.png", PROOF_MARK]
    monkeypatch.undo()
    asyncio.run(house.service.recover())
    assert list(house.paths.outputs.iterdir()) == []


def test_differences_are_of_pixels_not_of_files(tmp_path):
    one, two, small = tmp_path / "1.png", tmp_path / "2.png", tmp_path / "3.png"
    Image.new("RGB", (4, 4), (10, 10, 10)).save(one)
    Image.new("RGB", (4, 4), (13, 10, 10)).save(two, compress_level=0)
    Image.new("RGB", (2, 2)).save(small)
    assert mean_difference(one, two) == 1.0 and mean_difference(one, one) == 0.0
    with pytest.raises(ValueError, match="size"):
        mean_difference(one, small)


def test_noise_of_a_base_that_draws_noise_is_no_fault_of_the_lora(tmp_path):
    """The tiny random model's pictures lie on either side of the line: a real training was called broken."""
    import numpy as np
    from isengard.generation.proof import CLEAR_PICTURE, structure
    from PIL import Image

    rng = np.random.default_rng(7)
    noise = rng.integers(0, 256, (256, 256, 3)).astype("uint8")
    latents = Image.fromarray(rng.integers(0, 256, (32, 32, 3)).astype("uint8")).resize((256, 256))
    ramp = np.linspace(0, 255, 256)[:, None, None].repeat(256, 1).repeat(3, 2).astype("uint8")
    found = []
    for number, image in enumerate((Image.fromarray(noise), latents, Image.fromarray(ramp))):
        image.save(tmp_path / f"{number}.png")
        found.append(structure(tmp_path / f"{number}.png") >= CLEAR_PICTURE)
    assert found == [False, False, True]
