"""`dev.py families FAMILY ...`: build and draw them, and train them where a trainer is named, by the usual route or by that of
`FAMILY.ROUTE`; 0 when all hold."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TESTS))


def main() -> int:
    import conftest  # noqa: F401 - makes this checkout the package `isengard`
    from hosts import fixtures
    from hosts.depth_cut import build, drive
    from hosts.depth_cut.trainer_side import MAKERS
    from hosts.environments import say
    from support.trainer_configs import ways

    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("family", nargs="+", choices=[way for way in ways() if way in MAKERS])
    ask.add_argument("--trainer", type=Path, help="the folder of a real AI-Toolkit")
    ask.add_argument("--trainer-python", type=Path, help="the Python that runs it")
    ask.add_argument("--recipe", default="", help="another workflow of the family's than its usual one")
    asked = ask.parse_args()
    fine = True
    for family in asked.family:
        with tempfile.TemporaryDirectory(prefix="isengard-family-") as folder:
            work, trainer, photos = Path(folder), None, None
            if asked.recipe:
                photos = fixtures.portraits(work / "photos", 3)
            if asked.trainer:
                trainer = trainer_environment(asked.trainer, asked.trainer_python) | {
                    "HF_HOME": str(build.hub(family, asked.trainer_python))
                }
                photos = fixtures.portraits(work / "photos", 6)
            found = drive.run(family, work / "host", trainer=trainer, photos=photos, recipe=asked.recipe)
        say(found.row())
        fine = fine and found.holds
    return 0 if fine else 1


def trainer_environment(folder: Path, python: Path) -> dict[str, str]:
    """A real AI-Toolkit whose fixed depths are cut (`cut_trainer`), on a CPU."""
    from hosts.depth_cut.families import KREA_WIDTH

    return {
        "ISENGARD_ALLOW_CPU": "1",
        "AI_TOOLKIT_DIR": str(Path(__file__).resolve().parent / "cut_trainer"),
        "AI_TOOLKIT_PYTHON": str(python),
        "HF_AITK_REAL": str(folder),
        "HF_CUT_KREA2": str(KREA_WIDTH),
    }


if __name__ == "__main__":
    raise SystemExit(main())
