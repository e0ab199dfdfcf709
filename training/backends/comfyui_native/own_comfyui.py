"""A ComfyUI of our own while a training runs: started, asked by its HTTP API, ended. Nothing of it lies outside the job's folder."""

from __future__ import annotations

import contextlib
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
#: A look that is not answered by then is taken again: between two the trainer obeys, and it has 20 s to end.
_GLANCE_S = 10.0
#: Starts, each at another port, while somebody else takes ours before ComfyUI listens.
_STARTS = 5

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
        self._start()
        return self

    def _start(self) -> None:
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
        deadline, starts = time.monotonic() + START_S, 1
        while time.monotonic() < deadline:
            obey()
            devices = self._devices()
            if devices is not None:
                return all(device["type"] == "cpu" for device in devices)
            try:
                self._require_running()
            except Ended:
                if starts >= _STARTS or _is_free(self._port):
                    raise
                starts += 1
                self._start()
            time.sleep(_LOOK_S)
        raise TimeoutError(f"ComfyUI did not answer within {START_S:.0f} s")

    def _devices(self) -> list[dict[str, Any]] | None:
        """What it computes on, once it answers. Another program may have our port: only ours was started with our folder."""
        try:
            stats = self.ask("GET", "/system_stats", timeout_s=_GLANCE_S)
            ours = str(self._folder) in stats["system"]["argv"]
            return list(stats["devices"]) if ours else None
        except (OSError, Refused, ValueError, KeyError, TypeError):
            return None

    def run(self, graph: dict[str, Any], obey: Obey) -> dict[str, Any]:
        """The outputs of a graph by node. Raises Ended, Refused, and what `obey` raises."""
        try:
            prompt = str(self.ask("POST", "/prompt", {"prompt": graph})["prompt_id"])
        except OSError:
            time.sleep(_LOOK_S)  # one that has just ended is not told yet
            self._require_running()
            raise
        while True:
            obey()
            try:
                entry = self.ask("GET", f"/history/{prompt}", timeout_s=_GLANCE_S).get(prompt)
            except OSError:
                entry = None  # it computes, and answers late
            if entry is not None:
                return _outputs(entry)
            self._require_running()
            time.sleep(_LOOK_S)

    def ask(self, method: str, path: str, body: Any = None, *, timeout_s: float = _ASK_S) -> Any:
        """Its answer, past any proxy. Raises OSError where there is none, Refused for one that says no."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=timeout_s)
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
        """All it says goes where ours goes. On a full disk that is nowhere; but it is read, or ComfyUI would wait for us for ever."""
        while data := os.read(reader(process).fileno(), 65536):
            with contextlib.suppress(OSError):
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


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
