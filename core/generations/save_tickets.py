"""Which generation a save node may write into: by a ticket that only its own prompts hold, good for so many pictures.

ComfyUI shows its queue to everybody who can reach it. What stands in a prompt is therefore no id of ours, is worth
nothing once the pictures are there, and leads to no folder. The tickets lie in run/tickets, because the ComfyUI that makes
the pictures may be another process than the one that asks for them.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Callable, Collection
from pathlib import Path

from .. import atomic
from ..ids import is_id
from ..paths import DataPaths

#: Redeemed meanwhile; Windows refuses a file that somebody else is about to remove.
_REDEEMED = (FileNotFoundError, PermissionError)


class SaveTickets:
    """Tickets in files, one for each picture that may still be saved, named by the ticket's hash: reading the folder gives none away."""

    def __init__(self, paths: DataPaths) -> None:
        self._folder = paths.run / "tickets"

    def issue(self, generation_id: str, pictures: int) -> str:
        """A new ticket for so many pictures of this generation."""
        ticket = secrets.token_urlsafe(24)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        for number in range(pictures):
            atomic.write_text(self._folder / f"{_mark(ticket)}.{number}", generation_id)
        return ticket

    def redeem(self, ticket: str) -> str | None:
        """Take the generation's id for one picture of its ticket; None for what is not a ticket (any more)."""
        for file in sorted(self._folder.glob(f"{_mark(ticket)}.*")):
            generation_id = _read(file)
            try:
                file.unlink()  # whoever removes it has it
            except _REDEEMED:
                continue
            if is_id("gen", generation_id):
                return generation_id
        return None

    def holder(self, ticket: str) -> str | None:
        """Tell whose ticket it is without taking it; None for what is not a ticket (any more)."""
        found = (_read(file) for file in sorted(self._folder.glob(f"{_mark(ticket)}.*")))
        return next((generation_id for generation_id in found if is_id("gen", generation_id)), None)

    def void(self, generation_id: str) -> None:
        """Let nothing more be saved into this generation."""
        self._void(lambda of: of == generation_id)

    def void_all_but(self, generation_ids: Collection[str]) -> None:
        """Remove at a start what a crash left of generations that have ended, or of proofs."""
        self._void(lambda of: of not in generation_ids)

    def _void(self, over: Callable[[str], bool]) -> None:
        for file in self._folder.glob("*"):
            if over(_read(file)):
                with contextlib.suppress(*_REDEEMED):
                    file.unlink()


def _mark(ticket: str) -> str:
    return hashlib.sha256(ticket.encode("utf-8", "surrogatepass")).hexdigest()


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except _REDEEMED:
        return ""
