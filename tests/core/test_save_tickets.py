"""Tickets that another process takes at the same moment, as Windows tells it."""

from __future__ import annotations

from pathlib import Path

import pytest
from isengard.core.generations.save_tickets import SaveTickets
from isengard.core.ids import new_id


@pytest.mark.parametrize("call", ["read_text", "unlink"])
@pytest.mark.parametrize("fault", [PermissionError(13, "Access is denied"), FileNotFoundError(2, "gone")])
def test_a_ticket_that_is_being_taken_is_taken(paths, monkeypatch, call, fault):
    tickets, generation_id = SaveTickets(paths), new_id("gen")
    ticket = tickets.issue(generation_id, 2)
    real = getattr(Path, call)

    def taken(file, *arguments, **options):
        if file.suffix == ".0":
            raise fault
        return real(file, *arguments, **options)

    with monkeypatch.context() as windows:
        windows.setattr(Path, call, taken)
        assert tickets.redeem(ticket) == generation_id, "the second picture's"
        tickets.issue(generation_id, 2)
        tickets.void(generation_id)
    tickets.void(generation_id)
    assert tickets.redeem(ticket) is None and list((paths.run / "tickets").iterdir()) == []
