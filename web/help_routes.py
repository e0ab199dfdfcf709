"""Routes of help, folders and disk space: a part of the table in route_table.py."""

from __future__ import annotations

from .route import Route

HELP_ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/diagnostics/issue",
        "logs.issue",
        "Title and text for a new issue: versions, and nothing of anybody",
    ),
    Route("GET", "/storage", "help.storage.show", "What takes how much of the disk, as it was last measured"),
    Route("POST", "/storage/measure", "help.storage.measure", "Measure it in the background", "Nothing"),
    Route(
        "POST",
        "/storage/free",
        "help.storage.free",
        "Delete for good what is in the trash, can be made again, or was downloaded",
        "SpaceToFree",
    ),
    Route(
        "GET",
        "/storage/room",
        "help.storage.room",
        "Whether the disk has room for what is going on, and how much",
    ),
    Route("GET", "/folders", "help.storage.list_folders", "Isengard's folders, or those of one thing"),
    Route(
        "POST",
        "/folders/open",
        "help.storage.open_folder",
        "Show one of them on the computer that ComfyUI runs on",
        "FolderChoice",
    ),
)
