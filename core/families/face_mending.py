"""How a face of a drawn picture is drawn again with a family: how large, how far around it, how much of it may change."""

from __future__ import annotations

from pydantic import Field, field_validator

from ..records.base import Record


class FaceMending(Record):
    """Numbers of a family's second pass; the sources of `side` and `denoise` stand in the TOML files.

    - `side`: pixels of the square that the region is enlarged to. It is scaled down again afterwards, so that more than the model needs
      to draw well only costs time.
    - `denoise`: where the pass begins in the family's own schedule. All begin with about as much noise as Stable Diffusion's 0.4, which
      is ADetailer's default (0.54 of what is there is noise then): a pose stays, features may change.
    - `prompt`: what is asked for; `{who}` is the person, `{look}` what the picture's own prompt says of light, medium and face.
    - `reach`: the region's side in faces, as found (brows to chin). 2.5 hold the whole head, hair included, and some of what is around
      it, which the model needs for light and neck; Impact Pack's detailer takes 3.
    - `feather`: the share of the side over which old and new mix. A head is about 1.6 faces: at 2.5 it ends where 0.18 begins.
    """

    side: int = Field(ge=256, le=1536, multiple_of=64)
    denoise: float = Field(gt=0.0, lt=1.0)
    prompt: str
    reach: float = Field(default=2.5, ge=1.5, le=5.0)
    feather: float = Field(default=0.18, gt=0.0, lt=0.5)

    @field_validator("prompt")
    @classmethod
    def _names_the_person(cls, prompt: str) -> str:
        if "{who}" not in prompt or "{look}" not in prompt:
            raise ValueError("it needs {who} and {look}")
        return prompt
