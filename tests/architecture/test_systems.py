"""What only one kind of system has is asked for in adapters alone; everything else runs on all of them."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: What each adapter may ask for, and nothing else may.
ADAPTERS = {
    "training/process/process_tree.py": {"os.getpgid", "os.killpg", "os.kill", "signal.SIGKILL"},
    "training/process/shim.py": {"ctypes", "preexec_fn", "pass_fds", "os.nice"},
    "training/process/trainer_process.py": {"pass_fds"},
    "training/backends/ai_toolkit/plain_path.py": {"_winapi"},
    "core/storage/file_lock.py": {"fcntl", "msvcrt", "os.fchmod"},
    "core/model_headers/child.py": {"resource"},
    "core/photo_decoding/child.py": {"resource", "ctypes"},
    "core/private_files.py": {"os.getuid"},
    "core/processes/start.py": {"creationflags", "start_new_session"},
    "core/faces/reading/child.py": {"resource", "os.nice"},
}  # fmt: skip
MODULES = {
    "fcntl",
    "msvcrt",
    "resource",
    "pwd",
    "grp",
    "termios",
    "tty",
    "pty",
    "winreg",
    "_winapi",
    "ctypes",
    "syslog",
}
#: Words of subprocess.Popen that one system refuses.
WORDS = {
    "preexec_fn",
    "pass_fds",
    "start_new_session",
    "creationflags",
    "startupinfo",
    "umask",
    "process_group",
}
#: On Windows `os.kill` ends a process with most signals, and is refused for a number that has gone.
DANGEROUS = {"os.kill"}
#: Everywhere since Python 3.10, or named below as what Windows has too.
WINDOWS_SIGNALS = {
    "SIGABRT",
    "SIGFPE",
    "SIGILL",
    "SIGINT",
    "SIGSEGV",
    "SIGTERM",
    "SIG_DFL",
    "SIG_IGN",
    "Signals",
}
#: From the documentation of `os`: "Availability: Unix", and the last three Windows (what a program like ours could use).
UNIX_OS = {
    "chown", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid", "getgroups", "getloadavg", "getpgid",
    "getpgrp", "getpriority", "getsid", "getuid", "initgroups", "killpg", "lchown", "major", "mkfifo", "mknod", "nice", "openpty",
    "pathconf", "pidfd_open", "posix_spawn", "pread", "pwrite", "readv", "sched_getaffinity", "sched_setaffinity", "sendfile",
    "setegid", "seteuid", "setgid", "setpgid", "setpriority", "setsid", "setuid", "statvfs", "sync", "sysconf", "tcgetpgrp",
    "ttyname", "uname", "wait3", "wait4", "waitid", "WNOHANG", "WIFEXITED", "O_NOFOLLOW", "O_DIRECTORY", "O_CLOEXEC",
    "O_NONBLOCK", "EX_OK", "confstr", "fdatasync", "lockf", "getresuid", "memfd_create", "eventfd", "splice",
    "startfile", "add_dll_directory", "O_BINARY",
}  # fmt: skip


def asked_for(file_text: str) -> set[tuple[str, int]]:
    found = set()
    for node in ast.walk(ast.parse(file_text)):
        if isinstance(node, ast.Import):
            found |= {
                (alias.name.split(".")[0], node.lineno)
                for alias in node.names
                if alias.name.split(".")[0] in MODULES
            }
        elif (
            isinstance(node, ast.ImportFrom)
            and node.level == 0
            and (node.module or "").split(".")[0] in MODULES
        ):
            found.add(((node.module or "").split(".")[0], node.lineno))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found |= _attribute(node.value.id, node.attr, node.lineno)
        elif isinstance(node, ast.keyword) and node.arg in WORDS:
            found.add((node.arg, node.value.lineno))
        elif isinstance(node, ast.Constant) and node.value in WORDS:
            found.add((str(node.value), node.lineno))
    return found


def _attribute(module: str, name: str, line: int) -> set[tuple[str, int]]:
    full = f"{module}.{name}"
    posix = (
        (module == "os" and name in UNIX_OS)
        or full in DANGEROUS
        or (module == "signal" and name.startswith("SIG") and name not in WINDOWS_SIGNALS)
    )
    return {(full, line)} if posix else set()


def product_python() -> list[Path]:
    outside = {"tests", "node_modules", ".git", "__pycache__"}
    return [file for file in sorted(ROOT.rglob("*.py")) if not outside & set(file.relative_to(ROOT).parts)]


def test_no_call_of_one_system_stands_outside_an_adapter():
    wrong = []
    for file in product_python():
        name = file.relative_to(ROOT).as_posix()
        allowed = ADAPTERS.get(name, set())
        wrong += [
            f"{name}:{line} {what}"
            for what, line in sorted(asked_for(file.read_text(encoding="utf-8")))
            if what not in allowed
        ]
    assert not wrong, "\n".join(wrong)


def test_every_adapter_needs_what_it_is_allowed():
    unused = {
        name: left
        for name, allowed in ADAPTERS.items()
        if (left := allowed - {what for what, _ in asked_for((ROOT / name).read_text(encoding="utf-8"))})
    }
    assert not unused


def test_the_list_knows_what_this_system_has_and_windows_has_not():
    """A list that names nothing real would guard nothing."""
    assert sys.platform == "win32" or {"getuid", "fork", "killpg", "statvfs"} <= UNIX_OS & set(dir(os))
    assert asked_for("import fcntl\nos.getuid()\nsubprocess.Popen([], preexec_fn=f)\nsignal.SIGKILL") == {
        ("fcntl", 1), ("os.getuid", 2), ("preexec_fn", 3), ("signal.SIGKILL", 4),
    }  # fmt: skip
    assert hasattr(signal, "SIGTERM") and hasattr(subprocess, "Popen")


def test_no_path_is_stored_with_the_systems_own_separator():
    """`str(path.relative_to(...))` holds backslashes on Windows: names that are stored or sent are `as_posix()`."""
    wrong = []
    for file in product_python():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args and ast.unparse(node.func) == "str"):
                continue
            inner = node.args[0]
            if isinstance(inner, ast.Call) and ast.unparse(inner.func).endswith(".relative_to"):
                wrong.append(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert not wrong, "\n".join(wrong)
