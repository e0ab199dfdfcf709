"""No control of the panel without a browser test that uses it: each test id of the sources is used somewhere here."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: What can be pressed, chosen or written in; the last part of a name may be a value.
CONTROLS = re.compile(
    r"""testid: [`"](isen-[a-z_-]+)|h\("(?:input|select|textarea|summary|a)", \{[^}]*?"data-testid": [`"](isen-[a-z_-]+)"""
)


def test_every_control_is_used_by_a_test():
    used = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("*.py"))
    missing = {}
    views = sorted((ROOT / "js" / "components").rglob("*.js"))
    assert len(views) > 60, "the panel's controls are looked for where they are not"
    for view in views:
        source = view.read_text(encoding="utf-8")
        names = {first or second for first, second in CONTROLS.findall(source)}
        unused = sorted(name for name in names if f'"{name}' not in used)
        if unused:
            missing[view.stem] = unused
    assert not missing, missing
