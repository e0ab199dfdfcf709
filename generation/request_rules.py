"""What a request is held against before it is sent, what its pictures say of it, and a failure of ours in words."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..core.errors import ConflictError, InvalidError, IsengardError
from ..core.loras.versions import VersionStore
from ..core.records.checkpoint import ImageProof
from ..core.records.generation import Generation, GenerationRequest, Purpose
from ..core.records.job import JobError
from ..core.said import said
from .image.interface import ChoosesWords, ImagePipeline, RecipeInfo, Sign

RESTARTED = JobError(
    code="comfyui_restarted",
    message="ComfyUI was restarted before these pictures were done.",
    hint="Press Make again: the settings are kept.",
)


def require_usable(recipe: RecipeInfo) -> None:
    """InvalidError with the first fault, ConflictError `recipe_unconfirmed`: foreign nodes may do anything."""
    for finding in recipe.findings:
        if finding.severity == "error":
            raise InvalidError(
                finding.code, finding.sentence("message"), "Correct the workflow, or choose another one."
            )
    if not recipe.confirmed:
        raise ConflictError(
            "recipe_unconfirmed",
            said(
                "{recipe} uses nodes from other packs: {nodes}.",
                recipe=recipe.label,
                nodes=", ".join(recipe.foreign)[:300],
            ),
            "Look at them, and accept them if you trust where the workflow came from.",
        )


def words_of(pipeline: ImagePipeline, request: GenerationRequest, number: int) -> str:
    """The prompt of picture `number` where the request's offers choices; '' where there is nothing to choose."""
    if not isinstance(pipeline, ChoosesWords):
        return ""
    words = pipeline.chosen_prompt(request, (request.seed or 0) + number)
    return words if words != request.prompt else ""


def metadata_of(generation: Generation, words: str = "", *, edits: bool = False) -> dict[str, Any]:
    """Metadata that goes into a picture: the request by ids, no name and no path; the `words` that were chosen for it, and `edits`
    where it changes another picture.

    The save node adds which generation it is: until then this lies in ComfyUI's queue, where others may look.
    """
    told = {"recipe": generation.recipe, "request": generation.request.model_dump(mode="json")}
    if words:
        told["prompt"] = words
    return {**told, "edits": True} if edits else told


def overflow_of(proofs: Collection[ImageProof]) -> JobError | None:
    """Tell whose fault a picture without numbers is, by the proofs of the LoRAs it was drawn with; None where they don't say."""
    if "base_broken" in proofs:
        return JobError(
            code="picture_not_finite",
            message="The picture came out black (NaN), with and without the LoRA: the base model is at fault.",
            hint="Download the base model again, then train or make pictures with it.",
        )
    if "broken" in proofs:
        return JobError(
            code="picture_not_finite",
            message="The picture came out black (NaN): this LoRA's numbers overflow.",
            hint="Choose an earlier version, or train again with a lower learning rate.",
        )
    return None


def as_job_error(fault: BaseException) -> JobError:
    """Also for what nobody foresaw: a generation that is followed no longer has to end."""
    if isinstance(fault, IsengardError):
        return JobError(code=fault.code, message=fault.message, hint=fault.hint)
    return JobError(
        code="generation_broke",
        message="Isengard lost track of these pictures.",
        hint="Press Make again; the log has the reason.",
    )


def wanted_for(request: GenerationRequest, purpose: Purpose) -> dict[str, Any]:
    """Fields of the record: what the pictures are for, and whether their small faces wait to be redrawn."""
    waits = request.mend_faces and purpose == "user"
    return {"purpose": purpose, "mending": "waiting" if waits else ""}


def error_of(sign: Sign) -> JobError:
    """The error that a sign of the end tells."""
    return JobError(code=sign.code, message=sign.message, hint=sign.hint)


def proofs_of(generation: Generation, versions: VersionStore) -> list[ImageProof]:
    """Proofs of the LoRAs that it was drawn with. Reads the versions' files."""
    slugs = {file.partition("/")[0] for file in generation.versions if file}
    known = [version for slug in slugs for version in versions.list(slug)]
    return [version.proof.image for version in known if version.file in generation.versions]
