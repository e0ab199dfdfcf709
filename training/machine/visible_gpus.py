"""Which GPUs of this machine may be used: those that CUDA_VISIBLE_DEVICES and its like name, which nvidia-smi and amd-smi know nothing of.

ComfyUI sets them for `--cuda-device` and `--default-device`, and who shares a computer is given a card by them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...core.records.worker import Gpu

#: A card with the number by which a program is given it.
Numbered = tuple[int, Gpu]


def of_nvidia(cards: Sequence[Gpu], environment: Mapping[str, str]) -> list[Numbered]:
    """List them in the order that CUDA counts them in; `cards` in PCI order."""
    return _named([*enumerate(cards)], environment.get("CUDA_VISIBLE_DEVICES"))


def of_amd(cards: Sequence[Gpu], environment: Mapping[str, str]) -> list[Numbered]:
    """List them as HIP counts them, which sees what ROCR has left, and takes CUDA's variable where its own is not set."""
    left = _named([*enumerate(cards)], environment.get("ROCR_VISIBLE_DEVICES"))
    again = [(number, card) for number, (_, card) in enumerate(left)]
    return _named(again, environment.get("HIP_VISIBLE_DEVICES", environment.get("CUDA_VISIBLE_DEVICES")))


def given(number: int) -> dict[str, str]:
    """Variables that make a program see this GPU alone. CUDA counts the fastest first unless it is told to count as nvidia-smi does."""
    return {
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
        "CUDA_VISIBLE_DEVICES": str(number),
        "HIP_VISIBLE_DEVICES": str(number),
    }


def _named(cards: Sequence[Numbered], names: str | None) -> list[Numbered]:
    """Those that the variable names, up to the first that is none, as CUDA reads it. Parts of a card are known to nobody here: with
    them it is as if nothing were said."""
    entries = [] if names is None else [entry.strip() for entry in names.split(",")]
    if names is None or any(entry.upper().startswith("MIG") for entry in entries):
        return [*cards]
    found: list[Numbered] = []
    for entry in entries:
        card = _one(cards, entry)
        if card is None or card in found:
            break
        found.append(card)
    return found


def _one(cards: Sequence[Numbered], entry: str) -> Numbered | None:
    """By its number, or by the beginning of its UUID."""
    if entry.isascii() and entry.isdecimal():
        return next((card for card in cards if card[0] == int(entry)), None)
    meant = [card for card in cards if entry and card[1].uuid.lower().startswith(entry.lower())]
    return meant[0] if len(meant) == 1 else None
