"""How the ComfyUI we live in is started again: the same program, the same arguments, the same folder.

ComfyUI has no way of its own. A launcher that says so (comfy-cli and those that follow it) is left a note and does it;
otherwise the process puts itself in its own place, as ComfyUI-Manager does: its id stays and its children live on.
Standard library only; nothing here comes from a request.
"""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from subprocess import list2cmdline

#: Set by such a launcher: the path of the note, without its ending.
SESSION = "__COMFY_CLI_SESSION__"
_NOTE = ".reboot"
#: A page of ComfyUI is open already: the next start opens no other one.
_QUIET = "--disable-auto-launch"
#: Without these some machines compute nothing, or nothing right.
_DEVICE_OPTIONS = (
    "--cpu",
    "--directml",
    "--force-fp32",
    "--force-fp16",
    "--fp32-text-enc",
    "--fp32-vae",
    "--cpu-vae",
)
#: The one of them that may be followed by a number: the others that choose a device leave it in the environment, which the worker has.
_NUMBERED = "--directml"


@dataclass(frozen=True)
class Launch:
    """How this process was started; `folder`: what relative arguments are meant from."""

    program: str
    arguments: tuple[str, ...]
    folder: str
    session: str = ""

    @classmethod
    def ours(cls) -> Launch:
        """`orig_argv` keeps what `sys.argv` loses: `-s`, `-I`, `-m package`, a wrapping script."""
        program = "" if getattr(sys, "frozen", False) else sys.executable or ""
        return cls(program, tuple(sys.orig_argv[1:]), _here(), os.environ.get(SESSION, ""))

    @property
    def repeatable(self) -> bool:
        """Not where ComfyUI is part of another program, or was read from a pipe."""
        if self.session:
            return os.access(Path(self.session).parent, os.W_OK)
        named = any(argument != "-" for argument in self.arguments)
        return named and bool(self.folder) and Path(self.program).is_file()

    def command(self, *, opens_page: bool, windows: bool = os.name == "nt") -> list[str]:
        """The command that is run. Windows joins the words with blanks, whatever is in them."""
        words = [self.program, *self.arguments]
        if opens_page and _QUIET not in words:
            words.append(_QUIET)
        return [list2cmdline([word]) for word in words] if windows else words

    def another(self) -> dict[str, object]:
        """Say what a second ComfyUI beside this one is started with: Python and its switches, the script with the words that follow it,
        the folder that they are meant from, and the options that say what it computes on. Empty for one that is no script (`-m`)."""
        words, flags = list(self.arguments), []
        while words and words[0].startswith("-"):
            if words[0] in ("-m", "-c", "-"):
                return {}
            flags += [words.pop(0) for _ in range(2 if words[0] in ("-W", "-X") else 1)]
        named = next((n for n, word in enumerate(words) if word.startswith("-")), len(words))
        script, options = words[:named], words[named:]
        if not script or not self.program or not self.folder:
            return {}
        kept = [
            word
            for before, word in zip(["", *options], options, strict=False)
            if word.partition("=")[0] in _DEVICE_OPTIONS or (before == _NUMBERED and word.isdecimal())
        ]
        return {
            "python": self.program,
            "flags": flags,
            "script": script,
            "options": kept,
            "folder": self.folder,
        }

    def repeat(self, *, opens_page: bool) -> None:
        """Does not return. OSError where it cannot be done: then everything goes on as it was."""
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        if self.session:
            Path(self.session + _NOTE).touch()
            os._exit(0)
        os.chdir(self.folder)
        _close_with_us()
        os.execv(self.program, self.command(opens_page=opens_page))  # noqa: S606 - our own program, no shell


def _here() -> str:
    try:
        return str(Path.cwd())
    except OSError:  # it was deleted
        return ""


def _close_with_us() -> None:
    """Python's own files end with the program; those that libraries opened (the GPU's driver) must too, or they hold on
    to what they held."""
    listed = Path("/dev/fd")
    for number in [int(file.name) for file in listed.iterdir()] if listed.is_dir() else ():
        if number > 2:
            with contextlib.suppress(OSError):  # the one of the listing itself
                os.set_inheritable(number, False)
