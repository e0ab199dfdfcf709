"""The web layer in a process of its own, measured: prints its port, then for each line on stdin how its loop and memory do.

Run as `python panel_server.py TESTS_FOLDER BASE_FOLDER`; ends at the end of input.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

TICK_S = 0.005


def main() -> None:
    tests, base = sys.argv[1:]
    sys.path.insert(0, tests)
    import conftest  # noqa: F401 - loads the pack
    from hosts.journey import Api
    from pytest import MonkeyPatch
    from support.roomy_disk import make_roomy
    from support.web_server import WebServer

    make_roomy(MonkeyPatch())

    server = WebServer(Path(base), environment={"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "1"})
    Api(server.url).wait_until_ready()
    late: list[float] = []
    asyncio.run_coroutine_threadsafe(watch(late), server._loop)
    say({"port": server.port, "data": str(server.services.paths.root), "epoch": server.services.ledger.epoch})
    for _ in sys.stdin:
        late.sort()
        worst, p99 = (late[-1], late[int(len(late) * 0.99)]) if late else (0.0, 0.0)
        say({"worst_ms": worst, "p99_ms": p99, "ticks": len(late), "resident_bytes": resident()})
        late.clear()
    server.close()


async def watch(late: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(TICK_S)
        late.append((time.perf_counter() - began - TICK_S) * 1000)


def resident() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def say(value: object) -> None:
    print(json.dumps(value), flush=True)


main()
