"""A real browser: Chromium from PATH, or installed by apt where that is possible."""

from __future__ import annotations

import os
import shutil
import subprocess

from .environments import cache_root, exclusive, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
#: For pages opened over the network: in a full run a name that leads to this machine in the browser alone, which costs
#: Chromium minutes (it starves requests to anything but loopback addresses); else an address no browser calls localhost.
LAN_NAME = "studio.lan" if os.environ.get("ISENGARD_TEST_FULL") else "127.0.0.2"
FLAGS = [
    *("--no-proxy-server", "--host-resolver-rules=MAP studio.lan 127.0.0.1"),
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run", "--disable-dev-shm-usage"),
]


def executable() -> str:
    """The browser's path; SystemExit with the command to run where it cannot be had."""
    if found := _found():
        return found
    with exclusive(cache_root() / "apt.lock"):
        if not _found() and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
            say("installing chromium")
            env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            for command in (
                ["apt-get", "update", "-q"],
                ["apt-get", "install", "-yq", "--no-install-recommends", "chromium"],
            ):
                subprocess.run(command, env=env, capture_output=True, check=False)
    if found := _found():
        return found
    raise SystemExit(
        "A browser is needed for these tests: install Chromium (apt-get install chromium), then run again."
    )


def _found() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)
