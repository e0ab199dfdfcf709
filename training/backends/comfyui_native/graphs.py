"""The graphs that our ComfyUI runs, in its API's form. Pure functions; only nodes that ComfyUI brings itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from .order import Order

Graph = dict[str, dict[str, Any]]
PHOTOS = "photos"
TRAINER, LORA = "TrainLoraNode", "LORA_MODEL"
#: Inputs without which it is another node than the one that we know, and what the log says then.
_NEEDED = {"model", "latents", "positive", "steps", "rank", "learning_rate", "existing_lora"}
UNKNOWN_NODE = f"this ComfyUI has no {TRAINER} that Isengard knows"
NOTHING = "[None]"
SLICE, SAMPLE = "slice", "sample"


@dataclass(frozen=True)
class TrainingNode:
    """Inputs and output of this release's training node: what it takes with its defaults, and where its LoRA comes out."""

    inputs: Mapping[str, Any]
    lora: int

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> TrainingNode:
        """Read from /object_info. ValueError for a node that has changed beyond what is known here, or that is not there."""
        node = described.get(TRAINER) or {}
        told = {**node.get("input", {}).get("required", {}), **node.get("input", {}).get("optional", {})}
        outputs = list(node.get("output", []))
        if not told.keys() >= _NEEDED or LORA not in outputs:
            raise ValueError(UNKNOWN_NODE)
        inputs = {name: (spec[1].get("default") if len(spec) > 1 else None) for name, spec in told.items()}
        return cls(inputs, outputs.index(LORA))


def slice_of(
    order: Order,
    node: TrainingNode,
    *,
    steps: int,
    done: int,
    going_on: str,
    shifts: str,
    on_cpu: bool,
    learning_rate: float | None = None,
) -> Graph:
    """`steps` steps after `done`. `going_on` names the LoRA so far, `shifts` what was learned beside it: the node goes on with the first
    alone, so the second is put onto the model.

    Noise of step n of a whole run is seeded with seed + 1000 n by the node: a slice gets the seed that continues it.
    """
    graph = _data(order)
    model: list[Any] = ["base", 0]
    if shifts:
        graph["shifts"] = _node("LoraLoaderModelOnly", model=model, lora_name=shifts, strength_model=1.0)
        model = ["shifts", 0]
    asked = {
        **_learning(order, on_cpu=on_cpu),
        "model": model,
        "steps": steps,
        "learning_rate": learning_rate or order.learning_rate,
        "seed": order.seed + done * 1000,
        "existing_lora": going_on or NOTHING,
    }
    taken = {name: asked.get(name, usual) for name, usual in node.inputs.items()}
    graph["train"] = {"class_type": TRAINER, "inputs": taken}
    graph["save"] = _node("SaveLoRA", lora=["train", node.lora], prefix=SLICE, steps=done + steps)
    return graph


def _learning(order: Order, *, on_cpu: bool) -> dict[str, Any]:
    """What is the same for every slice. LoRAs in full precision: a slice goes on from what the one before has saved."""
    return {
        "latents": ["latents", 0],
        "positive": ["captions", 0],
        "batch_size": order.batch_size,
        "grad_accumulation_steps": 1,
        "rank": order.rank,
        "optimizer": "AdamW",
        "loss_function": "MSE",
        "training_dtype": "fp32" if on_cpu else "bf16",
        "lora_dtype": "fp32",
        "algorithm": order.algorithm,
        "gradient_checkpointing": not on_cpu,
        "offloading": order.low_vram and not on_cpu,
    }


def samples_of(order: Order, lora: str, prompts: Sequence[str], side: int) -> Graph:
    """Pictures with the LoRA so far. The data set is in it too, though nothing asks for it: ComfyUI forgets what the next prompt lacks."""
    graph = _data(order)
    _, clip, vae = _loaded(order)
    graph["lora"] = _node("LoraLoaderModelOnly", model=["base", 0], lora_name=lora, strength_model=1.0)
    graph["nothing"] = _node("CLIPTextEncode", text="", clip=clip)
    graph["empty"] = _node("EmptyLatentImage", width=side, height=side, batch_size=1)
    for number, prompt in enumerate(prompts):
        graph[f"prompt{number}"] = _node("CLIPTextEncode", text=prompt, clip=clip)
        graph[f"draw{number}"] = _node(
            "KSampler",
            model=["lora", 0],
            positive=[f"prompt{number}", 0],
            negative=["nothing", 0],
            latent_image=["empty", 0],
            seed=order.seed,
            steps=order.sample_steps,
            cfg=order.sample_guidance,
            sampler_name="euler",
            scheduler="normal",
            denoise=1.0,
        )
        graph[f"picture{number}"] = _node("VAEDecode", samples=[f"draw{number}", 0], vae=vae)
        graph[f"save{number}"] = _node(
            "SaveImage", images=[f"picture{number}", 0], filename_prefix=f"{SAMPLE}{number}"
        )
    return graph


def _data(order: Order) -> Graph:
    """The base by its family's loader, and the photos with their captions."""
    loaders, clip, vae = _loaded(order)
    return {
        **loaders,
        "photos": _node("LoadImageTextDataSetFromFolder", folder=PHOTOS),
        "latents": _node("VAEEncode", pixels=["photos", 0], vae=vae),
        "captions": _node("CLIPTextEncode", text=["photos", 1], clip=clip),
    }


def _loaded(order: Order) -> tuple[Graph, list[Any], list[Any]]:
    """The loaders of a model, whose node `base` gives it out first, and where its text encoder and its VAE come from."""
    base = PurePath(order.base).name
    if order.loader == "checkpoint":
        return {"base": _node("CheckpointLoaderSimple", ckpt_name=base)}, ["base", 1], ["base", 2]
    encoder, vae = (PurePath(order.beside[role]).name for role in ("text_encoder", "vae"))
    parts = {
        "base": _node("UNETLoader", unet_name=base, weight_dtype="default"),
        "clip": _node("CLIPLoader", clip_name=encoder, type=order.clip),
        "vae": _node("VAELoader", vae_name=vae),
    }
    return parts, ["clip", 0], ["vae", 0]


def _node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs}
