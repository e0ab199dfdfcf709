from __future__ import annotations

from generation_house import house, quick  # noqa: F401 - fixtures
from identity_house import ann, api, bob, server, versions  # noqa: F401 - fixtures
