"""What was lost and came back from the files beside it, as it is told until a person has read it."""

from __future__ import annotations

from typing import Literal

from .base import Stored

#: a damaged jobs.db, a Redis that had lost (or never had) the jobs, a damaged isengard.db; single damaged records of
#: either, that came back or did not
RecoveryCode = Literal[
    "jobs_rebuilt", "jobs_refilled", "people_rebuilt", "records_rebuilt", "records_left_out"
]


class Recovery(Stored):
    """`count` jobs, people or records came back (or did not: `records_left_out`); `file`: where what was damaged is kept, in
    the data folder."""

    code: RecoveryCode
    at: str
    count: int
    file: str = ""
