from __future__ import annotations

from support.generation_fixtures import house, quick  # noqa: F401 - fixtures
from support.ledger_fixtures import ledger, open_ledger, redis_server  # noqa: F401 - fixtures
