"""Where ComfyUI comes in. Nothing happens here unless ComfyUI itself imports this folder as a custom node pack.

ComfyUI loads a pack under a name made of its path. `boot` then loads the same folder once more under the name
`isengard`, and everything else lives there.
"""

from __future__ import annotations

import sys
from typing import Any

#: ComfyUI serves this folder to the browser and imports every .js file in it: one, which fetches the panel's code from us.
WEB_DIRECTORY = "./extension"


def enter(prompt_server: Any) -> Any:
    """Wire the pack into a running ComfyUI and return its node entry point. Called on the module named `isengard`."""
    from pathlib import Path

    from .comfy_host import ComfyHost
    from .nodes import context
    from .web import app

    host = ComfyHost(prompt_server)
    gateway = app.attach(prompt_server, host, Path(__file__).absolute().parent)
    context.provide(host, gateway.ready)

    async def comfy_entrypoint() -> Any:
        from .nodes.extension import IsengardExtension

        return IsengardExtension()

    return comfy_entrypoint


if __name__ != "isengard":
    _prompt_server = getattr(getattr(sys.modules.get("server"), "PromptServer", None), "instance", None)
    if _prompt_server is not None:
        from .boot import load

        comfy_entrypoint = load().enter(_prompt_server)
