"""Threads of our own for what blocks: ComfyUI serves its pages from a few shared threads, and ours may wait for a disk or a lock."""

from __future__ import annotations

import asyncio
import contextvars
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

#: Most calls take a millisecond; ten that wait for a locked database (`Library.transaction`) leave some to read with.
THREADS = 16

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


async def in_thread(
    function: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """Run a blocking call beside the loop, with the caller's correlation id; like asyncio.to_thread, in threads of ours."""
    call = functools.partial(contextvars.copy_context().run, function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_threads(), call)


class Turns:
    """So many calls at once, each in a thread; those behind them wait in the loop and hold none."""

    def __init__(self, places: int) -> None:
        self._places = asyncio.Semaphore(places)

    async def in_thread(
        self,
        function: Callable[Arguments, Result],
        /,
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        async with self._places:
            return await in_thread(function, *args, **kwargs)


@functools.cache
def _threads() -> ThreadPoolExecutor:
    """Made at the first call: importing the pack starts nothing."""
    return ThreadPoolExecutor(THREADS, thread_name_prefix="isengard")
