"""What /health answers, for openapi.json."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from ...core.loops import Trouble
from ...core.records.recovery import Recovery
from ...core.records.spoken import Sentence


class WorkerSummary(BaseModel):
    """Whether a worker of this server runs, and how many live in all."""

    running: bool
    count: int


class HostSummary(BaseModel):
    """The ComfyUI that we live in."""

    loopback: bool
    can_restart: bool


class Slip(BaseModel):
    """A place where a file is wrong, for the person who wrote it: `kind` settings_slip | setting_slip | pack_slip. Repeats nothing of
    the file, which may hold a secret; `line` 0 where it is not known."""

    kind: str
    file: str
    line: int
    reason: str
    said: dict[str, Sentence]


class Health(BaseModel):
    """State of server, worker and mode; `next_mode` is the one of the next start, `mode_fixed` where the environment says it, `boot_id` changes at every start, `epoch` when the
    ledger begins anew."""

    status: Literal["ok"]
    version: str
    mode: str
    next_mode: str
    mode_fixed: bool
    language: str
    boot_id: str
    epoch: str
    comfyui: str
    worker: WorkerSummary
    host: HostSummary
    missing: list[str]
    loops: list[Trouble]
    slips: list[Slip]
    recoveries: list[Recovery]
