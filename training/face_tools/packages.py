"""Fetching a library into a folder of its own below backends/faces, which nobody but the child that reads faces imports from."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from ...core import atomic
from ...core.errors import NotReadyError
from ...core.faces.face import Seen
from ...core.faces.reader import FaceReader
from ...core.photo_decoding.decoder import PhotoDecoder
from ...core.settings import Settings
from ..downloads.pip_fetch import has_pip, pip
from ..tasks.task import Task


def install_library(
    task: Task, lock: Path, folder: Path, *, failed: str, meanwhile: Callable[[], object] | None = None
) -> None:
    """Put what `lock` names into `folder`, in place of what is there, and not before all of it has come. NotReadyError
    `packages_failed`, which says `failed`."""
    new = folder.with_name("new")
    shutil.rmtree(new, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    options = ["--only-binary", ":all:", "--target", str(new)]
    if not pip(task, "install", lock, options, home=folder.parent, meanwhile=meanwhile):
        hint = "The log's last lines say why. Check the internet connection, then press Retry."
        raise NotReadyError("packages_failed", failed, hint)
    shutil.rmtree(folder, ignore_errors=True)
    atomic.replace(new, folder)
    shutil.rmtree(folder.with_name("tmp"), ignore_errors=True)


def look_at_drawn(task: Task, reader: FaceReader) -> Seen:
    """Let a reader look at a picture that is drawn for it; both are closed afterwards. Raises as `FaceReader.look`."""
    task.tell("checking")
    picture, decoder = task.dir / "drawn.jpg", PhotoDecoder()
    try:
        decoder.draw(1, picture)
        return reader.look(picture)
    finally:
        decoder.close()
        reader.close()
        picture.unlink(missing_ok=True)


def why_not(settings: Settings) -> str:
    """Why nothing can be fetched here; '' where it can."""
    if not settings.allow_setup:
        return "Whoever set up this computer has switched installing off."
    return "" if has_pip() else "ComfyUI's Python has no pip to download it with."
