"""boot.py: any folder name, `python -I`, one copy only, and no work at import."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(code: str, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-I", "-c", code, *arguments], capture_output=True, text=True, timeout=60
    )


LOAD = """
import importlib.util, sys
def load(folder):
    spec = importlib.util.spec_from_file_location("door_" + str(abs(hash(folder))), folder + "/boot.py")
    boot = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(boot)
    return boot.load()
"""


@pytest.fixture
def odd_copy(tmp_path):
    folder = tmp_path / "isengard-main (1) \u00fc"
    folder.mkdir()
    for name in ("__init__.py", "__main__.py", "boot.py", "core", "training"):
        (folder / name).symlink_to(ROOT / name)
    # a real copy of the two files that ask where they lie
    for name in ("__init__.py", "boot.py"):
        (folder / name).unlink()
        (folder / name).write_bytes((ROOT / name).read_bytes())
    return folder


def test_any_folder_name_becomes_isengard(odd_copy):
    done = run(
        LOAD + "print(load(sys.argv[1]).__name__); import isengard.core.ids as i; print(i.__name__)",
        str(odd_copy),
    )
    assert done.stdout.split() == ["isengard", "isengard.core.ids"], done.stderr


def test_loading_twice_gives_the_same_module():
    done = run(LOAD + "print(load(sys.argv[1]) is load(sys.argv[1]))", str(ROOT))
    assert done.stdout.strip() == "True", done.stderr


def test_a_second_copy_is_refused_with_both_folders_named(odd_copy):
    done = run(LOAD + "load(sys.argv[1]); load(sys.argv[2])", str(ROOT), str(odd_copy))
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert "installed twice" in last and str(ROOT) in last and odd_copy.name in last


def test_the_script_explains_itself_without_a_command():
    done = subprocess.run(
        [sys.executable, "-I", str(ROOT / "boot.py")], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2 and "worker|doctor|setup" in done.stderr


def test_started_without_isolation_its_own_folder_is_not_on_the_path():
    """`core` and `web` are common names, and Python 3.10 has no -P."""
    code = (
        "import runpy, sys; sys.path.insert(0, sys.argv[1]); sys.argv[:] = ['boot.py', '--help']\n"
        "try: runpy.run_path(sys.path[0] + '/boot.py', run_name='__main__')\n"
        "except SystemExit: print(sys.path)"
    )
    done = run(code, str(ROOT))
    assert "worker|doctor|setup" in done.stdout and repr(str(ROOT)) not in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "status", "said"),
    [
        (["--help"], {}, 0, "worker|doctor|setup"),
        (["doctor", "bogus"], {}, 2, "unrecognized arguments"),
        (["worker"], {"ISENGARD_MODE": "fast"}, 1, "ISENGARD_MODE must be one of production, fast-test."),
        (["worker"], {"DATA_DIR": "/dev/null/x"}, 1, "Isengard can't use the data folder"),
        (["setup"], {"DATA_DIR": "/dev/null/x"}, 1, "Isengard can't use the data folder"),
        (["setup", "fast_test"], {}, 1, "fast_test needs no set-up."),
        (["setup", "nonsense"], {}, 1, "There is no training backend called 'nonsense'."),
        (["setup", "faces"], {"ISENGARD_ALLOW_SETUP": "0"}, 1, "Nothing was set up."),
    ],
)
def test_commands_say_what_is_wrong_with_them(tmp_path, arguments, environment, status, said):
    done = subprocess.run(
        [sys.executable, "-I", str(ROOT / "boot.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "DATA_DIR": str(tmp_path / "data"), **environment},
    )
    assert done.returncode == status and said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_worker_started_by_hand_says_what_it_does(tmp_path):
    """It printed nothing, neither while it worked nor when another one had the folder already; Ctrl+C broke it off."""
    command = [sys.executable, "-I", str(ROOT / "boot.py"), "worker"]
    env = {**os.environ, "DATA_DIR": str(tmp_path / "data")}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env) as first:
        assert f"Working for {tmp_path / 'data'}" in first.stderr.readline()
        second = subprocess.run(command, capture_output=True, text=True, env=env, timeout=20)
        assert second.returncode == 0 and "Another worker already serves" in second.stderr
        first.send_signal(signal.SIGINT)
        assert first.wait(20) == 0 and first.stderr.read() == ""


def test_importing_the_door_does_no_work(tmp_path):
    code = LOAD + (
        "import os, threading; os.chdir(sys.argv[2]); load(sys.argv[1]);"
        "print(threading.active_count(), sorted(os.listdir('.')),"
        " [m for m in ('torch','pydantic','huey','aiohttp','sqlite3','PIL') if m in sys.modules])"
    )
    done = run(code, str(ROOT), str(tmp_path))
    assert done.stdout.strip() == "1 [] []", done.stdout + done.stderr


def test_a_pack_that_is_linked_in_finds_its_neighbours_and_its_comfyui(tmp_path):
    """`git clone` elsewhere and a link in custom_nodes: neighbours and ComfyUI were looked for beside the clone."""
    comfyui = tmp_path / "ComfyUI"
    (comfyui / "custom_nodes").mkdir(parents=True)
    (comfyui / "main.py").write_text("")
    (comfyui / "custom_nodes" / "isengard").symlink_to(ROOT, target_is_directory=True)
    (comfyui / "custom_nodes" / "pencil").symlink_to(ROOT / "tests" / "fakes" / "pencil_pack")
    code = LOAD + (
        "load(sys.argv[1]); from isengard.training.worker.main import make_registry;"
        "from isengard.core.paths import own_paths; from isengard.core.settings import load_settings;"
        "paths = own_paths({}); paths.create(); registry = make_registry(load_settings({}, paths), paths);"
        "print(paths.root); print(*sorted(registry.all('training_backends')))"
    )
    done = run(code, str(comfyui / "custom_nodes" / "isengard"))
    assert done.stdout.splitlines() == [
        str(comfyui / "user" / "__isengard"),
        "ai_toolkit comfyui_native fast_test pencil",
    ], done.stderr
