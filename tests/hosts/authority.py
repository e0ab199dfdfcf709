"""An authority of a test's own and a certificate for a server of this machine, made by openssl; nothing of it is kept."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Authority:
    """`ca`: its certificate; `certificate` and `key`: of a server called localhost."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.ca, self.certificate, self.key = (
            folder / name for name in ("ca.pem", "server.pem", "server.key")
        )
        self._openssl(
            "req", "-x509", *_KEY, "-days", "2", "-subj", "/CN=A test", "-keyout", "ca.key", "-out", "ca.pem"
        )
        self._openssl("req", *_KEY, "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
        (folder / "names").write_text("subjectAltName=DNS:localhost\n")
        self._openssl(
            *("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
            *("-days", "2", "-extfile", "names", "-out", "server.pem"),
        )

    def _openssl(self, *command: str) -> None:
        program = shutil.which("openssl")
        if program is None:
            raise SystemExit("openssl is needed for these tests: install it (apt-get install openssl).")
        subprocess.run([program, *command], cwd=self._folder, check=True, capture_output=True)
