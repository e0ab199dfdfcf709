"""What routes of help, folders and disk space answer."""

from __future__ import annotations

from pydantic import BaseModel


class IssueDraft(BaseModel):
    """Title and text that the tracker's form for a new issue is filled with."""

    title: str
    body: str


class FolderPlace(BaseModel):
    """A folder of ours, and where it is."""

    name: str
    path: str


class FolderList(BaseModel):
    """`can_open`: whether the browser that asks sits on the computer that they are on, and that has a file manager."""

    can_open: bool
    items: list[FolderPlace]


class FreedSpace(BaseModel):
    """Bytes that went."""

    freed_bytes: int
