"""Routes of albums and photo days, a part of the one table (route_table.py)."""

from __future__ import annotations

from .route import Route

GALLERY_ROUTES: tuple[Route, ...] = (
    Route("GET", "/albums", "gallery.albums.list_all", "Albums, newest first"),
    Route("POST", "/albums", "gallery.albums.create", "Make an album", "AlbumDraft"),
    Route("PATCH", "/albums/{id}", "gallery.albums.rename", "Rename an album", "AlbumDraft"),
    Route("DELETE", "/albums/{id}", "gallery.albums.delete", "Take an album away; its pictures stay"),
    Route("POST", "/albums/{id}/restore", "gallery.albums.restore", "Bring an album back"),
    Route("GET", "/albums/{id}/export", "gallery.albums.give", "An album's pictures as a zip file"),
    Route(
        "POST", "/photo-days/plan", "gallery.photo_days.plan", "What a photo day would be", "PhotoDayOrder"
    ),
    Route("GET", "/photo-days", "gallery.photo_days.list_all", "Photo days, newest first"),
    Route("POST", "/photo-days", "gallery.photo_days.begin", "Begin a photo day", "PhotoDayOrder"),
    Route(
        "GET", "/photo-days/{id}", "gallery.photo_days.get", "A photo day with what was found of each picture"
    ),
    Route(
        "DELETE",
        "/photo-days/{id}",
        "gallery.photo_days.remove",
        "Remove a photo day's plan; its pictures stay",
    ),
    Route("POST", "/photo-days/{id}/pause", "gallery.photo_days.pause", "Pause a photo day"),
    Route("POST", "/photo-days/{id}/resume", "gallery.photo_days.resume", "Go on with a photo day"),
    Route("POST", "/photo-days/{id}/end", "gallery.photo_days.end", "End a photo day; what is drawn stays"),
    Route(
        "POST",
        "/photo-days/{id}/end/undo",
        "gallery.photo_days.undo_end",
        "Draw what the end of a photo day has left out after all",
    ),
    Route(
        "PATCH",
        "/photo-days/{id}/pictures/{n}",
        "gallery.photo_days.choose",
        "Keep, reject or bring back one picture",
        "PictureChoice",
    ),
    Route("GET", "/photo-days/{id}/export", "gallery.photo_days.give", "A photo day's keepers as a zip file"),
)
