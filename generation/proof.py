"""The picture proof: does the LoRA change a picture, beyond what the same prompt changes by itself, and into a picture?

Three pictures at one seed: without, without again (after ComfyUI's caches were emptied, else it serves the first one),
with. `success` proves nothing in ComfyUI: a LoRA of another family "succeeds" and changes nothing (facts: lora-roundtrip),
and one whose weights overflow "succeeds" and changes everything to black.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import NotReadyError
from ..core.executor import in_thread
from ..core.generations.picture_cells import CELLS, structure_of
from ..core.paths import DataPaths
from ..core.records.character import Character
from ..core.records.checkpoint import ImageProof, Version
from ..core.records.generation import CharacterUse, GenerationRequest
from .image.interface import NOT_FINITE, ImagePipeline, Person, Prompt
from .passing_pictures import Drawn, draw, passing_folder

SEED = 20261123
MAX_SIDE = 512
MAX_STEPS = 8
#: A picture of noise speaks against a LoRA only where the base without it draws something clear (`structure` below): a tiny or
#: random model draws noise with and without it, and of two such pictures one may fall on either side of the line.
CLEAR_PICTURE = 0.5
#: Of 255: below this a difference is rounding; and it must stand out of the repeat noise by this factor.
LEAST_DIFFERENCE = 0.2
NOISE_FACTOR = 3.0
#: Looks of a portrait that show that something is broken.
EMPTY = (NOT_FINITE, "flat")
#: How often the caches are emptied before the repeated picture is given up.
TRIES = 3
#: Without, again (tried so often), with.
PICTURES = 1 + TRIES + 1
_log = logging.getLogger("isengard.proof")


@dataclass(frozen=True)
class PictureProof:
    """Mean absolute differences of 8-bit RGB: with against without, and without against itself."""

    verdict: ImageProof
    difference: float = 0.0
    noise: float = 0.0


async def prove_picture(
    pipeline: ImagePipeline, recipe: str, character: Character, version: Version, paths: DataPaths
) -> PictureProof:
    """Raises IsengardError when the pictures cannot be made; leaves no file behind."""
    request = _request(recipe, character)
    # one ticket for all: ComfyUI has to take the same prompt for the same one
    async with passing_folder(paths, PICTURES) as passing:
        without, again, changed_by = [
            pipeline.build(request, [Person(character, version, strength)], passing.ticket)[0]
            for strength in (0.0, 0.0, 1.0)
        ]
        proof = await _compared(pipeline, (without, again, changed_by), passing.folder)
    context = {"file": version.file, "difference": proof.difference, "noise": proof.noise}
    _log.info("Picture proof made", extra={"context": {**context, "verdict": proof.verdict}})
    return proof


async def _compared(
    pipeline: ImagePipeline, prompts: tuple[Prompt, Prompt, Prompt], folder: Path
) -> PictureProof:
    without, again, changed_by = prompts
    first = await draw(pipeline, without, folder)
    if first.look in EMPTY:
        return PictureProof("base_broken")
    second = await _computed_anew(pipeline, again, folder, first)
    if second.look in EMPTY:
        return PictureProof("base_broken")
    third = await draw(pipeline, changed_by, folder)
    if third.look in EMPTY or (third.look == "noise" and await _is_clear(second)):
        return PictureProof("broken")
    noise = await in_thread(mean_difference, first.file, second.file)
    difference = await in_thread(mean_difference, second.file, third.file)
    changed = difference > LEAST_DIFFERENCE and difference > NOISE_FACTOR * noise
    return PictureProof("changed" if changed else "unchanged", round(difference, 3), round(noise, 3))


async def _is_clear(drawn: Drawn) -> bool:
    return drawn.look != "noise" and await in_thread(structure, drawn.file) >= CLEAR_PICTURE


def _request(recipe: str, character: Character) -> GenerationRequest:
    return GenerationRequest(
        recipe=recipe,
        characters=[CharacterUse(id=character.id)],
        prompt=f"portrait photo of {{trigger}}, {character.class_word}",
        width=MAX_SIDE // 2,
        height=MAX_SIDE // 2,
        seed=SEED,
        steps=MAX_STEPS,
    )


async def _computed_anew(pipeline: ImagePipeline, prompt: Prompt, folder: Path, earlier: Drawn) -> Drawn:
    """The same prompt once more; one that ComfyUI answers from its cache names the earlier file.

    Its worker empties the caches when it next wakes, which may be after it took the prompt.
    """
    for _ in range(TRIES):
        await pipeline.free()
        drawn = await draw(pipeline, prompt, folder)
        if drawn.file != earlier.file:
            return drawn
    raise NotReadyError(
        "proof_not_repeatable",
        "ComfyUI did not compute the picture again.",
        "Train again to have it checked.",
    )


def structure(file: Path) -> float:
    """Likeness of neighbouring parts of a picture are, as a correlation: about 0 for noise, 1 for one colour all over."""
    from PIL import Image

    with Image.open(file, formats=("PNG",)) as image:
        small = image.convert("L").resize((CELLS, CELLS), Image.Resampling.BOX)
    return structure_of(small)


def mean_difference(one: Path, other: Path) -> float:
    """Mean absolute difference of two pictures of one size, in 8-bit RGB steps (0 to 255)."""
    import numpy as np
    from PIL import Image

    with Image.open(one, formats=("PNG",)) as a, Image.open(other, formats=("PNG",)) as b:
        first, second = (np.asarray(image.convert("RGB"), dtype=np.int16) for image in (a, b))
    if first.shape != second.shape:
        raise ValueError("the pictures differ in size")
    return float(np.abs(first - second).mean())
