"""The GPU of this machine: who holds its memory, and ComfyUI asked to let go."""

from __future__ import annotations

from aiohttp import web

from ...core.executor import in_thread
from ...core.records.spoken import told
from ...training.gpu.gpu_handover import GpuUse, hand_over, measure
from ..container import Services


async def show(services: Services, request: web.Request) -> web.Response:
    return _answer(await in_thread(measure, services.paths))


async def free(services: Services, request: web.Request) -> web.Response:
    """Waits at most 20 s, and no longer than until ComfyUI has let go."""
    before = await in_thread(measure, services.paths)
    needed = before.gpu.total_bytes if before is not None else 0
    return _answer(await in_thread(hand_over, services.paths, needed=needed))


def _answer(use: GpuUse | None) -> web.Response:
    """{gpu, holders, asked, waited_s, comfyui_holds, words}; `gpu` null on a machine without one."""
    if use is None:
        return web.json_response(told({"gpu": None, "holders": [], "comfyui_holds": False, "words": ""}))
    shown = use.model_dump(mode="json", include={"gpu", "holders", "asked", "waited_s"})
    told_of = {**shown, "comfyui_holds": use.comfyui_holds is True, "words": use.who()}
    return web.json_response(told(told_of))
