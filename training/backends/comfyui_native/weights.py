"""A LoRA or a LoKr between two slices: what the training node goes on from, what it forgets, and what is saved of both.

ComfyUI's node goes on with the pairs (`lora_up` and `lora_down`, `lokr_w1` and `lokr_w2`), but begins biases and norms (`diff_b`, `diff`)
anew and looks for `alpha` under another name than it writes. So the pairs are kept apart with both names, and the rest is added up and put
onto the model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from ....core import atomic

_UP, _DOWN, _ALPHA = ".lora_up.weight", ".lora_down.weight", ".alpha"
_SMALL, _LARGE = ".lokr_w1", ".lokr_w2"
_SHIFTS = (".diff", ".diff_b")
#: Where the node looks for it.
_ALPHA_ASKED = ".weight.alpha"
#: The node reads the steps done out of the name.
_PAIRS_NAME, _SHIFTS_NAME = "isengard_{step}_steps_pairs.safetensors", "isengard_{step}_shifts.safetensors"

Tensors = dict[str, np.ndarray]


@dataclass(frozen=True)
class Learned:
    """A LoRA after `step` steps; nothing yet where there are no pairs."""

    step: int = 0
    pairs: Tensors = field(default_factory=dict)
    shifts: Tensors = field(default_factory=dict)

    @property
    def finite(self) -> bool:
        return all(np.isfinite(value).all() for value in (*self.pairs.values(), *self.shifts.values()))


def read(file: Path, step: int) -> Learned:
    """A checkpoint, or what the node has saved, without shifts that change nothing. Raises OSError, SafetensorError.

    ComfyUI before 0.33 gives Z-Image a norm that it never uses and that no file has: nothing is learned of it, and it would fit nothing.
    """
    tensors = {name: value.astype(np.float32) for name, value in load_file(file).items()}
    pairs = {name: value for name, value in tensors.items() if not name.endswith(_SHIFTS)}
    shifts = {name: value for name, value in tensors.items() if name not in pairs and value.any()}
    return Learned(step, pairs, shifts)


def begun(of_node: Learned, *, alpha: float, seed: int) -> Learned:
    """A LoRA or a LoKr that changes nothing yet, for the modules that the node has found: the usual start, alpha as it was asked
    for.

    The node's own start has alpha 1 and the random numbers on the other side, with which the same learning rate means something else
    than in other trainers. The alpha of a LoKr whose matrices are whole scales nothing.
    """
    chance = np.random.default_rng(seed)
    pairs: Tensors = {}
    for name in sorted(of_node.pairs):
        value = of_node.pairs[name]
        if name.endswith((_DOWN, _SMALL)):
            bound = 1.0 / np.sqrt(value.shape[1])
            pairs[name] = chance.uniform(-bound, bound, value.shape).astype(np.float32)
        elif name.endswith((_UP, _LARGE)):
            pairs[name] = np.zeros_like(value)
        if name.endswith(_UP):
            pairs[f"{name.removesuffix(_UP)}{_ALPHA}"] = np.array(alpha, dtype=np.float32)
    return Learned(0, pairs)


def after(before: Learned, of_node: Learned) -> Learned:
    """Put together what is known after a slice: the node's pairs go on from those before, its shifts come on top."""
    shifts = dict(before.shifts)
    for name, value in of_node.shifts.items():
        shifts[name] = shifts[name] + value if name in shifts else value
    return Learned(of_node.step, of_node.pairs, shifts)


def keep(learned: Learned, folder: Path) -> tuple[str, str]:
    """Write what the next slice goes on from; the names of both files ('' for one that is not needed). Those before are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    pairs, shifts = _PAIRS_NAME.format(step=learned.step), _SHIFTS_NAME.format(step=learned.step)
    asked = {
        f"{name.removesuffix(_ALPHA)}{_ALPHA_ASKED}": value
        for name, value in learned.pairs.items()
        if name.endswith(_ALPHA)
    }
    if learned.shifts:
        atomic.write_bytes(folder / shifts, save(learned.shifts))
    # last: who finds it finds both
    atomic.write_bytes(folder / pairs, save({**learned.pairs, **asked}))
    for old in [file for file in folder.glob("isengard_*") if file.name not in (pairs, shifts)]:
        old.unlink()
    return pairs, shifts if learned.shifts else ""


def kept(folder: Path) -> Learned | None:
    """Read what was kept last; None where there is nothing whole. Of two, whoever wrote the newer one was cut off before the older had
    gone: that one may lack its shifts by then."""
    found = sorted((int(file.name.split("_")[1]), file) for file in folder.glob(_PAIRS_NAME.format(step="*")))
    if not found:
        return None
    step, file = found[-1]
    beside = folder / _SHIFTS_NAME.format(step=step)
    try:
        learned = read(file, step)
        shifts = read(beside, step).shifts if beside.is_file() else {}
    except (OSError, SafetensorError):
        return None
    pairs = {name: value for name, value in learned.pairs.items() if not name.endswith(_ALPHA_ASKED)}
    return Learned(step, pairs, shifts)


def save_checkpoint(learned: Learned, file: Path) -> None:
    """Half precision, as other trainers save it."""
    half = {
        name: value.astype(np.float16) for name, value in sorted({**learned.pairs, **learned.shifts}.items())
    }
    atomic.write_bytes(file, save(half, {"format": "pt"}))
