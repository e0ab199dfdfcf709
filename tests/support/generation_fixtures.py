"""A character with two published LoRAs, the pipelines over a stand-in ComfyUI, and the service that drives them."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes.comfyui_standin import ComfyStandIn
from isengard.core.characters.character_store import CharacterStore
from isengard.core.clock import SystemClock
from isengard.core.families.base_choice import BaseFile, RankedBase
from isengard.core.families.families import Families
from isengard.core.generations.generation_store import GenerationStore
from isengard.core.loras.versions import VersionStore
from isengard.core.plugins import PluginContext, PluginRegistry, neighbour_packs
from isengard.core.records.character import CharacterDraft
from isengard.core.records.checkpoint import Checkpoint
from isengard.core.records.generation import CharacterUse, GenerationRequest
from isengard.core.settings import Settings
from isengard.core.storage.library import Library
from isengard.generation.image import comfy_client, comfyui, fast_test
from isengard.generation.image.comfy_client import ComfyClient
from isengard.generation.image.model_files import FamilyFiles, Part
from isengard.generation.service import GenerationService
from support.soon import WITHIN_S

FOREIGN_PACK = Path(__file__).resolve().parents[1] / "fakes" / "foreign_pack"
BASE = "mine/v1-5.safetensors"
FOREIGN_NODES = """
class Tinted:
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}
    RETURN_TYPES, FUNCTION, CATEGORY = ("IMAGE",), "go", "x"
    def go(self, image):
        return (image * 0.5,)
NODE_CLASS_MAPPINGS = {"SomebodysTint": Tinted}
"""


class OneBase:
    """A ComfyUI with one SD1.5 checkpoint."""

    comfyui = "0.3.75"

    def __init__(self) -> None:
        self.names = [BASE]

    def upscalers(self):
        return []

    def families(self, recipe):
        bases = [RankedBase(BaseFile(name), True, "tensors") for name in self.names]
        part = Part(
            "checkpoint", "v1-5-pruned-emaonly.safetensors", self.names, 4_265_146_304, True, bases=bases
        )
        prompting = Families().get("sd15").prompting
        families = [FamilyFiles("sd15", "Stable Diffusion 1.5", [part], "0.3.75", prompting=prompting)]
        return families if recipe == "sd15-identity" else []


@pytest.fixture
def quick(monkeypatch):
    """The same waits, shorter."""
    monkeypatch.setattr(comfy_client, "POLL_S", 0.02)
    monkeypatch.setattr(comfy_client, "LOST_AFTER_S", 0.3)
    monkeypatch.setattr(comfy_client, "AWAY_AFTER_S", 0.6)


@pytest.fixture
def house(paths, quick):
    clock, library, events = SystemClock(), Library(paths), []
    house = SimpleNamespace(
        paths=paths,
        events=events,
        models=OneBase(),
        library=library,
        store=GenerationStore(library, paths, clock),
        characters=CharacterStore(library, paths, clock),
        versions=VersionStore(paths, clock),
    )
    house.ann = house.characters.create(CharacterDraft(name="Ann", trigger_word="annqvx", class_word="woman"))
    house.service = GenerationService(
        store=house.store,
        characters=house.characters,
        versions=house.versions,
        pipelines=lambda: house.pipelines,
        emit=lambda kind, identifier, data, correlation: events.append((kind, identifier, data, correlation)),
        clock=clock,
        allow_placeholder=False,
    )
    yield house
    library.close()


def put_foreign_nodes(custom_nodes: Path) -> Path:
    """A pack that knows nothing of ours and brings the node `SomebodysTint`."""
    pack = custom_nodes / "somebodys_pack"
    pack.mkdir()
    (pack / "__init__.py").write_text(FOREIGN_NODES)
    return pack


def put_foreign_pack(custom_nodes: Path) -> Path:
    """Somebody else's pack, as a clone of it lies beside ours."""
    pack = custom_nodes / "somebodys-sketches"
    shutil.copytree(FOREIGN_PACK, pack, ignore=shutil.ignore_patterns("__pycache__"))
    return pack


def foreign_pipeline(house, url: str):
    """The pipeline of a neighbouring pack, found and loaded the way the server does it."""
    own = house.paths.root.parent / "custom_nodes" / "isengard"
    if not own.exists():
        own.mkdir(parents=True)
        put_foreign_pack(own.parent)
    registry = PluginRegistry(PluginContext(house.paths, Settings(comfyui_url=url)), {}, neighbour_packs(own))
    pipeline = registry.get("image_pipelines", "sketch")
    assert registry.problems == []
    return pipeline


def publish(house, step: int, *, placeholder: bool = False, family: str = "sd15", of=None, job="0"):
    """A LoRA of Ann's (or of somebody else's), as a training leaves it; `job` tells trainings apart."""
    owner = of or house.ann
    source = house.paths.tmp / f"{step}.safetensors"
    source.write_bytes(b"x" * step)
    checkpoint = Checkpoint(
        step=step,
        file=source.name,
        size=step,
        sha256=f"{step:064x}",
        family=family,
        placeholder=placeholder,
    )
    return house.versions.publish(
        owner.slug,
        character_id=owner.id,
        job_id="job_" + job * 26,
        checkpoint=checkpoint,
        source_file=source,
        base_model=BASE,
    )


def request(house, **changes) -> GenerationRequest:
    wanted = {
        "recipe": "sd15-identity",
        "characters": [CharacterUse(id=house.ann.id)],
        "prompt": "portrait of {trigger}",
        "seed": 7,
    }
    return GenerationRequest(**{**wanted, **changes})


def with_comfy(house, scenario):
    """Run `scenario(comfy)` beside a stand-in ComfyUI; nothing of the service is left running afterwards."""

    async def run():
        async with ComfyStandIn(house.paths.outputs) as comfy:
            client = ComfyClient(lambda: comfy.url)
            foreign = foreign_pipeline(house, comfy.url)
            house.pipelines = [
                comfyui.create(client, house.models),
                fast_test.create(client, house.models, allowed=True),
                foreign,
            ]
            house.client = client
            try:
                return await asyncio.wait_for(scenario(comfy), WITHIN_S)
            finally:
                await client.close()
                await foreign.client.close()

    return asyncio.run(run())


async def until(house, generation_id, *states):
    """The generation once it is in one of the states."""
    while True:
        generation = house.store.get(generation_id)
        if generation.state.value in states:
            return generation
        await asyncio.sleep(0.01)
