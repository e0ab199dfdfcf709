"""Which of the pack's packages are missing. ComfyUI itself installs no pack's requirements, so this must be told."""

from __future__ import annotations

import importlib

from ...core.errors import NotReadyError
from ...core.said import said

#: module -> what pip calls it (requirements.txt)
PACKAGES = {
    "huey": "huey",
    "pythonjsonlogger": "python-json-logger",
    "toml": "toml",
    "tomlkit": "tomlkit",
    "psutil": "psutil",
    "anyascii": "anyascii",
    "pillow_heif": "pillow-heif",
}


def missing() -> list[str]:
    packages = []
    for module, package in PACKAGES.items():
        try:
            importlib.import_module(module)
        except ImportError:
            packages.append(package)
    return packages


def refusal(fault: ImportError) -> NotReadyError:
    """Why there is nothing to answer with, and what to install."""
    names = ", ".join(missing()) or fault.name or str(fault)
    return NotReadyError(
        "requirements_missing",
        said("These packages are missing: {names}.", names=names),
        "In ComfyUI-Manager press Try fix; where it is refused, uninstall Isengard there and install it again, which keeps your data. By hand, in the pack's folder and with ComfyUI's own Python: "
        "python -m pip install -r requirements.txt. Then restart ComfyUI.",
    )
