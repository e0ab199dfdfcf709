"""A real Redis: redis-server from PATH, or installed by apt where that is possible; one with a password on a free port."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import time
from pathlib import Path

from .comfyui import free_port
from .environments import cache_root, exclusive, say


def executable() -> str:
    """The program's path; SystemExit with the command to run where it cannot be had."""
    if found := shutil.which("redis-server"):
        return found
    with exclusive(cache_root() / "apt.lock"):
        if (
            not shutil.which("redis-server")
            and shutil.which("apt-get")
            and hasattr(os, "geteuid")
            and os.geteuid() == 0
        ):
            say("installing redis-server")
            env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            for command in (
                ["apt-get", "update", "-q"],
                ["apt-get", "install", "-yq", "--no-install-recommends", "redis-server"],
            ):
                subprocess.run(command, env=env, capture_output=True, check=False)
    if found := shutil.which("redis-server"):
        return found
    raise SystemExit(
        "Redis is needed for these tests: install it (apt-get install redis-server), then run again."
    )


class RedisServer:
    """Started at once; `stop` and `start` keep the data on disk unless it is `wiped`."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.password = secrets.token_hex(8)
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self.start()

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self, password: str = "") -> None:
        command = [executable(), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        command += [
            "--requirepass",
            password or self.password,
            "--appendonly",
            "yes",
            "--save",
            "",
            *self._options,
        ]
        with (self.folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        self._wait(password or self.password)

    def stop(self, *, wipe: bool = False) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(20)
        if wipe:
            shutil.rmtree(self.folder / "appendonlydir", ignore_errors=True)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _wait(self, password: str) -> None:
        import redis

        deadline = time.monotonic() + 20
        while True:
            try:
                redis.Redis(port=self.port, password=password).ping()
                return
            except redis.exceptions.ConnectionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
