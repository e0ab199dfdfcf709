"""The Dockerfile's and compose.yaml's own lines, run without an engine: in a folder instead of a root, in a bare Python.

What only root or another network can do (apt-get, useradd, chown, PyTorch's own index) is taken by programs that do nothing and
note that they were asked. ComfyUI is a repository made here, whose requirements are the ones that a worker uses.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pathspec
import pytest
import yaml
from hosts.comfyui import free_port
from hosts.journey import Api
from hosts.redis_server import executable
from support.registry_rules import ROOT, tracked
from support.web_server import WebServer

pytestmark = [
    pytest.mark.full,
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="the containers are Linux: their lines are a POSIX shell's"),
]
#: Of ComfyUI's requirements: what the worker imports in its own process.
COMFYUIS = "aiohttp\nnumpy\nPillow\npydantic\nsafetensors\n"
NOTED = ("apt-get", "useradd", "chown")
SERVICES = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]


class Image:
    """A folder that stands for the image's root."""

    def __init__(self, folder: Path) -> None:
        self.root, self.bin, self.noted = folder / "root", folder / "bin", folder / "noted"
        self.python = folder / "env" / "bin" / "python"
        self.environment: dict[str, str] = {}
        self.command: list[str] = []
        for made in (self.bin, self.root / "tmp", self.root / "opt"):
            made.mkdir(parents=True)
        self.noted.touch()
        subprocess.run(
            [sys.executable, "-m", "venv", "--without-pip", str(self.python.parents[1])], check=True
        )
        ours = f'exec {sys.executable} -m pip --python {self.python} --disable-pip-version-check "$@"'
        self._program("pip", f'case "$*" in *--index-url*) echo "pip $*" >> {self.noted};; *) {ours};; esac')
        for name in NOTED:
            self._program(name, f'echo "{name} $*" >> {self.noted}')

    def _program(self, name: str, body: str) -> None:
        (self.bin / name).write_text(f"#!/bin/sh\n{body}\n")
        (self.bin / name).chmod(0o755)

    def inside(self, text: str) -> str:
        """The image's paths as they are here."""
        return re.sub(r"(?<![\w.}])/(opt|data|tmp)(?=[/\s\"]|$)", rf"{self.root}/\1", text)

    def run(self, line: str, arguments: dict[str, str]) -> None:
        path = f"{self.bin}:{os.environ['PATH']}"
        line = line.replace("rm -rf /var/lib/apt/lists/*", "true")
        done = subprocess.run(
            ["sh", "-ec", self.inside(line)],
            env={**os.environ, **arguments, "PATH": path},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"

    def copy(self, source: str, target: str) -> None:
        """What .dockerignore leaves; there a pattern begins at the context's root."""
        lines = (ROOT / ".dockerignore").read_text().splitlines()
        ignored = pathspec.GitIgnoreSpec.from_lines(f"/{line.lstrip('/')}" for line in lines)
        place = Path(self.inside(target))
        for name in (
            [name for name in tracked() if not ignored.match_file(name)] if source == "." else [source]
        ):
            to = place / name if source == "." else place
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, to)


def instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    joined = re.sub(r"(?m)^#.*\n", "", text).replace("\\\n", " ")
    return [tuple(line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]


def repository(folder: Path, tag: str) -> dict[str, str]:
    """A ComfyUI to be fetched by its commit, which is not the newest one."""
    folder.mkdir()
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run([*git, "init", "-q"], check=True)
    commits = []
    for version in (tag, "v99.0.0"):
        (folder / "comfyui_version.py").write_text(f'__version__ = "{version[1:]}"\n')
        (folder / "requirements.txt").write_text(COMFYUIS)
        (folder / "main.py").write_text("")
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "-q", "-m", version], check=True)
        commits.append(subprocess.check_output([*git, "rev-parse", "HEAD"], text=True).strip())
    return {"COMFYUI_REPO": folder.as_uri(), "COMFYUI_COMMIT": commits[0]}


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """Built by the Dockerfile's own lines."""
    folder = tmp_path_factory.mktemp("container")
    image, arguments = Image(folder), {}
    for word, rest in instructions():
        if word == "ARG":
            name, _, value = rest.partition("=")
            arguments[name] = value.strip('"')
            arguments |= repository(folder / "comfyui", value) if name == "COMFYUI_TAG" else {}
            arguments |= {"COMFYUI_COMMIT": _commit(folder / "comfyui")} if name == "COMFYUI_COMMIT" else {}
        elif word == "RUN":
            image.run(rest, arguments)
        elif word == "COPY":
            image.copy(*rest.split())
        elif word == "ENV":
            image.environment = dict(pair.split("=", 1) for pair in rest.split())
        elif word == "CMD":
            image.command = yaml.safe_load(rest)
    return image


def _commit(folder: Path) -> str:
    return subprocess.check_output(["git", "-C", str(folder), "rev-parse", "HEAD~1"], text=True).strip()


