"""The registry's kind of scan over the archive a user gets: bandit, and patterns like the registry's YARA rules."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pathspec

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "registry-scan.md"
#: rule -> (endings of the files it looks at, pattern)
RULES: dict[str, tuple[tuple[str, ...], re.Pattern[str]]] = {
    "python_network_operations": (
        (".py",),
        re.compile(
            r"\burlopen\(|\bClientSession\(|\brequests\.\w+\(|\bsocket\.(?:socket|create_connection)\(|build_opener\("
        ),
    ),
    "python_command_execution": ((".py",), re.compile(r"\bsubprocess\.\w+\(|create_subprocess_")),
    "python_command_injection_risk": (
        (".py",),
        re.compile(r"shell\s*=\s*True|\bos\.(?:system|popen|exec\w*|spawn\w*)\("),
    ),
    "python_environment_manipulation": (
        (".py",),
        re.compile(
            r"os\.environ\[[^\]]+\]\s*=[^=]|os\.environ\.(?:update|setdefault|pop|clear)\(|\bos\.(?:un)?putenv\("
        ),
    ),
    "python_dynamic_code": ((".py",), re.compile(r"(?<![.\w])(?:eval|exec|compile|__import__)\(")),
    "python_dynamic_import": ((".py",), re.compile(r"import_module\(|spec_from_file_location\(")),
    "python_unsafe_loading": (
        (".py",),
        re.compile(r"import (?:pickle|marshal|shelve)|\bpickle\.\w+\(|torch\.load\(|yaml\.load\("),
    ),
    "python_package_installation": (
        (".py",),
        re.compile(r"[\"']pip[\"'],|pip\.main|ensurepip|uv[\"'], [\"']pip"),
    ),
    "python_opens_programs": ((".py",), re.compile(r"\bwebbrowser\b|os\.startfile|\bctypes\b")),
    "python_writes_permissions": ((".py",), re.compile(r"\bchmod\(")),
    "encoded_blob": (
        (".py", ".js", ".json", ".toml"),
        re.compile(r"[A-Za-z0-9+/]{200,}={0,2}|(?:\\x[0-9a-f]{2}){40,}"),
    ),
    "hidden_text": (
        (".py", ".js", ".md", ".css"),
        re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"),
    ),
    "minified_script": ((".js",), re.compile(r"^.{1000,}$", re.MULTILINE)),
    "js_dynamic_code": (
        (".js",),
        re.compile(r"\beval\(|new Function\(|(?:inner|outer)HTML|insertAdjacentHTML|document\.write"),
    ),
    "js_remote_code": (
        (".js", ".css"),
        re.compile(r"(?:from|import|url)\s*\(?\s*[\"']?https?://|importScripts\("),
    ),
    "js_foreign_page": (
        (".js",),
        re.compile(r"document\.(?:body|head)\b|window\.\w+\s*=[^=]|globalThis\.\w+\s*=[^=]"),
    ),
}


def archive() -> list[Path]:
    """What `.comfyignore` leaves of the files git knows, by the rules of .gitignore as the registry's packer reads it."""
    ignored = pathspec.GitIgnoreSpec.from_lines((ROOT / ".comfyignore").read_text().splitlines())
    return [ROOT / name for name in tracked() if not ignored.match_file(name)]


def tracked() -> list[str]:
    """The files of the working tree that git knows, relative to the root."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def unpacked(target: Path) -> Path:
    """The archive as it lies in a user's custom_nodes."""
    for file in archive():
        copy = target / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    return target


def by_pattern(files: list[Path]) -> set[tuple[str, str]]:
    """(rule, file) of every hit."""
    found = set()
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        for rule, (endings, pattern) in RULES.items():
            if file.name.endswith(endings) and pattern.search(text):
                found.add((rule, file.relative_to(ROOT).as_posix()))
    return found


def by_bandit(files: list[Path]) -> set[tuple[str, str]]:
    """(rule, file) of every finding, whatever its severity."""
    python = [str(file.relative_to(ROOT)) for file in files if file.suffix == ".py"]
    command = [sys.executable, "-m", "bandit", "-q", "-f", "json", "--ignore-nosec", *python]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return {(one["test_id"], Path(one["filename"]).as_posix()) for one in json.loads(done.stdout)["results"]}


def explained() -> dict[tuple[str, str], str]:
    """(rule, file) -> why, from the page's tables; a row may name several files."""
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {(rule, file): why for rule, files, why in rows for file in re.findall(r"`([^`]+)`", files)}
