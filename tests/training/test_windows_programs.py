"""Programs as they are started on Windows: without a window, and with letters that its code pages do not have."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

from isengard.core.processes import start
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
