"""exiftool, which reads what cameras, agencies and networks write: from PATH, or installed by apt where that is possible."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from .environments import cache_root, exclusive, say

PACKAGE = "libimage-exiftool-perl"


def executable() -> str:
    """The program's path; SystemExit with the command to run where it cannot be had."""
    with exclusive(cache_root() / "apt.lock"):
        if not shutil.which("exiftool") and shutil.which("apt-get") and os.geteuid() == 0:
            say(f"installing {PACKAGE}")
            env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-yq", PACKAGE]):
                subprocess.run(command, env=env, capture_output=True, check=False)
    if found := shutil.which("exiftool"):
        return found
    raise SystemExit(f"exiftool is needed for this test: install it (apt-get install {PACKAGE}).")


def read(file: Path) -> dict[str, object]:
    """Every tag by its name."""
    done = subprocess.run([executable(), "-j", str(file)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)[0]
