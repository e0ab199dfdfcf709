"""Our nodes against the real comfy_api of the host environment, in this process, with a stand-in for ComfyUI's inside."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest
from hosts.comfyui import comfyui_folder
from support.node_fixtures import node_house


class Base:
    """A base model: nothing but itself."""


class FakeComfy:
    """What nodes ask of ComfyUI; `applied` and `files` list the LoRAs put onto models, `coverage` how many modules fit, of how many,
    and how many are of a wrong size, `unread` of how many nothing can be said, `shapes` the base's weights; a file with one of `foreign` in its name fits nowhere."""

    is_running = writes_graphs = True
    lists_loras = hooks = True

    def __init__(self, user_directory) -> None:
        self.user_directory = user_directory
        self.listen_is_loopback = True
        self.coverage = (3, 3, 0)
        self.unread = 0
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.foreign: list[str] = []
        self.files: list[str] = []
        self.bases: dict[str, Base] = {}
        self.applied: list[tuple] = []
        self.read: list[str] = []
        self.encoded: list[tuple] = []
        self.referred: list[tuple] = []
        self.said: list[tuple[str, str]] = []

    def own_folders(self):
        return {name: self.user_directory.parent / name for name in ("input", "output", "temp")}

    def read_lora(self, path):
        self.read.append(path.name)
        return {"path": str(path)}

    def lora_name(self, path):
        return f"{path.parent.name}/{path.name}" if self.lists_loras else None

    def base_of(self, model):
        return self.bases.setdefault(model, Base())

    def fit_lora(self, model, clip, tensors):
        alien = any(part in tensors["path"] for part in self.foreign)
        taken, modules, misshaped = (0, 3, 0) if alien else self.coverage
        counted = {"taken": taken, "modules": modules, "misshaped": misshaped}
        return SimpleNamespace(**counted, unread=0 if alien else self.unread, file=tensors["path"])

    def weights_of(self, model):
        return self.shapes

    def takes_hooks(self, model, clip, fit):
        return self.hooks

    def encode_region(self, clip, fit, text, **part):
        self.encoded.append((clip, text, part))
        return [[text, part]]

    def with_references(self, conditioning, vae, photos, share):
        self.referred.append((vae, [tuple(photo.shape) for photo in photos], share))
        return [*conditioning, "referred"]

    def say(self, words, node_id):
        self.said.append((words, node_id))

    def apply_lora(self, model, clip, fit, strength):
        self.applied.append((model, clip, strength))
        self.files.append(fit.file)
        return f"{model}+", clip and f"{clip}+"


@pytest.fixture(scope="session")
def comfy_api():
    """comfy_api from the host's ComfyUI; at the end of the path, so that nothing of ours is hidden by its modules."""
    folder = str(comfyui_folder())
    if folder not in sys.path:
        sys.path.append(folder)
    import comfy_api.latest

    return comfy_api.latest


@pytest.fixture
def comfy(comfy_api, paths, tmp_path, monkeypatch):
    """Production mode unless the test says otherwise, on the stores of `paths`."""
    from isengard.nodes import context

    monkeypatch.setenv("DATA_DIR", str(paths.root))
    monkeypatch.delenv("ISENGARD_MODE", raising=False)
    host, house = FakeComfy(tmp_path / "user"), node_house(paths)
    host.house = house
    context.provide(host, lambda: house)
    yield host
    house.close()
    context.provide(None)


@pytest.fixture
def ann(comfy, paths):
    """Ann with two LoRAs, steps 10 and 20; `publish` makes more."""
    from isengard.core.records.character import CharacterDraft
    from isengard.nodes.context import current
    from support.generation_fixtures import publish

    house = SimpleNamespace(paths=paths, versions=current().versions)
    house.ann = current().characters.create(
        CharacterDraft(name="Ann", trigger_word="annqvx", class_word="woman")
    )
    house.publish = lambda step, **options: publish(house, step, **options)
    house.publish(10), house.publish(20)
    return house
