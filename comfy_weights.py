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
    named = (*model.named_buffers(remove_duplicate=False), *model.named_parameters(remove_duplicate=False))
    return {name: tuple(weight.shape) for name, weight in named}


def coverage(model: Any, patches: Mapping[Any, Any]) -> tuple[int, int]:
    """How many patches are for a weight that this model has, and how many of these are of another size.

    ComfyUI's map names weights that a model of the same kind may lack. Sizes are of the layers as they are: `state_dict`
    gives quantised ones as they are stored, some of them half as wide.
    """
    weights, here, wrong = dict(model.named_parameters(remove_duplicate=False)), 0, 0
    for place, patch in patches.items():
        name, part = (place, None) if isinstance(place, str) else (place[0], place[1])
        if name in weights:
            here += 1
            wrong += _is_misshaped(weights[name], part, patch)
    return here, wrong


def _is_misshaped(weight: Any, part: tuple[int, int, int] | None, patch: Any) -> bool:
    """Whether a low-rank pair or a LoKr does not multiply to the shape of the weight, or of the `part` (axis, start, length) of it."""
    held, shape = getattr(patch, "weights", None), list(weight.shape)
    if not isinstance(held, tuple):
        return False
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
    """Whether any weight that a patch is for is stored in another shape than it stands for."""
    places = {place if isinstance(place, str) else place[0] for place in patches}
    return any(
        name in places and tuple(weight.size()) != tuple(weight.shape)
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
