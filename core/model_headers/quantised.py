"""Layers of a base that were made smaller: how their file says so, and the shapes that they really have.

ComfyUI names a layer's format in the file's metadata or in a small tensor beside the weight (`….comfy_quant`). Some
formats keep two numbers in a byte, so that the stored shape is half as wide as the layer (facts: current-comfyui, fault 1).
Standard library only: the reading child loads it by its path.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .header import Header

Shape = tuple[int, ...]
#: Two numbers in a byte, along the last axis.
HALVED = {"nvfp4", "convrot_w4a4", "asym_w4a8_int8"}
#: One number in a byte: stored as it is.
UNPACKED = {"float8_e4m3fn", "float8_e5m2", "mxfp8", "int8_tensorwise"}
#: Stored types that are numbers of the weight itself where nothing else is said; bytes are a packing we do not know.
_PLAIN_TYPES = {"F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ"}
#: A weight whose loader has a packing, and mostly names, of its own: Nunchaku's, GPTQ's, AWQ's.
PACKED_ENDING = ".qweight"
#: What says that ComfyUI's own loaders read no word of the file: those, and bitsandbytes'.
FOREIGN_ENDINGS = (PACKED_ENDING, ".absmax")
#: What only quantised files have beside their weights: ComfyUI's, its older fp8 files', bitsandbytes', and those.
_SIGNS = (".comfy_quant", ".weight_scale", ".scale_weight", "scaled_fp8", *FOREIGN_ENDINGS)
_METADATA = "_quantization_metadata"
#: ComfyUI's names of formats as people say them; others are told as they are.
_SAID = {"float8_e4m3fn": "fp8", "float8_e5m2": "fp8", "int8_tensorwise": "int8"}
_SAID_TYPES = {"F8": "fp8", "F6": "6-bit", "F4": "4-bit", "I8": "int8", "U8": "4-bit"}
_BESIDE = ".comfy_quant"
_PREFIXES = ("model.diffusion_model.", "diffusion_model.")
#: The tensor that names a format holds a few dozen bytes.
_MAX_BESIDE = 4096


def quantisation(path: Path, header: Header) -> str:
    """The format that layers of it are kept in, as people say it, '' for plain weights: ComfyUI draws with a quantised file, a
    trainer that reads plain weights does not. Raises OSError."""
    kinds = Counter(kind for kind in _formats(path, header).values() if kind)
    if kinds:
        kind = kinds.most_common(1)[0][0]
        return _SAID.get(kind, kind)
    small = Counter(
        said
        for name, tensor in header.tensors.items()
        if name.endswith(".weight") and (said := _SAID_TYPES.get(tensor.dtype.partition("_")[0]))
    )
    if small:
        return small.most_common(1)[0][0]
    signed = _METADATA in header.metadata or any(name.endswith(_SIGNS) for name in header.tensors)
    return "an unknown format" if signed else ""


def logical_shapes(path: Path, header: Header) -> dict[str, Shape]:
    """Shapes of the layers by tensor name, () for one whose packing is not known. Raises OSError."""
    formats = _formats(path, header)
    shapes: dict[str, Shape] = {}
    for name, tensor in header.tensors.items():
        module = name.removesuffix(".weight")
        kind = formats.get(module, formats.get(_bare(module))) if module != name else None
        if kind in HALVED and tensor.shape:
            shapes[name] = (*tensor.shape[:-1], tensor.shape[-1] * 2)
        elif module == name or kind in UNPACKED or (kind is None and tensor.dtype in _PLAIN_TYPES):
            shapes[name] = tensor.shape
        else:
            shapes[name] = ()
    return shapes


def _bare(module: str) -> str:
    return next((module[len(prefix) :] for prefix in _PREFIXES if module.startswith(prefix)), module)


def _formats(path: Path, header: Header) -> dict[str, str]:
    """module -> the name of its format, '' where that cannot be read."""
    layers = _object(header.metadata.get(_METADATA, "")).get("layers")
    formats = (
        {str(name): _format(entry) for name, entry in layers.items()} if isinstance(layers, dict) else {}
    )
    beside = {name: tensor for name, tensor in header.tensors.items() if name.endswith(_BESIDE)}
    if beside:
        with path.open("rb") as stream:
            for name, tensor in beside.items():
                stream.seek(tensor.start)
                text = stream.read(min(tensor.end - tensor.start, _MAX_BESIDE))
                formats[name.removesuffix(_BESIDE)] = _format(_object(text))
    return formats


def _object(text: str | bytes) -> Mapping[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _format(entry: Any) -> str:
    return str(entry.get("format", "")) if isinstance(entry, dict) else ""
