"""What looking at photos costs beside another version of us: `python tests/hosts/likeness_lab/intake.py BEFORE FOLDER [FILES]`, with the test
environment's Python; BEFORE is a checkout of that version, FOLDER as `dev.py likeness` takes it. Real and drawn photos go to a server of each, a
batch to one and then to the other, until every face was looked at: CPU seconds of the whole process tree, seconds, and how late the loop was."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TESTS))
BATCH, FILES, PATIENCE_S = 30, 300, 900
#: A reader more comes where several photos wait.
WARM = 6
PICTURES = (".jpg", ".jpeg", ".png")
SIZES = ((900, 700), (1600, 1200), (3000, 4000))
TICKS = os.sysconf("SC_CLK_TCK")


def main(before: Path, folder: Path, count: int = FILES) -> int:
    import conftest  # noqa: F401 - makes this checkout the package `isengard`
    from support.face_fixtures import ready_face_tools
    from support.live_server import ServerProcess

    with tempfile.TemporaryDirectory(prefix="isengard-intake-") as base:
        photos = _photos(folder, Path(base), count)
        servers = {
            name: ServerProcess(Path(base) / name, pack=pack)
            for name, pack in (("before", before), ("now", None))
        }
        try:
            for server in servers.values():
                tools = Path(server.told["data"]) / "backends"
                tools.mkdir(parents=True, exist_ok=True)
                (tools / "faces").symlink_to(ready_face_tools())
                _batch(server, photos[:WARM])  # decoders and readers are up
                server.ask()
            spent = {name: [0.0, 0.0] for name in servers}
            for start in range(0, len(photos), BATCH):
                order = list(servers) if start // BATCH % 2 else list(servers)[::-1]
                for name in order:
                    for at, seconds in enumerate(_timed(servers[name], photos[start : start + BATCH])):
                        spent[name][at] += seconds
            _tell(servers, spent, len(photos))
        finally:
            for server in servers.values():
                server.close()
    return 0


def _photos(folder: Path, base: Path, count: int) -> list[Path]:
    """Every real one, each followed by drawn ones, so that any batch has both."""
    from support.pictures import drawing

    real = sorted(file for file in folder.rglob("*") if file.suffix in PICTURES)[:count]
    drawn = []
    for seed in range(count - len(real)):
        drawn.append(base / f"drawn{seed}.jpg")
        drawing(seed, SIZES[seed % len(SIZES)]).save(drawn[-1], quality=92)
    every = max(1, len(real)) / max(1, count)
    taken, mixed = 0, []
    for at in range(count):
        if taken < len(real) and taken <= at * every:
            mixed.append(real[taken])
            taken += 1
        elif drawn:
            mixed.append(drawn.pop())
    return mixed


def _timed(server, photos: list[Path]) -> tuple[float, float]:
    """(CPU seconds, seconds)."""
    cpu, began = _cpu(server), time.perf_counter()
    _batch(server, photos)
    return _cpu(server) - cpu, time.perf_counter() - began


def _batch(server, photos: list[Path]) -> None:
    """One person more; the same file twice is refused."""
    api = server.api
    person = api.post("/characters", {"name": "Somebody"})
    for photo in photos:
        api.upload(person["id"], photo)
    deadline = time.monotonic() + PATIENCE_S
    while any(one["face"] is None for one in _listed(api, person)):
        assert time.monotonic() < deadline, "not looked at"
        time.sleep(0.1)


def _listed(api, person) -> list[dict]:
    return api.get(f"/characters/{person['id']}/photos")["items"]


def _cpu(server) -> float:
    """Of the server, of its children, and of those that have ended."""
    children, ticks = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        pid = int(stat.parent.name)
        children.setdefault(int(fields[1]), []).append(pid)
        ticks[pid] = sum(map(int, fields[11:15]))
    waiting, total = [server._process.pid], 0
    while waiting:
        pid = waiting.pop()
        total += ticks.get(pid, 0)
        waiting += children.get(pid, [])
    return total / TICKS


def _tell(servers, spent, count: int) -> None:
    print(f"{count} files, a batch of {BATCH} to one and to the other")
    for name, server in servers.items():
        cpu, seconds = (one / count for one in spent[name])
        late = server.ask()
        print(
            f"{name:<7} {cpu:.3f} CPU s a photo, {seconds:.3f} s; loop late by {late['worst_ms']:.0f} ms at worst, {late['p99_ms']:.1f} ms p99"
        )
    print(
        f"CPU {spent['now'][0] / spent['before'][0]:.2f} x, seconds {spent['now'][1] / spent['before'][1]:.2f} x"
    )


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:])))
