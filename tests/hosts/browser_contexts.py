"""Browser contexts that are used again: ComfyUI's page costs 10 s of processor time, and 3 s where the browser has its code already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: All that a page may leave, but the code that was fetched and compiled.
LEFT = "cookies,local_storage,indexeddb,websql,service_workers,cache_storage,file_systems"


class BrowserContexts:
    """Contexts of one browser, each lent to one test at a time and emptied in between."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser
        self._idle: list[Any] = []

    def take(self) -> Any:
        """An empty context, as good as a new one."""
        return self._idle.pop() if self._idle else self._browser.new_context()

    def give_back(self, context: Any) -> None:
        """Close its pages and forget what they left; one that a test has closed is not used again."""
        with _blank(context) as page:
            if page is None:
                return
            origins = {_origin(one.url) for one in context.pages if one is not page}
            for one in context.pages:
                if one is not page:
                    one.close()
            context.unroute_all()
            context.clear_permissions()
            context.clear_cookies()
            line = context.new_cdp_session(page)
            for origin in filter(None, origins):
                line.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": LEFT})
        self._idle.append(context)


@contextmanager
def _blank(context: Any) -> Iterator[Any]:
    from playwright.sync_api import Error

    try:
        page = context.new_page()
    except Error:  # it is closed
        yield None
        return
    yield page
    page.close()


def _origin(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.split('/')[0]}" if scheme in ("http", "https") else ""
