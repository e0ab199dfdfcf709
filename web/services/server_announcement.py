"""What the server leaves for others to read: run/server.json for workers, run/link.txt for the owner."""

from __future__ import annotations

import logging
import os
import socket
from datetime import datetime, timezone
from urllib.parse import quote, urlsplit

from ...core import atomic
from ...core.clock import iso
from ...core.paths import DataPaths
from ...training.gpu.comfyui_memory import SERVER_FILE
from ..host import Host
from ..http.session import Session

#: Holds the links that open the session; readable by the owner alone.
LINK_FILE = "link.txt"
#: What a model is made of besides the file that a LoRA is put onto.
MODEL_FOLDERS = ("text_encoders", "vae")
#: What the panel looks for in its address (js/data/session.js).
LINK_PARAMETER = "isengard_token"


def started_before(paths: DataPaths) -> str | None:
    """When the server before this one was started, by the file it left; None for the first. Ask before writing ours."""
    try:
        return iso(datetime.fromtimestamp((paths.run / SERVER_FILE).stat().st_mtime, timezone.utc))
    except OSError:
        return None


def write_server_file(paths: DataPaths, boot_id: str, host: Host) -> None:
    """{boot_id, pid, url, comfyui, start}: where a worker asks ComfyUI for memory, what kind of ComfyUI that is, for the doctor, and
    how another one is started beside it and where it finds models, for trainers that are nodes of ComfyUI's."""
    comfyui = {"version": host.version, "frontend": host.frontend, "capabilities": host.capabilities()}
    folders = {kind: [str(folder) for folder in host.model_folders(kind)] for kind in MODEL_FOLDERS}
    start = {**host.another, "device": host.device_name, "models": folders}
    content = {
        "boot_id": boot_id,
        "pid": os.getpid(),
        "url": host.server_url,
        "comfyui": comfyui,
        "start": start,
    }
    atomic.write_json(paths.run / SERVER_FILE, content)


def announce(host: Host, session: Session, paths: DataPaths) -> None:
    """Write one line on ComfyUI's console; beyond loopback it names the file that holds the link.

    ComfyUI gives its console to everybody who can reach it (/internal/logs), so the token is never said there.
    """
    console = logging.getLogger()
    file = paths.run / LINK_FILE
    if not session.needed:
        file.unlink(missing_ok=True)
        console.info("[Isengard] ready: open the Isengard tab in the sidebar.")
        return
    atomic.write_text(file, "\n".join(links_of(host.server_url, session.token)) + "\n")
    console.warning(
        "[Isengard] other computers can reach this server, so Isengard opens by a link. Only you can read it: %s",
        file,
    )


def links_of(server_url: str, token: str) -> list[str]:
    """The links that open the session, for this very machine and by its name in the network.

    The token stands behind the `#`: a browser sends that part to nobody, so no proxy and no log on the way has it.
    """
    address = urlsplit(server_url)
    port = f":{address.port}" if address.port else ""
    names = dict.fromkeys([address.netloc, f"{socket.gethostname()}{port}"])
    return [f"{address.scheme}://{name}/#{LINK_PARAMETER}={quote(token, safe='')}" for name in names]
