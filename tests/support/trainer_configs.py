"""What AI-Toolkit is told for a family, a route and a preset, with fixed inputs."""

from __future__ import annotations

import json
from pathlib import Path

import toml

PRESETS = ("quick", "balanced", "quality")
PHOTOS = 20


def training_of(family, preset: str, numbers=None, **kept):
    """A training with fixed inputs, the preset's own numbers or others; `kept` are its route and settings."""
    from isengard.training.interface import ResolvedTraining
    from isengard.training.planning.presets import resolve, sample_prompts

    return ResolvedTraining(
        job_id="job_" + "0" * 26, character_id="chr_" + "0" * 26, slug="ann", trigger_word="annqvx",
        class_word="woman", backend="ai_toolkit", family=family.key, preset=preset, base_path="BASE", base_sha256=None,
        generate_base="", sample_prompts=sample_prompts("annqvx", "woman"), seed=42, image_count=17,
        held_out=["pho_1"], **vars(numbers or resolve(family, preset, PHOTOS)), **kept,
    )  # fmt: skip


def config_of(name: str, preset: str, job_dir: Path, **more: object) -> dict:
    """The configuration of a training on a GPU; folders are named, not given. By the retired route it is one from before
    trainings kept their route and settings."""
    from isengard.core.families.families import Families
    from isengard.training.backends.ai_toolkit import config

    key = name.partition(".")[0]
    record, family = Families().get(key), family_of(name)
    retired = any(one.key == family.route and one.retired for one in record.routes)
    kept = {} if retired else {"route": family.route, "trainer": family.trainer.model_dump(mode="json")}
    training = training_of(family, preset, **kept, **more)
    (job_dir / "held_out").mkdir(exist_ok=True)
    (job_dir / "held_out" / "0001.jpg").write_bytes(b"")
    (job_dir / "held_out" / "0001.txt").write_text("annqvx, woman")
    begun = Families().get(key).by_frozen_route(training.route)
    text = config.as_text(config.build(job_dir, training, begun))
    return json.loads(text.replace(str(job_dir), "JOB"))


def family_of(name: str):
    """The record by the route that `ways` names."""
    from isengard.core.families.families import Families

    key, _, route = name.partition(".")
    record = Families().get(key)
    return record.by_frozen_route(route) if route else record.by_route("")


def ways() -> list[str]:
    """The families, each by its usual route, and `family.route` for every other; read without the pack, which may not be loaded yet."""
    names = []
    for file in sorted((Path(__file__).resolve().parents[2] / "core" / "families").glob("*.toml")):
        routes = toml.loads(file.read_text(encoding="utf-8")).get("routes", [])
        names += [file.stem, *(f"{file.stem}.{route['key']}" for route in routes[1:])]
    return names
