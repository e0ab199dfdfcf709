from __future__ import annotations

import pytest
from isengard.core.version import numbers


@pytest.mark.parametrize(
    "text, value",
    [
        ("0.3.75", (0, 3, 75)),
        ("v0.3.75", (0, 3, 75)),
        ("8.9", (8, 9)),
        ("0.26.0-dev", (0, 26, 0)),
        ("0.4.rc1", (0, 4)),
        ("unknown", ()),
        ("", ()),
    ],
)
def test_versions_are_compared_by_their_leading_numbers(text, value):
    assert numbers(text) == value
    assert numbers("0.10.0") > numbers("0.9.9")
