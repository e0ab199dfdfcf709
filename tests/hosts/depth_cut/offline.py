"""A training without any network: the pack brings what its trainer reads from a hub of ours, then that hub answers nobody any more."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fakes.hub_server import HubServer

from .. import comfyui
from ..journey import ENDED, Api
from . import build, drive

ROOMY = Path(__file__).resolve().parents[1] / "roomy_disk"
LOOPBACK = "127.0.0.1,localhost"
FETCH_S = 900
#: Opens the repositories whose licence has to be accepted; only while they are fetched from.
TOKEN = "hf_" + "t" * 24


@dataclass
class Offline:
    """`fetched`: repository/file of each that the pack brought; `asked`: what was asked of the hub, or of it as a proxy, when it was off."""

    found: drive.Found
    fetched: list[str] = field(default_factory=list)
    size: int = 0
    told: str = ""
    asked: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return self.found.holds and bool(self.fetched) and not self.asked

    def row(self) -> str:
        here = f"fetched {len(self.fetched)} files, {self.size / 1e9:.2f} GB"
        return f"{self.found.row()} | {here} | asked afterwards {len(self.asked)} {self.asked[:3]}"


def run(
    way: str, work: Path, source: Path, trainer: dict[str, str], photos: list[Path], asked: dict[str, Any]
) -> Offline:
    """`source`: a cache as `build.hub` makes it, whose files the hub has; `trainer`: its environment. The rest as `drive.run`."""
    from isengard.core.families.families import Families

    from .shards import in_shards

    family, _, route = way.partition(".")
    parts = Families().get(family).by_route(route).trainer_hubs
    hub, cache, given = HubServer(), work / "fetched" / "hub", work / "given"
    hub.put_cache(in_shards(parts, source / "hub", given))
    hub.gated = {part.hub: TOKEN for part in parts if Families().get(family).by_route(route).gated}
    reads = {"HF_HOME": str(cache.parent), "HF_HUB_CACHE": str(cache), "HF_ENDPOINT": hub.url}
    try:
        told = _fetch(way, work / "fetching", trainer | reads, photos, asked)
        hub.silent = True
        hub.asked.clear()
        found = drive.run(
            way, work / "host", trainer=trainer | reads | no_network(hub.url), photos=photos, asked=asked
        )
    finally:
        hub.close()
    made = {file: file.stat().st_size for file in cache.glob("models--*/snapshots/*/**/*") if file.is_file()}
    names = sorted(_name(file.relative_to(cache)) for file in made)
    for folder in (cache.parent, given):
        shutil.rmtree(folder)
    return Offline(
        found, names, sum(made.values()), told, [f"{method} {path}" for method, path, _, _ in hub.asked]
    )


def no_network(url: str) -> dict[str, str]:
    """Switched off for the hub's library, and whoever tries all the same comes to `url`: the hub's address and the proxy for all others."""
    proxies = {f"{kind}_proxy": url for kind in ("http", "https")} | {"no_proxy": LOOPBACK}
    return {
        "HF_HUB_OFFLINE": "1",
        **proxies,
        **{name.upper(): value for name, value in proxies.items()},
    }


def _fetch(
    way: str, base: Path, environment: dict[str, str], photos: list[Path], asked: dict[str, Any]
) -> str:
    """Begin a training and cancel it once everything is there; what the check before it told."""
    family, _, route = way.partition(".")
    comfyui.make_base(base)
    build.link_models(family, base)
    online = {"HF_HUB_OFFLINE": "", "HF_TOKEN": TOKEN, "PYTHONPATH": str(ROOMY)}
    server = comfyui.start(base, environment={**drive.ENVIRONMENT, **environment, **online})
    try:
        api = Api(server.url, "fetching")
        api.wait_until_ready()
        person = api.person(photos)
        order = {"character_id": person["id"], "family": family, "route": route, **drive.TRAINING, **asked}
        check = api.post("/training/preflight", order)
        assert check["ok"], check["findings"]
        told = {finding["code"]: finding["message"] for finding in check["findings"]}
        path = f"/training/jobs/{api.post('/training/jobs', order)['id']}"
        begun = api.wait_for(path, FETCH_S, ("running", *ENDED))
        assert begun["state"] in ("running", "completed"), begun["error"]
        if begun["state"] == "running":
            api.post(f"{path}/cancel")
            api.wait_for(path, 120)
    finally:
        server.stop()
    return str(told.get("model_download", ""))


def _name(file: Path) -> str:
    """Without the commit in between."""
    repository, _, _, *below = file.parts
    return "/".join((repository, *below))
