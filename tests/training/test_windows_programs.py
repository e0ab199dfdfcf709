"""Programs as they are started on Windows: without a window, and with letters that its code pages do not have."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

from isengard.core.processes import start
from isengard.training.backends.comfyui_native.own_comfyui import GUARDED
from isengard.training.process.environment import minimal_environment

NO_WINDOW = 0x08000000


def test_asking_a_program_opens_no_window(monkeypatch):
    """A worker has no console: each look at the GPU opened one for a moment."""
    asked = {}

    def run(argv, **options):
        asked.update(options)
        return SimpleNamespace(returncode=0, stdout=b"one\r\ntwo\r\n")

    monkeypatch.setattr(subprocess, "CREATE_NO_WINDOW", NO_WINDOW, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(subprocess, "run", run)
    assert start.answer(["nvidia-smi"], seconds=1) == "one\ntwo\n"
    assert asked["creationflags"] == NO_WINDOW


def test_an_answer_in_another_code_page_is_still_one():
    """`Gerät` as Windows' code page 850 writes it."""
    program = "import sys; sys.stdout.buffer.write(b'Ger\\x84t 0: 24 GB')"
    assert start.answer([sys.executable, "-c", program], seconds=20) == "Ger\ufffdt 0: 24 GB"


#: What Python takes for a file's letters on Windows, unless it was told to write UTF-8; then two Japanese ones.
PRINTS = """
import io, sys
if not sys.flags.utf8_mode:
    sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="cp1252")
print("\\u7f8e\\u54b2 in the rain")
"""


def test_a_trainer_writes_utf_8_where_the_system_would_not(monkeypatch):
    """AI-Toolkit prints what it draws into its log: the first letter that the code page does not have ended the training."""
    assert minimal_environment({}) == {}
    monkeypatch.setattr(sys, "platform", "win32")
    told = minimal_environment({})
    monkeypatch.undo()
    assert told == {"PYTHONUTF8": "1"}
    program = [sys.executable, "-c", PRINTS]
    codes = [
        subprocess.run(program, env={**os.environ, **more}, capture_output=True, check=False).returncode
        for more in ({"PYTHONUTF8": "0"}, told)
    ]
    assert codes == [1, 0]


def test_a_trainer_on_windows_finds_programs_and_its_user():
    """accelerate asks for the drive of the system where `nvidia-smi` is not found by its name, Python for who is at work."""
    given = {
        "PATH": "C:\\x",
        "PATHEXT": ".COM;.EXE",
        "SYSTEMDRIVE": "C:",
        "USERNAME": "ann",
        "ONEDRIVE": "C:\\secret",
    }
    assert minimal_environment(given) == {name: text for name, text in given.items() if name != "ONEDRIVE"}


#: A ComfyUI that starts a program with the input it has itself, says what that read, and goes on for ever.
ASKS_A_PROGRAM = """
import subprocess, sys, time
done = subprocess.run([sys.executable, "-c", "import sys; print(len(sys.stdin.read()))"], capture_output=True, text=True, timeout=20)
print("read", done.stdout.strip(), flush=True)
time.sleep(120)
"""


def test_what_a_guarded_comfyui_starts_is_not_given_the_pipe_it_lives_by(tmp_path):
    """On Windows such a program hung at its start, elsewhere it could wait for the pipe's end."""
    script = tmp_path / "main.py"
    script.write_text(ASKS_A_PROGRAM)
    command = [sys.executable, str(GUARDED), str(script)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdout.readline() == b"read 0\n"
        assert running.poll() is None
        running.stdin.close()
        running.stdin = None
        assert running.wait(20) == 1
