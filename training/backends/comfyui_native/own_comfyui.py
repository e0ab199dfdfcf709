"""A ComfyUI of our own while a training runs: started, asked by its HTTP API, ended. Nothing of it lies outside the job's folder."""

from __future__ import annotations

import http.client
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ....core import atomic
from ....core.processes.start import PIPE, WITH_OUTPUT, Process, StillRuns, reader, start, windowless, writer

GUARDED = Path(__file__).resolve().parent / "guarded.py"
FOLDERS = ("custom_nodes", "input", "models", "output", "temp", "user")
#: A slow disk and many packages; the worker looks at silence of its own.
START_S = 900.0
_ASK_S, _LOOK_S, _END_S = 60.0, 0.2, 5.0

Obey = Callable[[], None]


class Ended(Exception):
    """Raised where it has ended by itself."""

    def __init__(self, code: int) -> None:
        super().__init__(f"ComfyUI has ended with code {code}")
        self.code = code


class Refused(Exception):
    """Raised where it did not take a graph, or failed in one; `told` are its own words."""


class OwnComfyUI:
    """Runs from `__enter__` to `__exit__`. `hear` is given its console; `obey` is called while we wait, and may raise."""

    def __init__(self, described: dict[str, Any], folder: Path, hear: Callable[[str], None]) -> None:
        self._described = described
        self._folder = folder
        self._hear = hear
        self._port = 0
        self._process: Process | None = None

    def prepare(self, models: dict[str, list[Path]]) -> None:
        """Make its folders; `models`: where it looks for each kind of model, before everywhere else."""
        for name in FOLDERS:
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        # JSON is YAML; the first of several is the one that wins
        paths = {
            f"{kind}{number}": {"is_default": True, kind: str(path)}
            for kind, folders in models.items()
            for number, path in enumerate(reversed(folders))
        }
        atomic.write_json(self._paths, paths)

    def __enter__(self) -> OwnComfyUI:
        self._port = _free_port()
        self._process = start(
            self._command(),
            stdin=PIPE,
            stdout=PIPE,
            stderr=WITH_OUTPUT,
            cwd=self._described["folder"],
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
            **windowless(),
        )
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is None:
            return
        writer(self._process).close()
        try:
            self._process.wait(_END_S)
        except StillRuns:
            self._process.kill()
            self._process.wait()

    def wait_until_up(self, obey: Obey) -> bool:
        """Whether it computes on the processor. Raises Ended, TimeoutError."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            obey()
            try:
                devices = self.ask("GET", "/system_stats")["devices"]
            except OSError:
                self._require_running()
                time.sleep(_LOOK_S)
                continue
            return all(device["type"] == "cpu" for device in devices)
        raise TimeoutError(f"ComfyUI did not answer within {START_S:.0f} s")

    def run(self, graph: dict[str, Any], obey: Obey) -> dict[str, Any]:
        """The outputs of a graph by node. Raises Ended, Refused, and what `obey` raises."""
        prompt = str(self.ask("POST", "/prompt", {"prompt": graph})["prompt_id"])
        while True:
            obey()
            try:
                entry = self.ask("GET", f"/history/{prompt}").get(prompt)
            except OSError:
                entry = None  # it computes, and answers late
            if entry is not None:
                return _outputs(entry)
            self._require_running()
            time.sleep(_LOOK_S)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Its answer, past any proxy. Raises OSError where there is none, Refused for one that says no."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_ASK_S)
        try:
            data = None if body is None else json.dumps(body).encode("utf-8")
            connection.request(method, path, data, {"Content-Type": "application/json"} if data else {})
            answer = connection.getresponse()
            said = answer.read()
        except http.client.HTTPException as broken:
            raise ConnectionError(str(broken)) from broken
        finally:
            connection.close()
        if answer.status >= http.client.BAD_REQUEST:
            raise Refused(said.decode("utf-8", errors="replace"))
        return json.loads(said or b"{}")

    @property
    def _paths(self) -> Path:
        return self._folder / "model_folders.yaml"

    def _command(self) -> list[str]:
        described, user = self._described, self._folder / "user"
        return [
            *(described["python"], *described["flags"], str(GUARDED), *described["script"]),
            *described["options"],
            *("--listen", "127.0.0.1", "--port", str(self._port)),
            *("--base-directory", str(self._folder), "--extra-model-paths-config", str(self._paths)),
            *("--database-url", f"sqlite:///{user / 'comfyui.db'}"),
            *("--disable-all-custom-nodes", "--disable-api-nodes", "--disable-auto-launch"),
            *("--disable-metadata", "--cache-classic", "--preview-method", "none"),
        ]

    def _listen(self, process: Process) -> None:
        """All it says goes where ours goes."""
        while data := os.read(reader(process).fileno(), 65536):
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            self._hear(data.decode("utf-8", errors="replace"))

    def _require_running(self) -> None:
        code = self._process.poll() if self._process is not None else None
        if code is not None:
            raise Ended(code)


def _outputs(entry: dict[str, Any]) -> dict[str, Any]:
    status = entry.get("status") or {}
    if status.get("status_str") == "success":
        return dict(entry.get("outputs") or {})
    told = [message for kind, message in status.get("messages") or [] if kind == "execution_error"]
    if not told:
        raise Refused("the prompt was interrupted")
    fault = told[-1]
    trace = "".join(map(str, fault.get("traceback") or []))
    raise Refused(f"{trace}\n{fault.get('exception_type')}: {fault.get('exception_message')}".strip())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
