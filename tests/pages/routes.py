"""docs/api.md: every route from the route table, and what holds for all of them."""

from __future__ import annotations

from typing import get_args

HEAD = """# HTTP API

Everything is below `/isengard` (and, as ComfyUI mirrors it, `/api/isengard`). `GET /isengard/openapi.json` says the same for
programs, and what is in every body and every answer. This page is made from the route table by `python dev.py pages`.

- Whatever is not `GET` carries `X-Isengard: 1`, and `Content-Type: application/json` where it has a body.
- `X-Correlation-ID` (1 to 64 letters, digits, `.`, `_`, `-`) is echoed and stands in every log line and event that follows; without
  one the server makes it.
- An error is `{"error": {"code", "message", "hint", "correlation_id"}}`; the codes are in [errors.md](errors.md). Where its sentences have
  gaps it carries `said`: `{"message": {"text": "{photos} photos are few.", "values": {"photos": 3}}}`, so that they can be said in
  another language. So do jobs' errors, findings and all that is told in words (`warnings.0` is the first of several). A value is a
  text, a number, another sentence, `{"list": [...]}`, or `{"bytes"}`, `{"memory"}`, `{"seconds"}`, `{"fixed"}` or `{"moment"}` with one.
- Lists are `{"items": [...], "next_cursor": ...}`; give `cursor` and `limit` back for the next page.
- Beyond loopback a request needs the cookie of `POST /isengard/session`, or the token as `Authorization: Bearer`.
- A job of `/training/jobs` carries `waits_for`: null, or `{"code": "worker" | "gpu" | "backend", "message", "hint"}` while it is
  queued and no living worker can run it. It stays in the line for one that can; no event tells a change of it.
- `/health` carries `recoveries`: `{"code", "at", "count", "file"}` for what was rebuilt from its files after damage or loss,
  until `DELETE /recoveries/{code}` says that somebody has read it; and `loops`: `{"name", "deaths", "fault", "running"}` for
  what goes on behind the requests and has died since the start. It begins again by itself; the log of the server says why.
- `/health` carries `slips`: `{"kind", "file", "line", "reason"}` for what in isengard.toml (`settings_slip`, one value:
  `setting_slip`) or in a neighbouring pack's pyproject.toml (`pack_slip`) could not be read; defaults stand in.
- Events are server-sent: `id: <epoch>-<seq>`, replayed after `Last-Event-ID` or `?since=`; `reset` means fetch anew. Each type has
  `data` of its own, described in openapi.json: EVENTS. Pictures that were changed together are one `generations.changed`
  for who asks with `?many=1`, for others each a `generation.state`; a stream with `?greet=1` says `here` at once where it has nothing else to say.

```
curl -s localhost:8188/isengard/health
curl -s -X POST -H 'X-Isengard: 1' -H 'Content-Type: application/json' -d '{"name": "Anna"}' localhost:8188/isengard/characters
```

| method | path | what it does | body |
|---|---|---|---|
"""


def render() -> str:
    from isengard.core.records.event import EventType
    from isengard.web.openapi.event_data import EVENT_DATA
    from isengard.web.route_table import ROUTES

    rows = [
        f"| {route.method} | `{route.path}` | {route.summary} | {f'`{route.body}`' if route.body else ''} |"
        for route in ROUTES
    ]
    types = ", ".join(
        f"`{name}` (`{'`, `'.join(EVENT_DATA[name].model_fields)}`)" for name in get_args(EventType)
    )
    return HEAD.replace("EVENTS", types) + "\n".join(rows) + "\n"