def test_the_image_is_built_by_its_lines(image):
    noted = image.noted.read_text().splitlines()
    pack = image.root / "opt" / "ComfyUI" / "custom_nodes" / "isengard"
    assert {line.split()[0] for line in noted} == {*NOTED, "pip"}
    assert any("torch==" in line and "--index-url" in line for line in noted)
    assert (pack / "boot.py").is_file() and (pack / "workflows").is_dir()
    assert not [
        name for name in ("tests", "docs", ".git", "secrets", "compose.yaml") if (pack / name).exists()
    ]
    assert "v99" not in (image.root / "opt/ComfyUI/comfyui_version.py").read_text()
    assert (image.root / "data").stat().st_mode & 0o777 == 0o700
    assert image.command[:2] == ["python", "main.py"] and image.environment["DATA_DIR"] == "/data"


@pytest.fixture(scope="module")
def secrets(tmp_path_factory):
    """As the comment of compose.yaml has them made."""
    folder = tmp_path_factory.mktemp("made")
    text = re.sub(r"(?m)^# ?", "", (ROOT / "compose.yaml").read_text(encoding="utf-8"))
    lines = [
        line.strip()
        for line in text.splitlines()
        if "secrets/" in line and not line.strip().startswith("file:")
    ]
    for line in [line for line in lines if line.startswith(("mkdir", "python3"))]:
        subprocess.run(["sh", "-ec", line], cwd=folder, check=True)
    assert len((folder / "secrets" / "redis_password").read_text().strip()) == 48
    return folder / "secrets"


@pytest.fixture(scope="module")
def redis(secrets, tmp_path_factory):
    """The service's own command and health check, on a free port."""
    port, folder = free_port(), tmp_path_factory.mktemp("redis")
    program = executable()

    def here(line: str) -> str:
        line = (
            line.replace("$$", "$")
            .replace("/run/secrets", str(secrets))
            .replace("--dir /data", f"--dir {folder} --port {port}")
        )
        return line.replace("redis-cli", f"{program.replace('redis-server', 'redis-cli')} -p {port}")

    service = SERVICES["redis"]
    command = ["sh", "-c", here(service["command"][2])]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True) as started,
    ):
        check = [
            "timeout",
            "20",
            "sh",
            "-c",
            f"until {here(service['healthcheck']['test'][1])}; do sleep 0.1; done",
        ]
        healthy = subprocess.run(check, capture_output=True, text=True)
        assert healthy.returncode == 0, (folder / "log").read_text()
        yield port
        os.killpg(started.pid, signal.SIGTERM)


@pytest.fixture
def worker(image, secrets, redis):
    """The worker's environment as compose gives it, here."""
    given = {**image.environment, **SERVICES["worker-fast-test"]["environment"], "LOG_LEVEL": "INFO"}
    there = {name: image.inside(value) for name, value in given.items()}
    there = {name: value.replace("/run/secrets", str(secrets)) for name, value in there.items()}
    there["REDIS_URL"] = there["REDIS_URL"].replace("redis:6379", f"127.0.0.1:{redis}")
    return {**there, "PATH": os.environ["PATH"]}


def in_image(image: Image, command: list[str]) -> list[str]:
    return [str(image.python), *(image.inside(word) for word in command[1:])]


def test_the_worker_starts_and_its_health_check_passes(image, worker):
    command = in_image(image, SERVICES["worker-fast-test"]["command"])
    told = subprocess.run([*command, "--help"], env=worker, capture_output=True, text=True)
    assert told.returncode == 0 and "--until-idle" in told.stdout, told.stderr
    with subprocess.Popen(command, env=worker, stderr=subprocess.PIPE, text=True) as started:
        try:
            assert f"Working for {image.root}/data" in started.stderr.readline()
            check = in_image(image, SERVICES["worker-fast-test"]["healthcheck"]["test"][1:])
            healthy = subprocess.run(check, env=worker, capture_output=True, text=True)
        finally:
            started.send_signal(signal.SIGTERM)
        assert started.wait(30) == 0
    assert healthy.returncode == 0, healthy.stdout + healthy.stderr
    assert "mode fast-test" in healthy.stdout and "Redis" in healthy.stdout


def test_no_secret_is_seen_among_the_variables_arguments_and_logs(image, worker, secrets):
    password = (secrets / "redis_password").read_text().strip()
    assert password not in str(worker) + shlex.join(SERVICES["redis"]["command"])
    written = [file for file in (image.root / "data").rglob("*") if file.is_file()]
    assert written and not [file for file in written if password.encode() in file.read_bytes()]


def test_the_health_check_of_comfyui_asks_a_running_pack(tmp_path):
    test = SERVICES["comfyui-fast-test"]["healthcheck"]["test"]
    server = WebServer(tmp_path, environment={"ISENGARD_MODE": "fast-test"})
    try:
        Api(server.url).wait_until_ready()
        command = [
            sys.executable,
            *(word.replace("127.0.0.1:8188", server.url.split("//")[1]) for word in test[2:]),
        ]
        assert subprocess.run(command, timeout=60).returncode == 0
    finally:
        server.close()
    assert subprocess.run(command, capture_output=True, timeout=60).returncode != 0
