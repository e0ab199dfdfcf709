"""What a route is, for the tables of them."""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "/isengard"


@dataclass(frozen=True)
class Route:
    """`handler` is `module.function` below web/routes; `body` a record's class name; `open` needs no session;
    `upload` takes files as form data instead of JSON; `always`: on this machine also while Isengard cannot work;
    `of_page`: a part of ComfyUI's page, so whoever gets that gets it, whether Isengard works or not."""

    method: str
    path: str
    handler: str
    summary: str
    body: str = ""
    open: bool = False
    upload: bool = False
    always: bool = False
    of_page: bool = False
