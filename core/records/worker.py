"""How a worker describes the machine it runs on, so that preflight knows where a training will run."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Stored
from .spoken import Spoken


class Gpu(Stored):
    uuid: str
    name: str
    total_bytes: int
    free_bytes: int
    maker: str = "NVIDIA"
    #: CUDA compute capability as `8.9`; empty where the driver does not tell, and for other makers
    compute: str = ""


class BackendState(Spoken, Stored):
    """`not_installed` and `broken` carry a `detail` a person can act on."""

    name: str
    version: str = ""
    state: Literal["ready", "not_installed", "broken", "unsupported"] = "ready"
    detail: str = ""


class Worker(Stored):
    """`beat` grows by one at every heartbeat; observers judge it by their own clock."""

    id: str
    host: str
    version: str
    gpus: list[Gpu] = Field(default_factory=list)
    backends: list[BackendState] = Field(default_factory=list)
    beat: int = 0
    pid: int = 0
    slots: int = 1
    system: str = ""
    memory_bytes: int = 0
    swap_bytes: int = 0
    #: whether it may fetch models behind a licence
    hub_token: bool = False
    #: what it read from the mark in its DATA_DIR
    data_mark: str = ""
