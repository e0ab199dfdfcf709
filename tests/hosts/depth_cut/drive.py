"""One family through the pack in a real ComfyUI, over HTTP: `run` says what became of it, `rows` as lines to read.

Without a trainer a LoRA made of random numbers is published as a training leaves it; with one the pack trains it.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import comfyui, lora_proof
from ..journey import Api, wait_for_proof
from . import build

THIN_ENCODERS = Path(__file__).resolve().parent / "thin_encoders"
#: What ComfyUI says where it does not find everything that it looks for; an encoder that reads words alone may lack its eye, and its head for new
#: words. Of every Z-Image
#: ComfyUI 0.3.75 misses a norm that it makes itself, never uses, and that no file has (comfy/ldm/lumina/model.py, 464).
BAD_LOG = re.compile(
    r"lora key not loaded|NOT LOADED|ERROR lora|unet missing(?!: \['norm_final\.weight'\]$)|clip missing(?!: \['(visual\.|model\.lm_head\.weight'\]$))|unet unexpected|left over keys|Missing VAE|Leftover VAE"
)
ENVIRONMENT = {"ISENGARD_MODE": "production", "ISENGARD_IDLE_S": "3", "HF_HUB_OFFLINE": "1"}
PICTURE = {"width": 64, "height": 64, "steps": 2, "seed": 11, "prompt": "portrait photo of {trigger}"}
TRAINING = {
    "preset": "quick",
    "overrides": {
        "steps": 2, "rank": 4, "alpha": 4, "learning_rate": 0.02, "resolution": [64], "save_every": 1, "sample_prompts": [],
        "seed": 42,
    },
}  # fmt: skip


@dataclass
class Found:
    """`repeat` and `change`: mean difference of 255 of the base drawn again, and with the LoRA. Seconds, bytes."""

    way: str
    recognised: bool = False
    trained: str = "made, not trained"
    fit: str = ""
    repeat: float = -1.0
    change: float = -1.0
    bad_lines: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    memory: int = 0

    @property
    def family(self) -> str:
        return self.way.partition(".")[0]

    @property
    def route(self) -> str:
        return self.way.partition(".")[2]

    @property
    def holds(self) -> bool:
        """Recognised, all of the LoRA in its place, the base repeats exactly and the LoRA changes the picture."""
        fine = self.recognised and self.fit == "fits" and not self.bad_lines
        return fine and self.repeat == 0.0 and self.change > 0.2

    def row(self) -> str:
        seconds = ", ".join(f"{what} {value:.0f} s" for what, value in self.seconds.items())
        return (
            f"{self.way}: {'recognised' if self.recognised else 'NOT RECOGNISED'} | {self.trained} | fit {self.fit} | "
            f"base again {self.repeat:.2f}, LoRA {self.change:.2f} of 255 | bad lines {len(self.bad_lines)} "
            f"{self.bad_lines[:2]} | {seconds} | ComfyUI {self.memory / 1e9:.1f} GB"
        )


def run(
    way: str,
    base: Path,
    *,
    trainer: dict[str, str] | None = None,
    photos: list[Path] | None = None,
    recipe: str = "",
    asked: dict[str, Any] | None = None,
) -> Found:
    """`way`: a family, or `family.route`; `base`: an empty folder for the host; `trainer`: its environment (AI_TOOLKIT_DIR ...),
    HF_HOME of `build.hub` among it; `recipe`: another of the family's than its usual one; `asked`: more of the training, as its trainer."""
    from isengard.core.families.families import Families

    found, family = Found(way), way.partition(".")[0]
    recipe = recipe or Families().get(family).recipe
    comfyui.make_base(base)
    (base / "custom_nodes" / "thin_encoders").symlink_to(THIN_ENCODERS)
    with _timed(found, "built"):
        build.link_models(family, base)
    slug = "" if trainer else _made_lora(found, base)
    server = comfyui.start(base, environment={**ENVIRONMENT, **(trainer or {})})
    try:
        api = Api(server.url, "families")
        api.wait_until_ready()
        [shown] = [one for one in api.get("/training/families")["items"] if one["key"] == family]
        found.recognised = bool(shown["base_models"]) or shown["ready"]
        if trainer:
            person = _trained(api, server, found, photos or [], asked or {})
        else:
            person = _made(api, slug, photos or [])
        with _timed(found, "three pictures"):
            _pictures(api, server, found, person, recipe)
        found.bad_lines = [line[:200] for line in server.log().splitlines() if BAD_LOG.search(line)]
        found.memory = _peak(server.pid)
    finally:
        server.stop()
    return found


