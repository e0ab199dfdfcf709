"""The panel's calls made late, as on a slow line: a test that reads what has not come yet fails so, and not one time in a hundred."""

from __future__ import annotations

import os
from typing import Any

#: `BEFORE AFTER` in milliseconds: before a call goes to the server, and before its answer comes to the page.
VARIABLE = "ISENGARD_TEST_LATE_MS"
_SCRIPT = """(() => {
  const ask = globalThis.fetch.bind(globalThis);
  const waited = (ms) => new Promise((over) => setTimeout(over, ms));
  globalThis.fetch = async (...asked) => {
    if (!String(asked[0]?.url ?? asked[0]).includes("isengard/")) return ask(...asked);
    await waited(%d);
    const answer = await ask(...asked);
    await waited(%d);
    return answer;
  };
})()"""


def make_late(page: Any) -> None:
    """Make the calls of this page late where the variable says so."""
    if wanted := os.environ.get(VARIABLE):
        before, after = wanted.split()
        page.add_init_script(_SCRIPT % (int(before), int(after)))
