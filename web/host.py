"""The ComfyUI that we live in, as web/ needs it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class Host(Protocol):
    """The part of ComfyUI that web/ needs (comfy_host.ComfyHost, or a stand-in in tests)."""

    @property
    def version(self) -> str: ...

    @property
    def frontend(self) -> str:
        """The frontend's version, or where it comes from."""

    def capabilities(self) -> list[dict[str, str | bool]]:
        """{name, since, present} of each thing that not every ComfyUI has."""

    @property
    def device_name(self) -> str:
        """The device that it computes on, in its own words."""

    @property
    def user_directory(self) -> Path: ...

    @property
    def locale(self) -> str:
        """The language that it is set to; empty where that is not known."""

    @property
    def listen_is_loopback(self) -> bool: ...

    @property
    def server_url(self) -> str: ...

    @property
    def can_restart(self) -> bool: ...

    @property
    def another(self) -> dict[str, object]:
        """How a second ComfyUI is started beside it; empty where nobody can tell."""

    @property
    def queue_length(self) -> int: ...

    def restart(self) -> None: ...

    def free(self) -> None:
        """Empty its memory between two prompts: models, LoRAs, and what nodes gave out."""

    def prompts(self) -> list[tuple[str, object, object]]:
        """Every prompt that ComfyUI knows, queued, running or done: its id, its graph, its outputs."""

    def model_names(self, folder: str) -> list[str]: ...

    def model_path(self, folder: str, name: str) -> Path | None: ...

    def model_folders(self, folder: str) -> list[Path]: ...

    def own_folders(self) -> dict[str, Path]: ...

    def register_loras(self, folder: Path) -> None: ...


@dataclass(frozen=True)
class Alone:
    """The stand-in for services while there are none: ComfyUI itself."""

    host: Host
