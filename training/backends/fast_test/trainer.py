"""The fast-test trainer itself. Run as `python -I <absolute path>/trainer.py JOB_DIR`; must not import the package.

Pretends: counts steps, writes a falling loss, draws sample pictures that say PRACTICE, and saves a LoRA with small
random weights in the family's probe modules, marked as a placeholder in its metadata. Resumes from `first_step`.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from pathlib import Path
from typing import Any

STATUS_EVERY_S = 0.1
SAMPLE_SIDE = 256


def put(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.isen-tmp")
    temporary.write_bytes(data)
    os.replace(temporary, path)  # noqa: PTH105


def save_lora(order: dict[str, Any], step: int, out: Path) -> None:
    """A LoRA that ComfyUI loads with no unmatched key; weights depend on the trigger, so two persons differ."""
    import numpy as np
    from safetensors.numpy import save

    generator = np.random.default_rng([order["seed"], step, *order["trigger"].encode()])
    tensors = {}
    for probe in order["probes"]:
        down = generator.standard_normal((order["rank"], probe["inputs"])) / math.sqrt(probe["inputs"])
        up = generator.standard_normal((probe["outputs"], order["rank"])) * 0.05
        tensors[f"{probe['key']}.{probe['down']}"] = down.astype(np.float16)
        tensors[f"{probe['key']}.{probe['up']}"] = up.astype(np.float16)
        if probe["down"].startswith("lora_down"):
            tensors[f"{probe['key']}.alpha"] = np.array(order["alpha"], dtype=np.float16)
    metadata = {
        "format": "pt",
        "isengard_placeholder": "true",
        "isengard_family": order["family"],
        "training_info": json.dumps({"step": step}),
    }
    put(out / f"{order['stem']}_{step:06d}.safetensors", save(tensors, metadata))


def save_sample(order: dict[str, Any], step: int, index: int, folder: Path) -> None:
    """A picture that cannot be taken for a result: a figure without a face, sharper with every save as samples are."""
    import io

    from PIL import Image, ImageDraw, ImageFilter

    folder.mkdir(exist_ok=True)
    side, share = SAMPLE_SIDE, step / max(1, order["steps"])
    skies, cloths = ((108, 140, 176), (150, 130, 168)), ((196, 112, 74), (84, 142, 126))
    image = Image.new("RGB", (side, side), skies[index % 2])
    draw = ImageDraw.Draw(image)
    draw.ellipse((78, 20, 178, 138), fill=(72, 52, 48))
    draw.ellipse((32, 158, 224, 330), fill=cloths[index % 2])
    draw.rounded_rectangle((108, 96, 148, 176), 20, fill=(216, 190, 172))
    draw.ellipse((92, 36, 164, 132), fill=(240, 218, 200))
    image = image.filter(ImageFilter.GaussianBlur(1 + 16 * (1 - share)))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, side - 52, side, side), fill=(12, 16, 24))
    draw.text((12, side - 46), "PRACTICE", "white", font(20))
    draw.text((12, side - 22), f"step {step}, prompt {index + 1}", (200, 204, 210), font(14))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    put(folder / f"{step:06d}_{index}.png", buffer.getvalue())


def font(size: int) -> Any:
    from PIL import ImageFont

    try:
        return ImageFont.load_default(size)
    except TypeError:  # Pillow before 10.1, which has one size
        return ImageFont.load_default()


def loss_at(step: int, order: dict[str, Any]) -> float:
    """Falls and wobbles like a real curve; it measures nothing."""
    return 0.12 + 0.3 * math.exp(-3.0 * step / max(1, order["steps"])) + 0.02 * math.sin(step * 1.7)


def main(job_dir: Path) -> int:
    order = json.loads((job_dir / "config.json").read_text(encoding="utf-8"))
    out, samples, flag = job_dir / "out", job_dir / "samples", job_dir / "save_now"
    out.mkdir(exist_ok=True)
    print(f"Practice trainer: {order['steps']} pretended steps from {order['first_step']}", flush=True)
    last_status = 0.0
    with (job_dir / "fast_test_loss.jsonl").open("a", encoding="utf-8") as losses:
        for step in range(order["first_step"] + 1, order["steps"] + 1):
            time.sleep(order["pause_s"])
            point = {
                "step": step,
                "loss": round(loss_at(step, order), 5),
                "learning_rate": order["learning_rate"],
            }
            losses.write(json.dumps(point) + "\n")
            losses.flush()
            ends = step == order["steps"]
            if ends or step % order["save_every"] == 0 or flag.exists():
                flag.unlink(missing_ok=True)
                for index in range(len(order["prompts"][:2])):
                    save_sample(order, step, index, samples)
                save_lora(order, step, out)
                print(f"Saved step {step}", flush=True)
            if ends or time.monotonic() - last_status > STATUS_EVERY_S:
                last_status = time.monotonic()
                status = {
                    "phase": "training",
                    "step": step,
                    "loss": point["loss"],
                    "seconds_per_step": order["pause_s"],
                }
                put(job_dir / "status.json", json.dumps(status).encode())
    print("Done. This LoRA is a placeholder.", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
