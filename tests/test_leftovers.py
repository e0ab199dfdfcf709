"""The count of processes at the end of a test run: seen where one stays, silent where none does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hosts.leftovers import left_below

CONFTEST = Path(__file__).resolve().parent / "conftest.py"
STAYS = """
import subprocess, sys
def test_something(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep({seconds})"], cwd=tmp_path, start_new_session=True)
    (tmp_path.parent / "pid").write_text(str(process.pid))
def test_something_else(tmp_path):
    assert True
"""


def test_by_its_command_its_folder_or_its_data_folder(tmp_path):
    code = "import time; time.sleep(60)"
    elsewhere = {"cwd": "/", "env": {**os.environ, "DATA_DIR": str(tmp_path / "data")}}
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "x")], cwd="/"),
        subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path),
        subprocess.Popen([sys.executable, "-c", code], **elsewhere),
        subprocess.Popen([sys.executable, "-c", code, f"{tmp_path}-of-another"], cwd="/"),
    ]
    try:
        found = {int(line.split()[0]) for line in left_below(tmp_path, 0)}
        assert found == {process.pid for process in started[:3]}
    finally:
        for process in started:
            process.kill()
            process.wait()
    assert left_below(tmp_path, 5) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seconds", "workers"),
    [
        (1, []),
        pytest.param(300, [], marks=pytest.mark.full),
        pytest.param(300, ["-n", "2"], marks=pytest.mark.full),
    ],
)
def test_a_run_that_leaves_a_process_fails_and_names_it(tmp_path, seconds, workers):
    """One that ends by itself within a while is waited for."""
    tests = tmp_path / "tests"
    tests.mkdir()
    body = CONFTEST.read_text().replace(
        "ROOT = Path(__file__).resolve().parent.parent", f"ROOT = Path({str(CONFTEST.parents[1])!r})"
    )
    (tests / "conftest.py").write_text(
        f"import sys; sys.path.insert(0, {str(CONFTEST.parent)!r})\n"
        + body.replace("from __future__ import annotations\n", "", 1)
    )
    (tests / "test_it.py").write_text(STAYS.replace("{seconds}", str(seconds)))
    base = tmp_path / "base"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--basetemp={base}",
        *workers,
        str(tests),
    ]
    environment = {**os.environ, "ISENGARD_LEFT_WAIT_S": "6"}
    done = subprocess.run(command, cwd=tests, env=environment, capture_output=True, text=True)
    pids = [int(file.read_text()) for file in base.rglob("pid")]
    if seconds == 300:
        for pid in pids:
            os.kill(pid, 9)
    assert "2 passed" in done.stdout and len(pids) == 1, done.stdout + done.stderr
    assert done.returncode == (1 if seconds == 300 else 0), done.stdout
    assert ("processes left behind: 1" in done.stdout and str(pids[0]) in done.stdout) == (seconds == 300)
