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
    from hosts.likeness_lab import walls
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
        type=Path,
        metavar="FILE",
        help="through the routes and the reading child, by the server's thresholds and by those chosen on the other half of the people; FILE keeps what was told of each wall, and the next run begins there",
    )
    asked = ask.parse_args()
    data = ready_face_tools().parents[1]
    measurer = walls.Measurer(find_tools(DataPaths(data, data / "logs")))
    try:
        casts = _some(list(walls.casts(walls.people_of(asked.people, measurer))), asked.walls)
        if not casts:
            raise SystemExit(f"{asked.people}: nobody has {walls.LEAST_PHOTOS} photographs with a face.")
        return (
            0
            if (_over_http(casts, measurer, asked.http) if asked.http else _computed(casts, measurer))
            else 1
        )
    finally:
        measurer.close()


def _some(casts: list, count: int | None) -> list:
    return casts[:: max(1, len(casts) // count)][:count] if count else casts


def _computed(casts: list, measurer) -> bool:
    """Tell whether the rules hold what is asked, without a server."""
    from hosts.environments import say
    from hosts.likeness_lab import report, walls

    found = []
    for cast in casts:
        found.append(walls.measured(cast, measurer))
        say(f"measured a wall of {cast.person}")
    told, holds = report.report(found)
    print(told)
    return holds


def _over_http(casts: list, measurer, file: Path) -> bool:
    """Tell whether servers hold what is asked, and choose as the rules do."""
    from hosts.environments import say
    from hosts.likeness_lab import http_report, keeping, over_http, verdicts, walls

    kept = keeping.Kept(file)
    for cast in casts:
        if keeping.key_of(cast) not in kept.computed:
            kept.computed[keeping.key_of(cast)] = keeping.computed(walls.measured(cast, measurer))
            kept.keep()
            say(f"measured a wall of {cast.person}")
    signs = [sign for cast in casts for sign in kept.computed[keeping.key_of(cast)].signs]
    others = verdicts.thresholds_of_others(signs)
    for cast in casts:
        if keeping.key_of(cast) not in kept.answers:
            with tempfile.TemporaryDirectory(prefix="isengard-likeness-") as folder:
                kept.answers[keeping.key_of(cast)] = over_http.asked(cast, Path(folder), others[cast.person])
            kept.keep()
            say(http_report.walls(kept.answers[keeping.key_of(cast)][:1])[0].strip())
    of_walls = [kept.answers[keeping.key_of(cast)] for cast in casts]
    told = [
        http_report.report([own for own, _ in of_walls], "the server's own thresholds"),
        http_report.report(
            [other for _, other in of_walls], "thresholds chosen on the other half of the people"
        ),
    ]
    print("\n".join(text for text, _ in told))
    for nearest, gap in sorted(set(others.values())):
        print(f"chosen by one half: u < {nearest:.3f}, gap > {gap:.2f}")
    same = [
        kept.computed[keeping.key_of(cast)].is_told_by(own)
        for cast, (own, _) in zip(casts, of_walls, strict=True)
    ]
    print(f"the server and the rules choose the same in {sum(same)} of {len(same)} walls")
    return all(same) and all(holds for _, holds in told)


if __name__ == "__main__":
    raise SystemExit(main())
