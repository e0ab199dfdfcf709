"""A LoRA that came in with a person is proven like one that was just trained."""

from __future__ import annotations

from pathlib import Path

from ...core.characters.character_archive import ArchivedLora, Prove
from ...core.errors import InvalidError
from ...core.families.families import Families
from ...core.records.checkpoint import Proof
from ...core.said import said
from ...training.loras.lora_fit import prove
from .base_models import ComfyBaseModels


def prover(families: Families, base_models: ComfyBaseModels) -> Prove:
    def proven(file: Path, told: ArchivedLora) -> Proof:
        """Prove an imported LoRA: what can be looked at here was; the fit to a base that is not here, and the picture, stay as they were found where
        it was trained. InvalidError `family_unknown`, `lora_damaged`, `lora_wrong`."""
        family = families.get(told.family)
        proof, sha256 = prove(file, str(drawing_base(base_models, families, told.family) or ""))
        if sha256 != told.sha256 or not (proof.header and proof.finite and proof.nonzero):
            raise InvalidError(
                "lora_damaged",
                "The LoRA in this file is damaged.",
                "Export the character again, or train them here.",
            )
        if proof.fit == "wrong":
            raise InvalidError(
                "lora_wrong",
                said("The LoRA in this file does not fit {model}.", model=family.label),
                "Train the person here instead.",
            )
        fit = told.proof.fit if proof.fit == "unchecked" and told.proof.fit != "wrong" else proof.fit
        return proof.model_copy(update={"fit": fit, "image": told.proof.image})

    return proven


def drawing_base(base_models: ComfyBaseModels, families: Families, family: str) -> Path | None:
    """Find the file that pictures of this family are made with here; None without one. InvalidError `family_unknown`."""
    path = base_models.resolve(None, families.get(family)).drawn_path
    return Path(path) if path else None
