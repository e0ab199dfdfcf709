"""The environment that a trainer gets: a minimal part of ours, without a token."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

#: All a trainer may see of our environment (DESIGN section 12); anything with these names or beginnings.
PASSED = {
    "PATH",
    "HOME",
    "USERPROFILE",
    "TEMP",
    "TMP",
    "TMPDIR",
    "SYSTEMROOT",
    "LD_LIBRARY_PATH",
    "SSL_CERT_FILE",
    "LANG",
}
PASSED |= {
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "REQUESTS_CA_BUNDLE",
}
#: Where the hub's library keeps models, besides `HF_...`: the trainer looks where we have put them (downloads/hub_cache.py).
PASSED |= {"HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"}
#: What Windows gives every program and libraries read without asking whether it is there: where programs and caches lie, how one is
#: found by its name (`PATHEXT`), who is at work (`getpass`, elsewhere by the number of the user).
PASSED |= {
    *(
        "APPDATA",
        "COMSPEC",
        "LOCALAPPDATA",
        "NUMBER_OF_PROCESSORS",
        "PATHEXT",
        "PROCESSOR_ARCHITECTURE",
        "PROGRAMDATA",
    ),
    *("PROGRAMFILES", "PROGRAMFILES(X86)", "SYSTEMDRIVE", "USERNAME", "WINDIR"),
}
PASSED_BEGINNINGS = ("CUDA_", "NVIDIA_", "HIP_", "ROCR_", "HSA_", "PYTORCH_", "HF_")
#: Never passed on from our environment; a backend that needs the token adds it itself.
WITHHELD = {"HF_TOKEN", "HF_TOKEN_FILE"}


#: Elsewhere Python writes and reads UTF-8 by itself. Windows' code page has no letter for most names and prompts, and a trainer that
#: prints one into its log ends with an error.
UTF8 = {"PYTHONUTF8": "1"}


def minimal_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The part of our environment that a trainer gets."""
    source = os.environ if environment is None else environment
    passed = {
        name: value
        for name, value in source.items()
        if (name in PASSED or name.startswith(PASSED_BEGINNINGS)) and name not in WITHHELD
    }
    return {**passed, **UTF8} if sys.platform == "win32" else passed
