"""What is ready when the door opens."""

from __future__ import annotations

from isengard.core.plugins import SEAMS
from isengard.web.route_table import ROUTES


def test_the_first_page_waits_for_no_import(server, api):
    """Cold, the first questions took 290 ms instead of 60: handlers and plugins were looked for while ComfyUI's loop waited."""
    door = server.door
    assert set(door._handlers) == {route.handler for route in ROUTES}
    assert set(door.ready().registry._found) == set(SEAMS)
