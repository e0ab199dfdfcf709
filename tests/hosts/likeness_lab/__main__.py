"""`dev.py likeness FOLDER`: simulated walls of the people in FOLDER (a folder of photographs each); 0 when all targets hold.

Nothing of a face is written. People with five photographs and more get two walls each; the others are strangers in them."""

from __future__ import annotations

import argparse
import sys
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
    asked = ask.parse_args()
    data = ready_face_tools().parents[1]
    measurer = walls.Measurer(find_tools(DataPaths(data, data / "logs")))
    try:
        people = walls.people_of(asked.people, measurer)
        found = []
        for cast in walls.casts(people):
            found.append(walls.measured(cast, measurer))
            say(f"measured a wall of {cast.person}")
    finally:
        measurer.close()
    if not found:
        raise SystemExit(f"{asked.people}: nobody has {walls.LEAST_PHOTOS} photographs with a face.")
    told, holds = report.report(found)
    print(told)
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(main())
