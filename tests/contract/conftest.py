from __future__ import annotations

from generation_house import house, quick  # noqa: F401 - fixtures
from ledger_house import ledger, open_ledger, redis_server  # noqa: F401 - fixtures
