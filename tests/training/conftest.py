from __future__ import annotations

from training_house import ann, house, redis_url, start_worker  # noqa: F401 - fixtures
