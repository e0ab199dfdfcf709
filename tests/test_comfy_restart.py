"""A program that starts itself again as ComfyUI is: the same process, arguments, folder and switches; a launcher is left a note."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from isengard.comfy_restart import SESSION, Launch

#: Says what it is; the first time it leaves its folder, opens a file that would outlive it, and starts itself again.
PROGRAM = """
import importlib.util, json, os, pathlib, sys
spec = importlib.util.spec_from_file_location("restart", RESTART)
restart = sys.modules["restart"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(restart)
launch = restart.Launch.ours()
leaked = os.environ.get("LEAKED")
is_open = bool(leaked) and os.path.exists(f"/dev/fd/{leaked}")
seen = {"pid": os.getpid(), "argv": sys.argv[1:], "cwd": os.getcwd(), "isolated": sys.flags.isolated, "open": is_open}
print(json.dumps(seen), flush=True)
sys.argv.clear()
if leaked is None:
    file = os.open(os.devnull, os.O_RDONLY)
    os.set_inheritable(file, True)
    os.environ["LEAKED"] = str(file)
    os.chdir("/")
    launch.repeat(opens_page=OPENS)
"""
RESTART = Path(__file__).resolve().parents[1] / "comfy_restart.py"
pages = pytest.mark.parametrize("opens_page", [False, True])


def written(folder: Path, opens_page: bool = False) -> Path:
    file = folder / "an odd name" / "__main__.py"
    file.parent.mkdir()
    file.write_text(f"RESTART = {str(RESTART)!r}\nOPENS = {opens_page}\n{PROGRAM}")
    return file


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess:
    env = {**os.environ, **environment}
    return subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, env=env)


def both(done) -> list[dict]:
    """What it said before and after; Windows gives what stands in its place another number."""
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    return [first, {**second, "pid": first["pid"]} if os.name == "nt" else second]


@pages
def test_it_is_the_same_process_started_in_the_same_way(tmp_path, opens_page):
    file = written(tmp_path, opens_page)
    done = run(tmp_path, "-I", str(file.relative_to(tmp_path)), "--listen", "two words", "")
    first, second = both(done)
    assert first["argv"] == ["--listen", "two words", ""] and first["cwd"] == str(tmp_path)
    quiet = ["--disable-auto-launch"] if opens_page else []
    assert second == {**first, "argv": [*first["argv"], *quiet]} and not second["open"]


@pages
def test_a_package_is_started_as_one(tmp_path, opens_page):
    package = written(tmp_path, opens_page).parent.rename(tmp_path / "comfy_package")
    done = run(tmp_path, "-m", package.name, "--cpu")
    first, second = both(done)
    assert second["pid"] == first["pid"] and second["argv"][0] == "--cpu"


def test_a_launcher_that_waits_is_left_a_note_and_the_process_ends(tmp_path):
    note = tmp_path / "session"
    done = run(tmp_path, str(written(tmp_path)), **{SESSION: str(note)})
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
    assert (tmp_path / "session.reboot").exists()


def test_on_windows_every_word_is_quoted_that_needs_it():
    launch = Launch(r"C:\My Comfy\python.exe", ("-s", r"Comfy UI\main.py", "--listen"), "C:\\")
    words = ['"C:\\My Comfy\\python.exe"', "-s", '"Comfy UI\\main.py"', "--listen", "--disable-auto-launch"]
    assert launch.command(opens_page=True, windows=True) == words
    once_more = Launch(launch.program, (*launch.arguments, "--disable-auto-launch"), launch.folder)
    assert once_more.command(opens_page=True, windows=True) == words


def test_where_it_cannot_be_done_it_is_said(tmp_path):
    can = Launch(sys.executable, ("main.py",), str(tmp_path))
    assert can.repeatable and Launch.ours().repeatable
    for other in (
        {"program": ""},
        {"arguments": ()},
        {"arguments": ("-",)},
        {"folder": ""},
        {"session": "/none/s"},
    ):
        assert not Launch(**{**vars(can), **other}).repeatable


def test_another_comfyui_is_started_by_the_same_script_on_the_same_device(tmp_path):
    """Wrapping scripts and their words stay; port, folders and the rest of this one's options do not."""
    portable = Launch(
        "p.exe", ("-s", "-X", "utf8", "main.py", "--windows-standalone-build", "--cpu", "--port", "1"), "C"
    )
    assert portable.another() == {
        "python": "p.exe", "flags": ["-s", "-X", "utf8"], "script": ["main.py"], "options": ["--cpu"], "folder": "C",
    }  # fmt: skip
    wrapped = Launch("p", ("wrapper.py", "ComfyUI", "--listen"), "f").another()
    assert (wrapped["script"], wrapped["options"]) == (["wrapper.py", "ComfyUI"], [])
    for words in (("--directml", "1"), ("--directml=1",), ("--directml",), ("--cpu-vae",)):
        assert Launch("p", ("main.py", *words, "--port", "8188"), "f").another()["options"] == list(words)
    assert Launch("p", ("main.py", "--port", "1", "--cpu"), "f").another()["options"] == ["--cpu"]
    for unknown in (("-m", "comfy"), ("-",), (), ("--cpu",)):
        assert not Launch("p", unknown, "f").another(), unknown
