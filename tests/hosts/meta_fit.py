"""What ComfyUI takes of LoRAs for bases without weights: each base is recognised by its header and built on torch's `meta`.

    meta_fit.py COMFYUI_FOLDER FILES.json      FILES: {name: [base, LoRA, its own LoKr]}

Prints {base: {LoRA: [taken, modules, misshaped]}} as the nodes count them; bases that this ComfyUI does not know are left out.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

folder, asked = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
sys.argv = [sys.argv[0], "--cpu"]
sys.path[:0] = [str(folder), str(Path(__file__).resolve().parents[1])]

import torch  # noqa: E402
from hosts.comfyui_launcher import define_missing_operators  # noqa: E402

_operators = define_missing_operators()

import comfy.options  # noqa: E402

comfy.options.enable_args_parsing()
import comfy.model_detection  # noqa: E402
import comfy.utils  # noqa: E402
import conftest  # noqa: E402, F401 - makes this checkout the package `isengard`
from isengard.comfy_host import ComfyHost  # noqa: E402
from isengard.core.model_headers import header  # noqa: E402

KINDS = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "F8_E4M3": torch.float8_e4m3fn}


def model_of(base: Path) -> Any:
    """ComfyUI's model for this file, or None for one that it does not know: then it is taken for another, and is not whole."""
    tensors = {
        name: torch.empty(tensor.shape, dtype=KINDS[tensor.dtype], device="meta")
        for name, tensor in header.read(base, header.BASE).tensors.items()
    }
    prefix = comfy.model_detection.unet_prefix_from_state_dict(tensors)
    if not any(name.startswith(prefix) for name in tensors):
        prefix = ""
    try:
        config = comfy.model_detection.model_config_from_unet(tensors, prefix)
        if config is None:
            return None
        model = config.get_model(tensors, prefix, device="meta")
    except (
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ):  # a family of a later release, taken for another
        return None
    own = config.process_unet_state_dict({name[len(prefix) :]: tensor for name, tensor in tensors.items()})
    built = model.diffusion_model.state_dict()
    whole = all(name in built and built[name].shape == tensor.shape for name, tensor in own.items())
    return model if whole else None


def main() -> None:
    host = ComfyHost(None)
    loras = {name: comfy.utils.load_torch_file(files[1], safe_load=True) for name, files in asked.items()}
    found: dict[str, dict[str, list[int]]] = {}
    for name, (base, *_) in asked.items():
        model = model_of(Path(base))
        if model is not None:
            fits = {
                other: host.fit_lora(SimpleNamespace(model=model), None, lora)
                for other, lora in loras.items()
            }
            own = comfy.utils.load_torch_file(asked[name][2], safe_load=True)
            fits["its own LoKr"] = host.fit_lora(SimpleNamespace(model=model), None, own)
            found[name] = {other: [fit.taken, fit.modules, fit.misshaped] for other, fit in fits.items()}
    print(json.dumps(found))


main()
