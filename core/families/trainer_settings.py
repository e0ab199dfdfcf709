"""What a trainer is told of a family besides the numbers of a training: `[trainer]` in the TOML files, the source beside each."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ..records.base import Record

#: `owner/name/file` on the hub
_HUB_FILE = r"^(|[\w.-]+/[\w.-]+/[\w.-]+\.safetensors)$"


class TrainerSettings(Record):
    """Schedule, optimizer and samples, in AI-Toolkit's words; frozen with a training, so that an update changes none that has begun.

    `assistant_lora`: a LoRA of the hub under which a distilled model is trained without losing its few steps (AI-Toolkit's
    `assistant_lora_path`); `extras`: the repository that text encoder and VAE are taken from where the base has none
    (`extras_name_or_path`). An optimizer in 8 bits is replaced by its whole one where there is no GPU.
    """

    noise_scheduler: Literal["flowmatch", "ddpm"]
    sampler: Literal["flowmatch", "ddpm"]
    timestep_type: str = Field(default="", pattern="^[a-z0-9_]*$")
    bypass_guidance_embedding: bool | None = None
    sample_guidance: float = Field(ge=0)
    sample_steps: int = Field(ge=1)
    optimizer: Literal["adamw8bit", "adamw", "adafactor"] = "adamw8bit"
    assistant_lora: str = Field(default="", pattern=_HUB_FILE)
    extras: str = Field(default="", pattern=r"^(|[\w.-]+/[\w.-]+)$")

    @property
    def hubs(self) -> list[str]:
        """The repositories that these settings make the trainer fetch from."""
        adapter = "/".join(self.assistant_lora.split("/")[:2])
        return [hub for hub in (adapter, self.extras) if hub]

    @classmethod
    def frozen(cls, stored: dict[str, Any]) -> TrainerSettings:
        """Read those of a training; what a newer version of us has added is left out."""
        return cls.model_validate({name: stored[name] for name in cls.model_fields if name in stored})
