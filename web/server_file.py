"""What the server leaves for others to read: run/server.json for workers, the link on the console for people."""

from __future__ import annotations

import logging
import os
import socket
from datetime import datetime, timezone

from ..core import atomic
from ..core.clock import iso
from ..core.paths import DataPaths
from ..training.comfy_memory import SERVER_FILE
from .services import Host
from .session import Session


def started_before(paths: DataPaths) -> str | None:
    """When the server before this one was started, by the file it left; None for the first. Ask before writing ours."""
    try:
        return iso(datetime.fromtimestamp((paths.run / SERVER_FILE).stat().st_mtime, timezone.utc))
    except OSError:
        return None


def write_server_file(paths: DataPaths, boot_id: str, url: str) -> None:
    """{boot_id, pid, url}: where a worker asks ComfyUI for memory."""
    content = {"boot_id": boot_id, "pid": os.getpid(), "url": url}
    atomic.write_json(paths.run / SERVER_FILE, content)


def announce(host: Host, session: Session, token: str) -> None:
    """One line on ComfyUI's console; beyond loopback it is the link that opens the session.

    The console is the owner's own and the only place where the token is ever shown.
    """
    console = logging.getLogger()
    if not session.needed:
        console.info("[Isengard] ready: open the Isengard tab in the sidebar.")
        return
    port = host.server_url.rsplit(":", 1)[1]
    link = f"http://{socket.gethostname()}:{port}/?isengard_token={token}"
    console.warning("[Isengard] others can reach this server; open it once by this link: %s", link)
