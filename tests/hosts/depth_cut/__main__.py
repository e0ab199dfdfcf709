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
    from hosts.depth_cut.trainer_side import MAKERS
    from hosts.environments import say
    from support.trainer_configs import ways

    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("family", nargs="+", choices=[way for way in ways() if way in MAKERS])
    ask.add_argument("--trainer", type=Path, help="the folder of a real AI-Toolkit")
    ask.add_argument("--trainer-python", type=Path, help="the Python that runs it")
    ask.add_argument("--recipe", default="", help="another workflow of the family's than its usual one")
    ask.add_argument("--bits", type=int, default=8, help="the form of the weights that it is trained in")
    ask.add_argument(
        "--offline", action="store_true", help="fetched by the pack, then trained without a network"
    )
    asked = ask.parse_args()
    fine = True
    for family in asked.family:
        with tempfile.TemporaryDirectory(prefix="isengard-family-") as folder:
            holds, row = one(family, Path(folder), asked)
        say(row)
        fine = fine and holds
    return 0 if fine else 1


def one(way: str, work: Path, asked: argparse.Namespace) -> tuple[bool, str]:
    """Whether all holds, and what became of it."""
    from hosts import fixtures
    from hosts.depth_cut import build, drive, offline, recovery

    if not asked.trainer:
        photos = fixtures.portraits(work / "photos", 3) if asked.recipe else None
        made = drive.run(way, work / "host", photos=photos, recipe=asked.recipe)
        return made.holds, made.row()
    trainer, order = trainer_environment(asked.trainer, asked.trainer_python), {}
    if asked.bits == 8:
        source = build.hub(way, asked.trainer_python)
    else:
        source = recovery.hub_with_adapter(way, asked.trainer_python, asked.bits, work / "hub")
        trainer |= recovery.with_a_card(work / "card")
        order = {"overrides": {**drive.TRAINING["overrides"], "bits": asked.bits}}
    photos = fixtures.portraits(work / "photos", 6)
    if asked.offline:
        apart = offline.run(way, work, source, trainer, photos, order)
        holds, row = apart.holds, apart.row()
    else:
        trainer |= {"HF_HOME": str(source)}
        found = drive.run(
            way, work / "host", trainer=trainer, photos=photos, recipe=asked.recipe, asked=order
        )
        holds, row = found.holds, found.row()
    if asked.bits != 8:
        [log] = (work / "host").glob("user/__isengard/jobs/*/trainer.log")
        taken, all_of_it = recovery.matrices_under(log.read_text(encoding="utf-8", errors="replace"))
        row += f" | {asked.bits} bits: {taken} of {all_of_it} matrices under the adapter"
        holds = holds and 0 < taken == all_of_it
    return holds, row


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
