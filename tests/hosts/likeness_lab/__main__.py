"""`dev.py likeness FOLDER`: simulated walls of the people in FOLDER (a folder of photographs each); 0 when all targets hold.

Nothing of a face is written. People with five photographs and more get two walls each; the others are strangers in them."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TESTS))


def main() -> int:
    import conftest  # noqa: F401 - makes this checkout the package `isengard`
    from hosts.environments import say
    from hosts.likeness_lab import report, walls
    from isengard.core.faces.tools import find_tools
    from isengard.core.paths import DataPaths
    from support.face_fixtures import ready_face_tools

    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("people", type=Path, help="a folder that holds a folder of photographs for each person")
    ask.add_argument(
        "--walls", type=int, metavar="N", help="so many of them, of people far apart in the list"
    )
    ask.add_argument(
        "--http",
        action="store_true",
        help="through the routes and the reading child too: does the server choose the same?",
    )
    asked = ask.parse_args()
    data = ready_face_tools().parents[1]
    measurer = walls.Measurer(find_tools(DataPaths(data, data / "logs")))
    try:
        casts = _some(list(walls.casts(walls.people_of(asked.people, measurer))), asked.walls)
        found = []
        for cast in casts:
            found.append(walls.measured(cast, measurer))
            say(f"measured a wall of {cast.person}")
    finally:
        measurer.close()
    if not found:
        raise SystemExit(f"{asked.people}: nobody has {walls.LEAST_PHOTOS} photographs with a face.")
    told, holds = report.report(found)
    print(told)
    same = [_is_same(*pair) for pair in zip(casts, found, strict=True)] if asked.http else []
    return 0 if holds and all(same) else 1


def _some(casts: list, count: int | None) -> list:
    return casts[:: max(1, len(casts) // count)][:count] if count else casts


def _is_same(cast, wall) -> bool:
    """Tell whether the server chooses as the rules do."""
    from hosts.likeness_lab import over_http, verdicts
    from isengard.core.faces.choosing import choose

    case = verdicts.case_of(wall)
    choice = choose(case.rows, case.own)
    with tempfile.TemporaryDirectory(prefix="isengard-likeness-") as folder:
        best, faults = over_http.chosen_over_http(cast, Path(folder))
    same = best == choice.best and faults == {file: list(told) for file, told in choice.faults.items()}
    print(
        f"{cast.person}: the rules choose {choice.best}, the server {best}; faults {'the same' if same else faults}"
    )
    return same


if __name__ == "__main__":
    raise SystemExit(main())
