"""What was lost and came back from the files beside it, as it is told until a person has read it."""

from __future__ import annotations

from typing import Literal

from .base import Record

#: a damaged jobs.db, a Redis that had lost (or never had) the jobs, a damaged isengard.db
RecoveryCode = Literal["jobs_rebuilt", "jobs_refilled", "people_rebuilt"]


class Recovery(Record):
    """`count` jobs or people came back; `file`: what the damaged database is called now, in the data folder."""

    code: RecoveryCode
    at: str
    count: int
    file: str = ""
