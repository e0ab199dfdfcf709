"""Packages are fetched with the pip that ComfyUI's Python finds, wherever it finds it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from isengard.training.downloads.pip_fetch import has_pip, pip


class Running:
    """A task that runs at once."""

    def run(self, command, *, cwd, env, meanwhile):
        return subprocess.run(command, cwd=cwd, env=env, check=False).returncode


def test_a_pip_of_the_users_own_packages_is_the_one_that_runs(tmp_path, monkeypatch):
    """-I hid it: setting up failed although pip was said to be there."""
    own = tmp_path / "site-packages"
    (own / "pip").mkdir(parents=True)
    (own / "pip" / "__init__.py").write_text("")
    said = tmp_path / "said.txt"
    (own / "pip" / "__main__.py").write_text(
        f"import pathlib, sys\npathlib.Path({str(said)!r}).write_text(' '.join(sys.argv[1:]))\n"
    )
    monkeypatch.syspath_prepend(str(own))
    for name in [name for name in sys.modules if name.split(".")[0] == "pip"]:
        monkeypatch.delitem(sys.modules, name)
    assert has_pip()
    assert pip(Running(), "install", Path("lock.txt"), ["--target", "x"], home=tmp_path / "home")
    assert said.read_text().startswith("install --quiet") and said.read_text().endswith("-r lock.txt")
