"""What the bodies of requests may be, for openapi.json: the records' models, and schemas of those that their routes read by hand."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ...core import settings
from ...core.generations.prompt_book import PromptMark
from ...core.records.album import AlbumDraft
from ...core.records.character import CharacterDraft, CharacterPatch
from ...core.records.generation import GenerationOrder
from ...core.records.photo import (
    CaptionEdits,
    CaptionPlan,
    CropBatch,
    CropBox,
    CropUndo,
    PhotoChoice,
    PhotoEdits,
    PhotoPatch,
    PhotoTurn,
)
from ...core.records.photo_day import PhotoDayOrder, PictureChoice
from ...core.records.picture_order import PictureOrder
from ...core.records.training import TrainingRequest
from ...generation.image.user_recipes import Agreement, RecipeDraft
from ..http.request_bodies import (
    Favourite,
    FolderChoice,
    GenerationPatch,
    JobMove,
    LoraAdoption,
    MoreSteps,
    PicturePlaces,
    PicturesPatch,
    PictureUse,
    PracticeThings,
    Retry,
    SetUpAndTrainOrder,
    SpaceToFree,
    VersionCompanions,
    VersionPick,
)
from ..services.prompting.style_records import StylePictureOrder

#: name in the route table -> model
BODIES: dict[str, type[BaseModel]] = {
    model.__name__: model
    for model in (
        CharacterDraft,
        CharacterPatch,
        GenerationOrder,
        PictureOrder,
        PictureUse,
        CaptionEdits,
        CaptionPlan,
        CropBatch,
        CropBox,
        CropUndo,
        PhotoPatch,
        PhotoEdits,
        PhotoChoice,
        PhotoTurn,
        PromptMark,
        StylePictureOrder,
        TrainingRequest,
        RecipeDraft,
        Agreement,
        Favourite,
        GenerationPatch,
        PicturePlaces,
        PicturesPatch,
        AlbumDraft,
        PhotoDayOrder,
        PictureChoice,
        JobMove,
        LoraAdoption,
        FolderChoice,
        MoreSteps,
        PracticeThings,
        Retry,
        SetUpAndTrainOrder,
        SpaceToFree,
        VersionCompanions,
        VersionPick,
    )
}


def _object(properties: dict[str, Any], *required: str, others: bool = False) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return schema if others else {**schema, "additionalProperties": False}


_AGREED = {"type": "boolean", "enum": [True]}
#: name in the route table -> schema
SCHEMAS: dict[str, dict[str, Any]] = {
    "SessionToken": _object({"token": {"type": "string"}}, "token", others=True),
    "SettingsChange": _object(
        {
            **{name: {"type": "string", "enum": list(values)} for name, values in settings.EDITABLE.items()},
            **{
                name: {"type": "string", "pattern": f"^(?:{pattern})$"}
                for name, pattern in settings.EDITABLE_PATTERNS.items()
            },
            "hf_token": {"type": "string", "pattern": "^[!-~]*$", "maxLength": 400},
        }
    ),
    "Confirmation": _object({"confirm": _AGREED}, "confirm"),
    "BackendSetup": {
        "anyOf": [
            _object({"confirm": _AGREED, "action": {"type": "string", "enum": ["install"]}}, "confirm"),
            _object({"action": {"type": "string", "enum": ["check"]}}, "action"),
        ]
    },
    "Restart": _object({"lose_queue": {"type": "boolean"}}, others=True),
    "Nothing": {"type": "object"},
    "LogLines": _object(
        {
            "lines": {
                "type": "array",
                "maxItems": 100,
                "items": _object({"message": {"type": "string"}}, "message", others=True),
            }
        },
        "lines",
        others=True,
    ),
}
