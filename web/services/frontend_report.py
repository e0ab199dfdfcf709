"""What the panel tells of the page that it is in: which of ComfyUI's frontends, its release, and what it has of what we use.

The server cannot know it: it is asked for with the report, whose link the panel makes.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ...core.errors import InvalidError

_Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
#: A release has no room for a name or a path.
_Release = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.+ -]{0,20}$")]


class Capability(BaseModel):
    """A row of the table in js/comfy_capabilities.js; `since` is the frontend's release that brought it."""

    model_config = ConfigDict(extra="ignore", strict=True)
    name: _Name
    since: _Release
    present: bool


class FrontendReport(BaseModel):
    """`adapter` is the file that speaks with the page: comfy.js or comfy_sdk.js."""

    model_config = ConfigDict(extra="ignore", strict=True)
    adapter: Literal["app", "sdk"]
    version: _Release
    capabilities: Annotated[list[Capability], Field(max_length=60)]


def told(text: str) -> FrontendReport | None:
    """None where nothing was said. Raises InvalidError for anything but such a report."""
    if not text:
        return None
    try:
        return FrontendReport.model_validate_json(text)
    except ValidationError:
        raise InvalidError(
            "bad_query", "frontend must be what the panel says of ComfyUI's frontend.", "Correct the address."
        ) from None
