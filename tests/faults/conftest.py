from __future__ import annotations

from support.ledger_fixtures import redis_server  # noqa: F401 - fixture
from support.training_fixtures import ann, house, redis_url, start_worker  # noqa: F401 - fixtures
