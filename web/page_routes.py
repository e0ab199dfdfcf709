"""The routes that are parts of ComfyUI's page: the panel's code, and the languages that it speaks."""

from __future__ import annotations

from .route import Route

#: Where extension/isengard.js finds the panel's code.
PANEL_CODE = "/panel.js"
#: Where the panel finds the languages besides its English.
LANGUAGES = "/languages"

PAGE_ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        PANEL_CODE,
        "panel.code",
        "The panel's own code, all of it, with an ETag",
        open=True,
        of_page=True,
    ),
    Route(
        "GET",
        LANGUAGES,
        "panel.languages",
        "The languages that there are, with an ETag",
        open=True,
        of_page=True,
    ),
    Route(
        "GET",
        f"{LANGUAGES}/{{language}}",
        "panel.language",
        "A language's words for the panel, and for what the server says, with an ETag",
        open=True,
        of_page=True,
    ),
)


def is_of_page(place: str) -> bool:
    """Tell whether an address below /isengard is a part of ComfyUI's page: whoever gets that gets it."""
    return place in (PANEL_CODE, LANGUAGES) or place.startswith(f"{LANGUAGES}/")
