"""A custom node pack for tests: keeps what ComfyUI's history says of every prompt, which Isengard takes its own pictures out of.

GET /kept_history/{prompt_id} answers like ComfyUI's /history of the moment the prompt ended.
"""

from __future__ import annotations

import copy

from aiohttp import web
from server import PromptServer

NODE_CLASS_MAPPINGS: dict = {}
KEPT: dict[str, object] = {}


def keep(queue) -> None:
    """Copy each entry as soon as it is written."""
    ended = queue.task_done

    def task_done(item_id, *args, **kwargs):
        prompt_id = queue.currently_running[item_id][1]
        with queue.mutex:
            ended(item_id, *args, **kwargs)
            KEPT[prompt_id] = copy.deepcopy(queue.history[prompt_id])

    queue.task_done = task_done


keep(PromptServer.instance.prompt_queue)


@PromptServer.instance.routes.get("/kept_history/{prompt_id}")
async def kept(request):
    prompt_id = request.match_info["prompt_id"]
    return web.json_response({prompt_id: KEPT[prompt_id]})
