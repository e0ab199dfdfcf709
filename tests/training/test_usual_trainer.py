"""Who trains where nobody chose: a table of machines, trainers and models, and the same asked of real ones."""

from __future__ import annotations

import pytest
from fakes.training_comfyui import standing_in
from isengard.core.records.worker import BackendState
from isengard.core.settings import Settings
from isengard.training.machine import gpus
from isengard.training.planning.usual_trainer import Candidate, usual_trainer
from support.training_fixtures import house, redis_url, training_of  # noqa: F401 - fixtures

ALL, FEW = ("sd15", "sdxl", "z_image"), ("sd15", "sdxl")


def toolkit(state="ready", needs="gpu", families=ALL, **more):
    return Candidate("ai_toolkit", families, needs, BackendState(name="ai_toolkit", state=state), **more)


def native(state="ready", needs="cpu", families=FEW):
    """`needs` is cpu where ComfyUI draws on a GPU that nobody else finds."""
    return Candidate("comfyui_native", families, needs, BackendState(name="comfyui_native", state=state))


#: what is there, and who trains
TABLE = {
    "NVIDIA, both ready": (toolkit(), native(needs="gpu"), {"has_gpu": True}, "ai_toolkit"),
    "NVIDIA, AI-Toolkit to be set up": (toolkit("not_installed", can_be_set_up=True), native(needs="gpu"), {"has_gpu": True}, "ai_toolkit"),
    "NVIDIA, AI-Toolkit cannot be set up": (toolkit("not_installed"), native(needs="gpu"), {"has_gpu": True}, "comfyui_native"),
    "NVIDIA, AI-Toolkit broken": (toolkit("broken"), native(needs="gpu"), {"has_gpu": True}, "ai_toolkit"),
    "NVIDIA, AI-Toolkit does not run here": (toolkit("unsupported"), native(needs="gpu"), {"has_gpu": True}, "comfyui_native"),
    "a GPU that ComfyUI alone knows": (toolkit(), native(), {"has_gpu": False}, "comfyui_native"),
    "the same, AI-Toolkit not set up": (toolkit("not_installed", can_be_set_up=True), native(), {"has_gpu": False}, "comfyui_native"),
    "the same, a model that ComfyUI's cannot train": (toolkit(), native(), {"has_gpu": False, "family": "z_image"}, "ai_toolkit"),
    "the same, ComfyUI's is too old": (toolkit(), native("unsupported"), {"has_gpu": False}, "ai_toolkit"),
    "no GPU at all": (toolkit(), native("unsupported"), {"has_gpu": False}, "ai_toolkit"),
    "on the processor, by permission": (toolkit(needs="cpu"), native(), {"has_gpu": False}, "ai_toolkit"),
    "a model that AI-Toolkit cannot train": (toolkit(families=("sd15",)), native(needs="gpu"), {"has_gpu": True, "family": "sdxl"}, "comfyui_native"),
    "a model that both can train": (toolkit(), native(needs="gpu"), {"has_gpu": True, "family": "sdxl"}, "ai_toolkit"),
    "workers of other machines may train": (toolkit("not_installed"), native(), {"has_gpu": False, "elsewhere": True}, "ai_toolkit"),
    "practice": (toolkit("unsupported", placeholder=True), native(), {"has_gpu": False}, "ai_toolkit"),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_who_trains_unless_somebody_chooses(name):
    preferred, other, asked, expected = TABLE[name]
    assert usual_trainer(preferred, [other], **asked) == expected


@pytest.mark.parametrize(
    ("device", "expected"),
    [("cpu", "ai_toolkit"), ("xpu:0 Intel(R) Arc(TM) A770", "comfyui_native")],
)
def test_the_trainers_of_this_machine_are_asked(house, monkeypatch, device, expected):  # noqa: F811
    monkeypatch.setattr(gpus, "gpus", list)
    more = {} if device == "cpu" else {"options": []}
    standing_in(house.paths, device=device, **more)
    asked = {"default_backend": "ai_toolkit", "settings": Settings()}
    training = training_of(house, **asked)
    assert training.usual_backend() == training.usual_backend("sd15") == expected
    assert training.usual_backend("flux1_dev") == "ai_toolkit"
    assert training_of(house).usual_backend() == "fast_test"
