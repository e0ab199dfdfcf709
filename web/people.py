"""Forgetting a person across the library and the ledger: by hand, or when their 30 days in the trash are over."""

from __future__ import annotations

from ..core.errors import ConflictError
from ..core.forgetting import forget
from ..core.job_states import ENDED
from ..core.ledger import JobFilter
from ..core.records.job import Job
from .services import Services


def forget_person(services: Services, character_id: str) -> dict[str, int]:
    """Everything of theirs, with a report of what went.

    Raises ConflictError `job_still_running` while one of their jobs ends, NotFoundError where there is no such person.
    """
    services.characters.get(character_id, deleted=True)
    jobs = _jobs_of(services, character_id)
    for job in jobs:
        if job.state not in ENDED:
            services.ledger.order(job.id, "cancel")
    if any(services.ledger.get(job.id).state not in ENDED for job in jobs):
        raise ConflictError(
            "job_still_running",
            "A training of this person is being stopped.",
            "Wait a few seconds until it has ended, then forget again.",
        )
    job_ids = [job.id for job in jobs]
    report = forget(services.library, services.paths, services.characters, character_id, job_ids)
    for job_id in job_ids:
        services.ledger.forget(job_id)
    return report.as_dict()


def _jobs_of(services: Services, character_id: str) -> list[Job]:
    jobs: list[Job] = []
    cursor = None
    while True:
        page = services.ledger.jobs(JobFilter(character_id=character_id), limit=200, cursor=cursor)
        jobs += page.items
        cursor = page.next_cursor
        if cursor is None:
            return jobs
