"""Several ComfyUIs of one data folder: which of them clears up and looks after what goes on, and whose pictures are whose.

Locks of the operating system say who lives: the one of `run/server.lock` is held by the server whose turn it is, and each holds one
of its own, by which the others know that its pictures are being drawn.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from .. import atomic
from ..ids import require_id
from ..paths import DataPaths, contained
from .file_lock import FileLock, held

_LOCK = "server.lock"
_SERVERS = "servers"
_DRAWN_BY = "drawn_by"
#: The server before this one may be about to end.
_ENDS_WITHIN_S = 2.0
_log = logging.getLogger("isengard.servers")


class Turn(Protocol):
    """The part of it that making pictures asks. `alone`: whether no other server lived when this one was started."""

    @property
    def alone(self) -> bool: ...

    def note(self, generation_id: str) -> None: ...

    def over(self, generation_id: str) -> None: ...

    def is_being_drawn(self, generation_id: str) -> bool: ...


class NobodyElse:
    """A turn where there is one server for certain."""

    alone = True

    def note(self, generation_id: str) -> None:
        """Nobody asks."""

    def over(self, generation_id: str) -> None:
        """Nobody asks."""

    def is_being_drawn(self, generation_id: str) -> bool:
        return False


@dataclass
class ServerTurn:
    """The turn of one server of a data folder, from its start to the end of its process. `server_id` is new at each start."""

    paths: DataPaths
    server_id: str
    #: Whether it was this server's turn from its start on: nobody else was doing anything then.
    alone: bool = False
    _turn: FileLock = field(init=False)
    _own: FileLock = field(init=False)
    _mine: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._turn = FileLock(self.paths.run / _LOCK)
        self._own = FileLock(self._server(self.server_id))

    def begin(self) -> None:
        """Ask before anything is cleared up. OSError."""
        for folder in (_SERVERS, _DRAWN_BY):
            (self.paths.run / folder).mkdir(mode=0o700, exist_ok=True)
        if not self._own.acquire():  # a disk without locks: everybody is alone there
            self.alone = True
            self._mine.set()
        elif self._turn.acquire(_ENDS_WITHIN_S):
            self.alone = self._clear()
            self._mine.set()
        else:
            _log.warning("Another ComfyUI uses this data folder: it looks after what goes on in it")

    def end(self) -> None:
        self._turn.release()
        self._own.release()

    @property
    def mine(self) -> bool:
        """Whether it is this server's turn now; taken over where the one before has ended."""
        if not self._mine.is_set() and self._turn.acquire():
            _log.warning("The other ComfyUI has ended: this one looks after what goes on")
            self._mine.set()
        return self._mine.is_set()

    def note(self, generation_id: str) -> None:
        """These pictures are drawn by this server, before anybody knows of them. OSError."""
        atomic.write_text(self._drawn_by(generation_id), self.server_id)

    def over(self, generation_id: str) -> None:
        with contextlib.suppress(OSError):  # the next start clears it away
            self._drawn_by(generation_id).unlink(missing_ok=True)

    def is_being_drawn(self, generation_id: str) -> bool:
        """Whether a server that lives, this one too, draws these pictures."""
        try:
            server_id = self._drawn_by(generation_id).read_text(encoding="utf-8")
        except OSError:
            return False
        return held(self._server(server_id))

    def _clear(self) -> bool:
        """Remove what servers that have ended left; whether none lives beside this one."""
        others = [file for file in (self.paths.run / _SERVERS).glob("*.lock") if file.stem != self.server_id]
        living = [file for file in others if held(file)]
        for file in set(others) - set(living):
            file.unlink(missing_ok=True)
        if living:
            return False
        for file in (self.paths.run / _DRAWN_BY).iterdir():
            file.unlink(missing_ok=True)
        return True

    def _server(self, server_id: str) -> Path:
        return contained(self.paths.run / _SERVERS, f"{server_id}.lock")

    def _drawn_by(self, generation_id: str) -> Path:
        return contained(self.paths.run / _DRAWN_BY, require_id("gen", generation_id))
