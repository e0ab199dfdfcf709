from __future__ import annotations

from ledger_house import redis_server  # noqa: F401 - fixture
from training_house import ann, house, redis_url, start_worker  # noqa: F401 - fixtures
