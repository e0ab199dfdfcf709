"""Does a LoRA fit a base? Answered from the two headers alone: names of modules and shapes (lora-roundtrip section 5)."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...core.errors import InvalidError
from ...core.loras import lokr
from ...core.loras.fit import is_of_text_encoder, judged
from ...core.loras.safetensors_file import finite_and_nonzero, read_header, sha256_of
from ...core.model_headers import header
from ...core.model_headers.quantised import PACKED_ENDING, logical_shapes
from ...core.records.checkpoint import Fit, Proof
from . import flux_names, krea2_names, unet_names, z_image_names

Shape = tuple[int, ...]
_log = logging.getLogger("isengard.training")
_PREFIXES = ("model.diffusion_model.", "diffusion_model.")
#: (up, down) endings of the spellings ComfyUI reads.
_PAIRS = (
    (".lora_up.weight", ".lora_down.weight"),
    (".lora_B.weight", ".lora_A.weight"),
    (".lora_B.default.weight", ".lora_A.default.weight"),
    ("_lora.up.weight", "_lora.down.weight"),
    (".lora.up.weight", ".lora.down.weight"),
)
#: What is added to a weight or a bias as it is: ComfyUI's trainer learns norms and biases so.
_WHOLE, _BIASES = (".diff", ".w_norm"), (".diff_b", ".b_norm")


@dataclass(frozen=True)
class FitReport:
    """`unmatched` names have no place in the base, `misshaped` a wrong size; text-encoder modules are not judged."""

    fit: Fit
    matched: int = 0
    unmatched: list[str] = field(default_factory=list)
    misshaped: list[str] = field(default_factory=list)


def judge(lora: Mapping[str, Shape], base_path: Path | None) -> FitReport:
    """`fits`, `partial`, `wrong`, or `unchecked` where the base is not here, or is of a layout that we cannot read.

    A module of a packing that is not known (its shape is ()) is not judged. One counts once, whatever of it was learned.
    """
    targets = targets_of(base_path) if base_path is not None else {}
    if not targets:
        return FitReport("unchecked")
    matched, unmatched, misshaped, unread = 0, [], [], 0
    applied, shifts = applied_shapes(lora), shifts_of(lora)
    for module in dict.fromkeys((*applied, *shifts)):
        if is_of_text_encoder(module):
            continue
        shape = targets.get(module)
        if shape is None:
            unmatched.append(module)
        elif not shape:
            unread += 1
        elif module in applied and applied[module] != (shape[0], math.prod(shape[1:])):
            misshaped.append(module)
        elif all(added == (shape[:1] if of_bias else shape) for of_bias, added in shifts.get(module, ())):
            matched += 1
        else:
            misshaped.append(module)
    if (unread and not misshaped) or (unmatched and not _all_names_known(targets, unmatched)):
        return FitReport("unchecked", matched, unmatched, misshaped)
    fit = judged(matched, matched + len(unmatched) + len(misshaped))
    return FitReport(fit, matched, unmatched, misshaped)


def _all_names_known(targets: Mapping[str, Shape], unmatched: Sequence[str]) -> bool:
    """Whether what found no place cannot have one: the base's own names are known for any layout, others' names are not."""
    own = ("diffusion_model.", "lora_unet_")
    return any(not name.startswith(own) for name in targets) or all(
        name.startswith(own) for name in unmatched
    )


def applied_shapes(lora: Mapping[str, Shape]) -> dict[str, tuple[int, int] | None]:
    """module -> (rows, columns) of what its tensors multiply to, None where they do not go together."""
    found = {module: lokr.applied_shape(parts) for module, parts in lokr.factors_of(lora).items()}
    for key, shape in lora.items():
        for up, down in _PAIRS:
            if key.endswith(up):
                module = key[: -len(up)]
                found[module] = _of_pair(shape, lora.get(module + down))
    return found


def shifts_of(lora: Mapping[str, Shape]) -> dict[str, list[tuple[bool, Shape]]]:
    """Gather what is added to a module's weight or (True) its bias: module -> shapes."""
    found: dict[str, list[tuple[bool, Shape]]] = {}
    for key, shape in lora.items():
        module, dot, part = key.rpartition(".")
        if f"{dot}{part}" in (*_WHOLE, *_BIASES):
            found.setdefault(module, []).append((f"{dot}{part}" in _BIASES, tuple(shape)))
    return found


