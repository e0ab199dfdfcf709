from __future__ import annotations

from generation_house import house, quick  # noqa: F401 - fixtures
