"""docs/gestures.md: forty gestures of newcomers, and each is held by a test that is there."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
PAGE = TESTS.parent / "docs" / "gestures.md"
_ROW = re.compile(
    r"^\| (?P<who>.+?) \| (?P<what>.+?) \| `(?P<file>[\w/.]+)`: `(?P<test>.+?)` \|$", re.MULTILINE
)


def test_each_of_forty_gestures_is_held_by_a_test():
    rows = list(_ROW.finditer(PAGE.read_text(encoding="utf-8")))
    assert len(rows) == len({row["who"] for row in rows}) == 40
    gone = []
    for row in rows:
        told = f'test("{row["test"]}"' if row["file"].endswith(".mjs") else f"def {row['test']}("
        if told not in (TESTS / row["file"]).read_text(encoding="utf-8"):
            gone.append(f"{row['file']}: {row['test']}")
    assert not gone, gone
