"""The lists that the trainer's packages are installed from: every line is one version with its hashes, and the resolver takes them for systems that nobody here has."""

from __future__ import annotations

import os
import re
import subprocess

import pytest
from hosts.environments import PACKER
from isengard.training.backends.ai_toolkit.setup import pins

#: a package, or what it may be told by the next line that is no hash
_LINE = re.compile(r"^(\S+)==(\S+?)( ; .+)? \\$")
_HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")
#: what its environment is for: the platform as uv calls it, the oldest macOS that torch has wheels for
PLATFORMS = {"linux-rocm": ("x86_64-manylinux_2_28", ""), "macos-arm64": ("aarch64-apple-darwin", "14.0")}


@pytest.mark.parametrize("lock", sorted(one.stem for one in pins.LOCKS.glob("*.txt")))
def test_every_package_is_one_version_with_hashes(lock):
    hashes: dict[str, int] = {}
    for line in (pins.LOCKS / f"{lock}.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.lstrip().startswith("#"):
            continue
        package = _LINE.match(line)
        if package:
            assert package[1] not in hashes, "one version of each"
            hashes[package[1]] = 0
        else:
            assert _HASH.match(line), line
            hashes[list(hashes)[-1]] += 1
    assert hashes and all(hashes.values())


@pytest.mark.full
@pytest.mark.parametrize("lock", PLATFORMS)
def test_the_resolver_finds_a_wheel_for_each_on_systems_that_nobody_here_has(tmp_path, lock):
    """A dry run of what the set-up does (install.py), for the platform and the Python of the lock. Asks the package index."""
    platform, macos = PLATFORMS[lock]
    file = pins.LOCKS / f"{lock}.txt"
    uv = PACKER.ensure().with_name("uv")
    command = [
        str(uv),
        "pip",
        "install",
        "--dry-run",
        "--no-deps",
        "--no-build",
        "--require-hashes",
        "-r",
        str(file),
    ]
    command += [
        "--target",
        str(tmp_path),
        "--python-version",
        pins.shipped().python,
        "--python-platform",
        platform,
    ]
    told = {"MACOSX_DEPLOYMENT_TARGET": macos} if macos else {}
    done = subprocess.run(command, env={**os.environ, **told}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    count = sum("==" in line for line in file.read_text(encoding="utf-8").splitlines())
    assert f"Resolved {count} packages" in done.stderr