def targets_of(base_path: Path) -> dict[str, Shape]:
    """Find every name that a LoRA may use for a module of this base, with the weight's shape; empty for what is no model."""
    if base_path.is_dir():
        return _folder_targets(base_path)
    weights = _weights(_shapes(base_path))
    named = {f"diffusion_model.{module}": shape for module, shape in weights.items()}
    named |= {f"lora_unet_{module.replace('.', '_')}": shape for module, shape in weights.items()}
    if "input_blocks.0.0" in weights:
        for ldm, name in unet_names.diffusers_names(weights).items():
            named |= _unet_spellings(name, weights[ldm])
    for module, shape in _diffusers_shapes(weights).items():
        named |= _transformer_spellings(module, shape)
        named[f"lora_transformer_{module.replace('.', '_')}"] = shape
    return named


def _diffusers_shapes(weights: Mapping[str, Shape]) -> dict[str, Shape]:
    """The modules of a transformer by diffusers' names; empty for one whose other names we do not know."""
    if "img_in" in weights and any(module.startswith("double_blocks.") for module in weights):
        return flux_names.diffusers_shapes(weights)
    if "cap_embedder.0" in weights or "cap_embedder.1" in weights:
        return z_image_names.diffusers_shapes(weights)
    if "txtfusion.projector" in weights:
        return krea2_names.diffusers_shapes(weights)
    # Qwen-Image's file has diffusers' names already
    return dict(weights) if "transformer_blocks.0.attn.add_q_proj" in weights else {}


def _folder_targets(folder: Path) -> dict[str, Shape]:
    """A diffusers folder: its own names are the LoRA's names."""
    named: dict[str, Shape] = {}
    for part, spell in (("unet", _unet_spellings), ("transformer", _transformer_spellings)):
        for file in sorted((folder / part).glob("*.safetensors")):
            for module, shape in _weights(_shapes(file)).items():
                named |= spell(module, shape)
    return named


def _shapes(file: Path) -> dict[str, Shape]:
    """Of the layers as they really are; empty for what cannot be read, so that nothing is said against a LoRA."""
    if not header.is_safetensors(file):
        return {}
    try:
        shapes = logical_shapes(file, header.read(file, header.BASE))
    except (header.NotWhole, OSError) as fault:
        _log.warning(
            "The base's header cannot be read", extra={"context": {"file": file.name, "reason": str(fault)}}
        )
        return {}
    return {} if any(name.endswith(PACKED_ENDING) for name in shapes) else shapes


def _unet_spellings(name: str, shape: Shape) -> dict[str, Shape]:
    processor = name.replace(".to_", ".processor.to_").removesuffix(".0")
    return {f"lora_unet_{name.replace('.', '_')}": shape, f"unet.{processor}": shape}


def _transformer_spellings(name: str, shape: Shape) -> dict[str, Shape]:
    return {f"transformer.{name}": shape, f"diffusion_model.{name}": shape}


def _weights(shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    """Modules (keys without prefix and `.weight`) of the diffusion model in a file."""
    prefix = next((p for p in _PREFIXES if any(key.startswith(p) for key in shapes)), "")
    return {
        key[len(prefix) : -len(".weight")]: shape
        for key, shape in shapes.items()
        if key.startswith(prefix) and key.endswith(".weight")
    }


def _of_pair(up: Shape, down: Shape | None) -> tuple[int, int] | None:
    """A lone up, or two of different ranks, are nothing."""
    if down is None or not up or not down or math.prod(up[1:]) != down[0]:
        return None
    return up[0], math.prod(down[1:])


def prove(file: Path, base_path: str) -> tuple[Proof, str]:
    """The proof and the file's SHA-256 ('' when its header cannot be read). `base_path` may be a hub id or ''."""
    try:
        described = read_header(file)
    except InvalidError:
        return Proof(), ""
    finite, nonzero = finite_and_nonzero(file, described)
    local = Path(base_path) if base_path and Path(base_path).exists() else None
    report = judge(described.shapes, local)
    return Proof(header=True, finite=finite, nonzero=nonzero, fit=report.fit), sha256_of(file)
