"""The pack on a plain server for browser tests, with people and photos made directly in its stores."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from hosts.journey import Api, ApiError
from PIL import Image
from support.pictures import drawing
from support.web_server import WebServer

FAST = {"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "1"}
RUBBISH = b"this is no database" * 400


def start(base: Path, *, environment: dict[str, str] | None = None, port: int | None = None) -> WebServer:
    """A server that is ready, with `.api`."""
    server = WebServer(base, environment=FAST if environment is None else environment, port=port)
    server.api = Api(server.url, "test")
    server.api.wait_until_ready()
    return server


def forget_everybody(server: WebServer) -> None:
    for one in server.api.get("/characters?limit=200")["items"]:
        server.api.post(f"/characters/{one['id']}/forget")


def photos_of(server: WebServer, person: dict) -> list[dict]:
    return server.api.get(f"/characters/{person['id']}/photos")["items"]


class ServerProcess:
    """The same in a process of its own (tests/fakes/panel_server.py), which can be killed; `told` is what it said first.
    `pack`: another copy of it than this one."""

    def __init__(self, base: Path, *, pack: Path | None = None, **environment: str) -> None:
        tests = (pack or Path(__file__).resolve().parents[2]) / "tests"
        self._process = subprocess.Popen(
            [sys.executable, str(tests / "fakes" / "panel_server.py"), str(tests), str(base)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        self.told = json.loads(self._process.stdout.readline())
        self.api = Api(f"http://127.0.0.1:{self.told['port']}", "test")

    def ask(self) -> dict:
        """How its loop and its memory do."""
        self._process.stdin.write("how\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.stdin.close()
            self._process.wait(60)


def person(server, folder: Path, name: str = "Ann Example", photos: int = 2, **more) -> dict:
    """Somebody with drawn photos."""
    made = server.api.post("/characters", {"name": name, "trigger_word": "annqvx", "consent": True, **more})
    for seed in range(photos):
        file = folder / f"photo{seed}.jpg"
        drawing(seed).save(file)
        server.api.upload(made["id"], file)
    return server.api.get(f"/characters/{made['id']}")


def train(server, character: dict, steps: int = 5000, **overrides) -> dict:
    wanted = {
        "character_id": character["id"],
        "preset": "quick",
        "overrides": {"steps": steps, **overrides},
    }
    return server.api.post("/training/jobs", wanted)


def end_trainings(server) -> None:
    """Cancel whatever goes on and wait for it: a worker outlives its server."""
    states = "queued,preparing,running,pausing,paused,interrupted,cancelling"
    deadline = time.monotonic() + 60
    while jobs := server.api.get(f"/training/jobs?state={states}")["items"]:
        for job in jobs:
            try:
                server.api.post(f"/training/jobs/{job['id']}/cancel")
            except ApiError:
                continue  # it is ending
        assert time.monotonic() < deadline
        time.sleep(0.1)


def damage(database: Path) -> None:
    """As a fault of the disk would leave it, at one stroke: it is in use."""
    rubbish = database.with_name("rubbish")
    rubbish.write_bytes(RUBBISH)
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    rubbish.replace(database)


def bases(folder: Path) -> dict[str, Path]:
    """Two files that are bases of Stable Diffusion 1.5 by their headers, whole but for the weights, and one in 8 bits."""
    from isengard.core.families.families import Families
    from support.full_depth import BASES, write_hollow
    from support.placeholders import parts_of

    shapes = {**BASES["sd15"](), **parts_of(Families().get("sd15"))}
    kinds = {"a.safetensors": "F16", "b.safetensors": "F16", "small.safetensors": "F8_E4M3"}
    return {name: write_hollow(folder / name, shapes, dtype) for name, dtype in kinds.items()}


def many_people(server, people: int, photos: int) -> None:
    """Rows made directly in the stores, and one thumbnail for all: for measuring lists."""
    from isengard.core.ids import new_id
    from isengard.core.records.character import CharacterDraft
    from isengard.core.records.photo import Photo

    services = server.services
    thumb = services.paths.tmp / "one.jpg"
    Image.effect_noise((256, 256), 60).convert("RGB").save(thumb, quality=85)
    for number in range(people):
        character = services.characters.create(CharacterDraft(name=f"Person {number}"))
        folder = services.paths.character(character.id)
        (folder / "thumbs").mkdir()
        with services.library.transaction() as database:
            for index in range(photos):
                photo = Photo(
                    id=new_id("pho"),
                    character_id=character.id,
                    file="x.jpg",
                    width=800,
                    height=800,
                    sha256=f"{number}-{index}",
                    pixel_hash=f"{number}-{index}",
                    phash=f"{(number * photos + index) * 2654435761 % 2**64:016x}",
                    brightness=100.0,
                    caption="annqvx, in a garden",
                    created_at="2026-01-01T00:00:00.000Z",
                )
                row = (photo.id, character.id, photo.sha256, photo.pixel_hash, None, photo.model_dump_json())
                database.execute("INSERT INTO photo VALUES (?,?,?,?,?,?)", row)
                if not index:
                    (folder / "thumbs" / f"{photo.id}.jpg").write_bytes(thumb.read_bytes())
