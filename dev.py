"""Development commands on a fresh machine: `demo`, `test`, `compare`, `families`, `bench`, `likeness`, `pages`, `pictures`. Standard library only; not in the archive.

python dev.py demo [--port N]        a real ComfyUI with this pack in fast-test mode and a sample character; stays up
python dev.py demo --check [--real]  photos -> training -> LoRA -> picture without a browser; prints the files
python dev.py test [--fast|--full] [pytest arguments]
    both take --comfyui FOLDER [--python P]: that ComfyUI (the folder with its main.py) instead of the bundled 0.3.75, in an
    environment made of its requirements, or over the packages of the Python that runs it; neither is written into
python dev.py compare BEFORE [AFTER] the same photos and seed trained by two versions (git revisions or folders)
python dev.py families FAMILY...     each at its real width, cut to a few blocks of random numbers, on a CPU: known, drawn with a LoRA,
    and with --trainer FOLDER --trainer-python P (a real AI-Toolkit) trained, FAMILY.ROUTE by that route; takes --comfyui as above
python dev.py bench                  what it costs, each measurement against its baseline in the same run
python dev.py likeness FOLDER        simulated walls of people (a folder of photographs each): are copies caught, is the choice right
python dev.py pages                  docs/errors.md, api.md, models.md and the others that are made from the code, with the nodes' words
python dev.py pictures [NAME...]     the README's pictures, the moving one too, and those under docs/, from a real ComfyUI
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "tests"))


#: Commands that run with the test environment's Python.
FOLDERS = {
    "bench": "benchmarks",
    "pages": "pages",
    "families": "hosts/depth_cut",
    "likeness": "hosts/likeness_lab",
    "pictures": "pages/pictures.py",
}


def choose(comfyui: str | None, python: str | None) -> None:
    """Say to every process of this run which ComfyUI is meant. SystemExit where there is none."""
    if python and not (comfyui or os.environ.get("COMFYUI_PATH")):
        raise SystemExit("--python says what runs a ComfyUI: name the ComfyUI with --comfyui FOLDER.")
    if comfyui and not (Path(comfyui) / "main.py").is_file():
        raise SystemExit(f"{Path(comfyui) / 'main.py'} is not there: name the folder of ComfyUI's own code.")
    if python and not Path(python).is_file():
        raise SystemExit(f"{python} is not a program.")
    for name, value in (("COMFYUI_PATH", comfyui), ("ISENGARD_TEST_PYTHON", python)):
        if value:
            os.environ[name] = str(Path(value).absolute())


def parser() -> argparse.ArgumentParser:
    """The commands and what they take."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="a real ComfyUI with this pack")
    demo.add_argument("--check", action="store_true", help="travel the main job without a browser, then end")
    demo.add_argument("--real", action="store_true", help="with AI-Toolkit and a tiny Stable Diffusion 1.5")
    demo.add_argument("--port", type=int, default=8188)
    test = commands.add_parser("test", help="set up and run every test")
    test.add_argument("--fast", action="store_true", help="without a ComfyUI, a browser or a training")
    test.add_argument("--full", action="store_true", help="with the long storms")
    families = commands.add_parser("families", help="a family at its real width on a CPU")
    families.add_argument(
        "family", nargs="+", help="the name of its record, such as flux1_dev; with a route: z_image.base"
    )
    families.add_argument("--trainer", metavar="FOLDER", help="a real AI-Toolkit, to train it too")
    families.add_argument("--trainer-python", metavar="P", help="the Python that runs it")
    families.add_argument(
        "--recipe", metavar="NAME", help="another workflow of the family's than its usual one"
    )
    families.add_argument(
        "--bits", metavar="N", help="train its weights in so many bits, for a card that is told"
    )
    families.add_argument(
        "--offline", action="store_true", help="let the pack fetch what the trainer reads, then train offline"
    )
    _add_measurements(commands)
    for command in (demo, test, families):
        command.add_argument(
            "--comfyui", metavar="FOLDER", help="the folder of ComfyUI's code, with main.py in it"
        )
        command.add_argument("--python", metavar="P", help="the Python that runs that ComfyUI")
    return parser


def _add_measurements(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    compare = commands.add_parser("compare", help="train the same with two versions and compare")
    compare.add_argument("before", help="a git revision or a folder")
    compare.add_argument("after", nargs="?", default=str(ROOT), help="default: this folder as it is")
    compare.add_argument(
        "--once", action="store_true", help="do not train BEFORE twice where the weights differ"
    )
    likeness = commands.add_parser("likeness", help="what the likeness rules say of simulated walls")
    likeness.add_argument("people", metavar="FOLDER", help="holds a folder of photographs for each person")
    likeness.add_argument("--walls", metavar="N", help="so many of them, of people far apart in the list")
    likeness.add_argument(
        "--http", metavar="FILE", help="over HTTP, by several thresholds; FILE keeps what was told so far"
    )
    commands.add_parser("bench", help="measurements against their baselines")
    commands.add_parser("pages", help="pages that are made from the code")
    pictures = commands.add_parser("pictures", help="pictures of the README and of docs/")
    pictures.add_argument("wanted", nargs="*", metavar="NAME", help="strip, states, moving")


def words_of(arguments: argparse.Namespace) -> list[str]:
    """Words for the command itself."""
    if arguments.command == "likeness":
        walls = ["--walls", arguments.walls] if arguments.walls else []
        return [arguments.people, *walls, *(["--http", arguments.http] if arguments.http else [])]
    if arguments.command == "pictures":
        return list(arguments.wanted)
    return families_words(arguments) if arguments.command == "families" else []


def families_words(arguments: argparse.Namespace) -> list[str]:
    """SystemExit for a trainer without its Python, or the other way round."""
    if bool(arguments.trainer) != bool(arguments.trainer_python):
        raise SystemExit("--trainer FOLDER and --trainer-python P go together.")
    trainer = ["--trainer", arguments.trainer, "--trainer-python", arguments.trainer_python]
    if (arguments.bits or arguments.offline) and not arguments.trainer:
        raise SystemExit(
            "--bits and --offline are about a training: name --trainer FOLDER and --trainer-python P."
        )
    words = [*arguments.family, *(trainer if arguments.trainer else [])]
    for name in ("recipe", "bits"):
        words += [f"--{name}", getattr(arguments, name)] if getattr(arguments, name) else []
    return [*words, *(["--offline"] if arguments.offline else [])]


def main() -> int:
    arguments, rest = parser().parse_known_args()
    if arguments.command in ("demo", "test", "families"):
        choose(arguments.comfyui, arguments.python)
    if arguments.command == "demo":
        from hosts import demo as demo_command

        if arguments.check:
            return demo_command.check(real=arguments.real)
        return demo_command.serve(arguments.port)
    if arguments.command in FOLDERS:
        from hosts.environments import HOST

        command = [str(HOST.ensure()), str(ROOT / "tests" / FOLDERS[arguments.command])]
        return subprocess.run([*command, *words_of(arguments)], check=False).returncode
    if arguments.command == "compare":
        from hosts import compare as compare_command

        return compare_command.compare(arguments.before, arguments.after, repeat=not arguments.once)
    from hosts import checks

    return checks.run(fast=arguments.fast, full=arguments.full, pytest_arguments=rest)


if __name__ == "__main__":
    raise SystemExit(main())