def _made_lora(found: Found, base: Path) -> str:
    """Publish one in the data folder of a host that does not run yet; the slug of its person."""
    from isengard.core.loras.safetensors_file import read_header
    from isengard.core.paths import resolve_paths
    from isengard.core.records.character import CharacterDraft
    from isengard.training.loras.lora_fit import judge
    from support import full_depth
    from support.loras import publish
    from support.node_fixtures import node_house

    from .families import CUTS

    paths = resolve_paths({}, base / "user")
    paths.create()
    house = node_house(paths)
    try:
        ann = house.characters.create(CharacterDraft(name="Ann Example", consent=True))
        shapes = full_depth.lora_for(found.family, CUTS[found.family].shapes())
        version = publish(
            house.versions, {"slug": ann.slug, "id": ann.id}, 2, _modules(shapes), family=found.family
        )
        file = paths.models / version.file
        found.fit = judge(read_header(file).shapes, build.base_file(found.family, base / "models")).fit
    finally:
        house.close()
    return ann.slug


def _modules(lora: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, int]]:
    """Name -> (inputs, outputs) of its flat matrices."""
    flat = {name: shape for name, shape in lora.items() if len(shape) == 2}
    inputs = {
        name.rpartition(".lora_")[0]: s[1]
        for name, s in flat.items()
        if name.endswith(("A.weight", "down.weight"))
    }
    outputs = {
        name.rpartition(".lora_")[0]: s[0]
        for name, s in flat.items()
        if name.endswith(("B.weight", "up.weight"))
    }
    return {module: (inputs[module], outputs[module]) for module in inputs}


def _made(api: Api, slug: str, photos: list[Path]) -> dict[str, Any]:
    [person] = [one for one in api.get("/characters")["items"] if one["slug"] == slug]
    for photo in photos:
        api.upload(person["id"], photo)
    return person


def _trained(
    api: Api, server: comfyui.ComfyUI, found: Found, photos: list[Path], asked: dict[str, Any]
) -> dict[str, Any]:
    """Somebody whose LoRA the pack has trained and proven."""
    ann = api.person(photos)
    with _timed(found, "trained"):
        _train(api, found, ann, asked)
    lora_proof.free(server)
    wait_for_proof(api, ann["id"], 900)
    found.fit = api.get(f"/characters/{ann['id']}/versions")["items"][-1]["proof"]["fit"]
    return ann


def _train(api: Api, found: Found, person: dict[str, Any], asked: dict[str, Any]) -> None:
    order = {
        "character_id": person["id"],
        "family": found.family,
        "route": found.route,
        **TRAINING,
        **asked,
    }
    check = api.post("/training/preflight", order)
    assert check["ok"], check["findings"]
    job = api.wait_for(f"/training/jobs/{api.post('/training/jobs', order)['id']}", 1800)
    assert job["state"] == "completed", job["error"]
    found.trained = f"{job['checkpoints'][-1]['step']} steps"


def _pictures(api: Api, server: comfyui.ComfyUI, found: Found, person: dict[str, Any], recipe: str) -> None:
    shown = {one["name"]: one for one in api.get("/recipes")["items"]}
    wanted = shown[recipe]
    control = "strength" if wanted["identity"] == "lora" else "reference"
    body = {"characters": [{"id": person["id"], control: 0.0}], **PICTURE}
    start: dict[str, Any] | None = None
    if wanted["needs_picture"]:
        usual = next(name for name in _usual(found) if not shown[name]["needs_picture"])
        first = _drawn(api, server, api.post("/generations", {**body, "recipe": usual}))
        start = {
            "how": "into_picture" if "mask" in wanted["controls"] else "from_picture",
            "generation_id": first["id"],
        }
    made = []
    for share in (0.0, 0.0, 1.0):
        order = {**body, "characters": [{"id": person["id"], control: share}], "recipe": recipe}
        if start is None:
            picture = _drawn(api, server, api.post("/generations", order))
        else:
            masks = {"mask": _half_marked()} if start["how"] == "into_picture" else {}
            picture = _drawn(
                api, server, api.from_picture({**order, "start": {**start, "change": 0.9}}, **masks)
            )
        made.append(server.data / "outputs" / picture["id"] / picture["images"][0]["file"])
    found.repeat = lora_proof.difference(made[0], made[1])
    found.change = lora_proof.difference(made[1], made[2])


def _usual(found: Found) -> list[str]:
    from isengard.core.families.families import Families

    family = Families().get(found.family)
    return [family.recipe, *family.other_recipes]


def _drawn(api: Api, server: comfyui.ComfyUI, ordered: dict[str, Any]) -> dict[str, Any]:
    """The record of what was ordered, once it is there; ComfyUI holds no model afterwards."""
    picture: dict[str, Any] = api.wait_for(f"/generations/{ordered['id']}", 900)
    assert picture["state"] == "completed", picture["error"]
    lora_proof.free(server)
    return picture


def _half_marked() -> bytes:
    """A PNG of the picture's size, of which the left half is to be drawn."""
    from PIL import Image

    mask = Image.new("L", (PICTURE["width"], PICTURE["height"]), 0)
    mask.paste(255, (0, 0, PICTURE["width"] // 2, PICTURE["height"]))
    stream = io.BytesIO()
    mask.save(stream, "PNG")
    return stream.getvalue()


def _peak(pid: int) -> int:
    """Most resident memory that a process had; Linux alone tells it."""
    match = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(match[1]) * 1024 if match else 0


@contextmanager
def _timed(found: Found, what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    found.seconds[what] = time.monotonic() - began
