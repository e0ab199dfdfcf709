"""What a LoRA's patches meet in a model of ComfyUI's or of another pack's loader: weights by name, their size, how they are kept."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from typing import Any

from .core.loras.lokr import applied_shape

#: What ComfyUI's adapter of a LoKr holds, in its order (0.3.75 to 0.33); what a file lacks is None.
_LOKR = ("w1", "w2", "alpha", "w1_a", "w1_b", "w2_a", "w2_b", "t2", "dora_scale")


def shapes_of(model: Any) -> dict[str, tuple[int, ...]]:
    """Each weight and buffer by its name, sizes as those of `coverage`."""
    return {name: _shape_of(weight) or tuple(weight.shape) for name, weight in _named(model)}


def coverage(model: Any, patches: Mapping[Any, Any]) -> tuple[int, int]:
    """How many patches are for a weight that this model has, and how many of these are of another size.

    ComfyUI's map names weights that a model of the same kind may lack. Sizes are of the layers as they are: `state_dict`
    gives quantised ones as they are stored, some of them half as wide.
    """
    placed = _placed(model, patches)
    return len(placed), sum(_is_misshaped(*one) for one in placed)


def unread(model: Any, patches: Mapping[Any, Any], modules: int) -> int:
    """Count the modules of a LoRA of which nothing can be said: those whose weights are bytes that tell no shape (of bitsandbytes before
    they are packed, of other packs), and those without a place in a model of which nearly nothing can be seen: packed under names of
    its loader's own (Nunchaku), or not there at all (TensorRT).
    """
    shapes = [shape for shape, _, _ in _placed(model, patches)]
    lost = modules - len(shapes) if _is_closed(getattr(model, "diffusion_model", model)) else 0
    return shapes.count(None) + max(0, lost)


def _named(model: Any) -> list[tuple[str, Any]]:
    """Buffers and weights of a module; nothing of what a loader puts in the place of one."""
    if not hasattr(model, "named_parameters"):
        return []
    return [
        *model.named_buffers(remove_duplicate=False),
        *model.named_parameters(remove_duplicate=False),
    ]


def _shape_of(weight: Any) -> tuple[int, ...] | None:
    """Of the layer, which packed bytes tell as their `shape` beside their `size()` (GGUF) or beside them (bitsandbytes); None where
    they tell none."""
    told = getattr(getattr(weight, "quant_state", None), "shape", None)
    if told is not None:
        return tuple(told)
    shape = tuple(weight.shape)
    return shape if weight.is_floating_point() or tuple(weight.size()) != shape else None


def _is_closed(model: Any) -> bool:
    """Whether at least half of a model's numbers are bytes that tell no shape, or none can be seen."""
    sizes = [(_shape_of(weight), weight.numel()) for _, weight in _named(model) if len(weight.shape) > 1]
    hidden = sum(count for shape, count in sizes if shape is None)
    return bool(hidden * 2 >= sum(count for _, count in sizes))


_Part = tuple[int, int, int] | None


def _placed(model: Any, patches: Mapping[Any, Any]) -> list[tuple[tuple[int, ...] | None, _Part, Any]]:
    """The patches that are for a weight of this model, each behind the weight's shape and the part of it that is meant."""
    weights = dict(model.named_parameters(remove_duplicate=False))
    named = [((place, None) if isinstance(place, str) else place, patch) for place, patch in patches.items()]
    return [(_shape_of(weights[place[0]]), place[1], patch) for place, patch in named if place[0] in weights]


def _is_misshaped(of: tuple[int, ...] | None, part: _Part, patch: Any) -> bool:
    """Whether a low-rank pair or a LoKr does not multiply to the shape of the weight, or of the `part` (axis, start, length) of it."""
    held = getattr(patch, "weights", None)
    if of is None or not isinstance(held, tuple):
        return False
    shape = list(of)
    if part is not None:
        shape[part[0]] = part[2]
    wanted = (shape[0], math.prod(shape[1:]))
    kind = str(getattr(patch, "name", ""))
    if kind == "lokr" and len(held) == len(_LOKR):
        parts = {
            name: tuple(one.shape) for name, one in zip(_LOKR, held, strict=True) if hasattr(one, "shape")
        }
        return applied_shape(parts) != wanted
    if "lora" not in kind or len(held) < 2 or any(getattr(one, "ndim", 0) < 2 for one in held[:2]):
        return False
    return bool((held[0].shape[0], math.prod(held[1].shape[1:])) != wanted)


def trains(model: Any, patches: Mapping[Any, Any]) -> bool:
    """Whether any of the patches is for this model."""
    places = {place if isinstance(place, str) else place[0] for place in patches}
    return any(name in places for name, _ in model.named_parameters(remove_duplicate=False))


def is_packed(model: Any, patches: Mapping[Any, Any]) -> bool:
    """Whether any weight that a patch is for is stored in another shape than it stands for, or as bytes that tell none."""
    places = {place if isinstance(place, str) else place[0] for place in patches}
    return any(
        name in places and tuple(weight.size()) != _shape_of(weight)
        for name, weight in model.named_parameters(remove_duplicate=False)
    )


def can_load_again(patcher: Any) -> bool:
    is_dynamic = getattr(patcher, "is_dynamic", None)
    return is_dynamic is None or not is_dynamic() or patcher.cached_patcher_init is not None


def hooked(clip: Any, hooks: Any, target: Any) -> Any:
    """A clone that encodes through the hooks.

    ComfyUI's dynamic memory, since 0.16 the default on NVIDIA, has none: the clone reads the file once more, and would still
    encode by the model of before, which nothing is put onto.
    """
    takes = inspect.signature(clip.clone).parameters
    own = clip.clone(disable_dynamic=True) if "disable_dynamic" in takes else clip.clone()
    own.cond_stage_model = own.patcher.model
    own.patcher.forced_hooks = hooks.clone()
    own.use_clip_schedule = False
    own.patcher.forced_hooks.set_keyframes_on_hooks(None)
    own.patcher.register_all_hook_patches(hooks, target)
    return own
