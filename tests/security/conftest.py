"""Sources are parsed here."""

from support.garbage import nothing_left_to_tell  # noqa: F401 - a fixture
