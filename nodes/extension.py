"""The list of our nodes for ComfyUI (V3 entry point)."""

from __future__ import annotations

from comfy_api.latest import ComfyExtension, io

from . import replacements
from .apply_identity import IsengardApplyIdentity
from .apply_identity_region import IsengardApplyIdentityRegion
from .apply_reference import IsengardApplyReference
from .character import IsengardCharacter
from .character_batch import IsengardCharacterBatch
from .context import running_in
from .identity_score import IsengardIdentityScore
from .lora_stack import IsengardLoRAStack
from .picture import IsengardPicture
from .placeholder_image import IsengardPlaceholderImage
from .request import IsengardRequest
from .save_image import IsengardSaveImage
from .train_lora import IsengardTrainLoRA


class IsengardExtension(ComfyExtension):
    async def on_load(self) -> None:
        if (host := running_in()) is not None:
            await replacements.register(host)

    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        return [
            IsengardCharacter,
            IsengardApplyIdentity,
            IsengardApplyIdentityRegion,
            IsengardApplyReference,
            IsengardRequest,
            IsengardPicture,
            IsengardTrainLoRA,
            IsengardSaveImage,
            IsengardPlaceholderImage,
            IsengardIdentityScore,
            IsengardCharacterBatch,
            IsengardLoRAStack,
        ]
