from __future__ import annotations

from training_house import ann, house, start_worker  # noqa: F401 - fixtures
