"""The picture proof: does the LoRA change a picture, beyond what the same prompt changes by itself?

Three pictures at one seed: without, without again (after ComfyUI's caches were emptied, else it serves the first one),
with. `success` proves nothing in ComfyUI: a LoRA of another family "succeeds" and changes nothing (facts: lora-roundtrip).
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import IsengardError, NotReadyError
from ..core.ids import new_id
from ..core.paths import DataPaths, contained
from ..core.records.character import Character
from ..core.records.checkpoint import ImageProof, Version
from ..core.records.generation import CharacterUse, GenerationRequest
from .image.interface import ImagePipeline, Person, Prompt
from .pixels import mean_difference

SEED = 20261123
MAX_SIDE = 512
MAX_STEPS = 8
#: Of 255: below this a difference is rounding; and it must stand out of the repeat noise by this factor.
LEAST_DIFFERENCE = 0.2
NOISE_FACTOR = 3.0
_log = logging.getLogger("isengard.proof")


@dataclass(frozen=True)
class PictureProof:
    """Mean absolute differences of 8-bit RGB: with against without, and without against itself."""

    verdict: ImageProof
    difference: float
    noise: float


async def prove_picture(
    pipeline: ImagePipeline, recipe: str, character: Character, version: Version, paths: DataPaths
) -> PictureProof:
    """Raises IsengardError when the pictures cannot be made; leaves no file behind."""
    request = _request(recipe, character)
    folder = paths.generation(new_id("gen"))
    folder.mkdir(mode=0o700)
    try:
        files: list[Path] = []
        for strength in (0.0, 0.0, 1.0):
            if len(files) == 1:
                await pipeline.free()
            person = Person(character, version, strength)
            prompt = pipeline.build(request, [person], folder.name)[0]
            files.append(await _picture(pipeline, prompt, folder))
        noise, difference = mean_difference(files[0], files[1]), mean_difference(files[1], files[2])
    finally:
        for file in folder.glob("*"):
            file.unlink()
        folder.rmdir()
    changed = difference > LEAST_DIFFERENCE and difference > NOISE_FACTOR * noise
    proof = PictureProof("changed" if changed else "unchanged", round(difference, 3), round(noise, 3))
    context = {"file": version.file, "difference": proof.difference, "noise": proof.noise}
    _log.info("Picture proof made", extra={"context": {**context, "verdict": proof.verdict}})
    return proof


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


async def _picture(pipeline: ImagePipeline, prompt: Prompt, folder: Path) -> Path:
    prompt_id = str(uuid.uuid4())
    await pipeline.submit(prompt, prompt_id, {})
    async for sign in pipeline.follow(prompt_id):
        if sign.kind == "done":
            return contained(folder, sign.saved[0].file)
        if sign.kind in ("failed", "cancelled", "lost"):
            raise NotReadyError(
                sign.code or sign.kind, sign.message or "The picture was not made.", sign.hint
            )
    raise IsengardError("lost", "The picture was not made.", "Try again.")
