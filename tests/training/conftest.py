from __future__ import annotations

from support.training_fixtures import ann, house, redis_url, start_worker  # noqa: F401 - fixtures
