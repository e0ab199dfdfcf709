"""Somebody who can be drawn with Stable Diffusion 1.5, and pictures of theirs as ComfyUI would have left them, over a server without one."""

from __future__ import annotations

from pathlib import Path

from isengard.core.clock import SystemClock, iso
from isengard.core.families.families import Families
from isengard.core.records.generation import CharacterUse, GeneratedImage, Generation, GenerationRequest
from isengard.core.records.generation_states import GenerationState
from PIL import Image
from support.generation_records import draft
from support.loras import publish
from support.placeholders import put_files

#: Planted faces (hosts/planted_faces.py) take half of a picture.
SMALL, LARGE = 240, 400


def person_drawn(server, api, folder: Path) -> dict:
    """With one photo and one version."""
    server.host.models.update(put_files(folder / "models", Families().get("sd15")))
    ann = api.post("/characters", {"name": "Ann", "trigger_word": "annqvx", "class_word": "woman"})
    Image.new("RGB", (300, 300), (90, 120, 60)).save(folder / "ann.png")
    api.upload(ann["id"], folder / "ann.png")
    publish(server.services.versions, ann, 10, base="v1-5-pruned-emaonly.safetensors", family="sd15")
    return api.get(f"/characters/{ann['id']}")


def picture_of(
    server, ann: dict, side: int = SMALL, *, wanted=False, lora=None, now=True, purpose="user", **more
) -> Generation:
    """One of two that were asked for, the second; `lora` is the file that drew it, her own where none is given. Not `now`: long ago."""
    store, paths = server.services.generations.store, server.services.paths
    (version,) = server.services.versions.list(ann["slug"])
    request = GenerationRequest(
        recipe="sd15-identity",
        characters=[CharacterUse(id=ann["id"])],
        prompt="full body photo of {trigger}",
        width=side,
        height=side,
        count=2,
        seed=7,
        mend_faces=wanted,
    )
    more.setdefault("mending", "waiting" if wanted and now else "")  # long ago nothing of it was kept
    made = draft(
        ann["id"],
        request=request,
        recipe=request.recipe,
        purpose=purpose,
        versions=[version.file if lora is None else lora],
        images=[GeneratedImage(n=1, file="0001.png", width=side, height=side, seed=8)],
        state=GenerationState.COMPLETED,
        finished_at=iso(SystemClock().now()) if now else "2026-01-02T03:04:05.000Z",
        correlation_id="corr-draw",
        **more,
    )
    paths.generation(made.id).mkdir()
    Image.new("RGB", (side, side), (200, 150, 120)).save(paths.generation(made.id) / "0001.png")
    return store.adopt(made, ())


def mended_of(api, generation_id: str) -> list[dict]:
    """What was made of a picture by mending it."""
    found = api.get("/generations")["items"]
    return [one for one in found if (one["made_from"] or {}).get("generation_id") == generation_id]
