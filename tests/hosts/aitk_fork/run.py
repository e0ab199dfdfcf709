"""Looks like AI-Toolkit 0.12's run.py: reads its configuration, translates it, and trains with the registry's fork 0.2.7.

Test-owned. The fork lacks four git submodules; small stand-ins for them are put in place first (facts: ai-toolkit P2.6).
It has no Job row and no loss database, so Isengard follows it by the bars in its log.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

HERE = Path(os.path.abspath(__file__)).parent  # not resolved: bases.json lies beside the link
sys.path.insert(0, str(HERE))

import standins  # noqa: E402


def translate(config: dict) -> dict:
    """0.12 -> 0.2.7: no `diffusion_trainer`, no `arch`, no Job row, at least one data loader process."""
    process = config["config"]["process"][0]
    bases = json.loads((HERE / "bases.json").read_text())
    model, sample = process["model"], process["sample"]
    name = model["name_or_path"]
    process["type"] = "sd_trainer"
    process["model"] = {
        "name_or_path": bases.get(Path(name).name, name),
        "quantize": model["quantize"],
        "is_flux": model["arch"] == "flux",
        "is_xl": model["arch"] == "sdxl",
    }
    process["train"].pop("timestep_type", None)
    process["train"].pop("cache_text_embeddings", None)
    sample["prompts"] = [entry["prompt"] for entry in sample.pop("samples")]
    for dataset in process["datasets"]:
        dataset["num_workers"] = 1
    if process["network"]["type"] == "lokr":
        process["network"]["type"] = standins.LOKR
    for key in ("sqlite_db_path", "performance_log_every"):
        process.pop(key, None)
    process.pop("logging", None)
    return config


def seed() -> None:
    """As 0.12's run.py does it; the fork knows nothing of SEED."""
    import random

    import numpy as np
    import torch

    number = int(os.environ["SEED"])
    random.seed(number)
    np.random.seed(number)
    torch.manual_seed(number)


def main() -> None:
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    if os.environ.get("HF_HUB_OFFLINE") != "1":
        raise SystemExit("a training must not reach the hub: what it reads was fetched before")
    if "SEED" in os.environ:
        seed()
    source = Path(sys.argv[1])
    target = source.with_name("config.fork.json")
    asked = json.loads(source.read_text())
    factor = asked["config"]["process"][0]["network"].get("lokr_factor")
    target.write_text(json.dumps(translate(asked)))
    standins.install()
    if factor:
        standins.put_lokr(factor)
    sys.argv = ["run.py", str(target)]
    import runpy

    runpy.run_module("ostris_ai_toolkit.run", run_name="__main__")


if __name__ == "__main__":
    main()
