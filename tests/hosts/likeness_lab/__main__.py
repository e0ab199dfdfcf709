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
        help="through the routes and the reading child too, by the server's thresholds and by those chosen on the other half of the people",
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
    over_http = _over_http(casts, found) if asked.http else True
    return 0 if holds and over_http else 1


def _some(casts: list, count: int | None) -> list:
    return casts[:: max(1, len(casts) // count)][:count] if count else casts


def _over_http(casts: list, found: list) -> bool:
    """Tell whether servers hold what is asked, and choose as the rules do."""
    from hosts.environments import say
    from hosts.likeness_lab import http_report, over_http, verdicts

    others = verdicts.thresholds_of_others(verdicts.signs_of(found))
    by_own, by_others, same = [], [], []
    for cast, wall in zip(casts, found, strict=True):
        with tempfile.TemporaryDirectory(prefix="isengard-likeness-") as folder:
            own, other = over_http.asked(cast, Path(folder), others[cast.person])
        by_own.append(own)
        by_others.append(other)
        same.append(_is_same(own, wall))
        say(http_report.walls([own])[0].strip())
    told = [
        http_report.report(by_own, "the server's own thresholds"),
        http_report.report(by_others, "thresholds chosen on the other half of the people"),
    ]
    print("\n".join(text for text, _ in told))
    print(f"the server and the rules choose the same in {sum(same)} of {len(same)} walls")
    return all(same) and all(holds for _, holds in told)


def _is_same(answer, wall) -> bool:
    """Tell whether the server chooses as the rules do."""
    from hosts.likeness_lab import verdicts
    from isengard.core.faces.choosing import choose

    case = verdicts.case_of(wall)
    choice = choose(case.rows, case.own)
    return answer.best == choice.best and answer.faults == {
        file: list(why) for file, why in choice.faults.items()
    }


if __name__ == "__main__":
    raise SystemExit(main())
