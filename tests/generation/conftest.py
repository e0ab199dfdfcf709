from __future__ import annotations

from support.generation_fixtures import house, quick  # noqa: F401 - fixtures
from support.identity_fixtures import ann, api, bob, server, versions  # noqa: F401 - fixtures
