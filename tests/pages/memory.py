"""docs/memory.md: what each model is trained with on which card, computed as the planner computes it."""

from __future__ import annotations

HEAD = """# Memory

What a training of a model takes on a card, before it starts. Each step down the ladder gives up one thing more: first what costs
nothing (text embeddings made once, so that the text encoder can go), then 8 bits, for Qwen-Image 4 or 3 with an adapter that makes
up for them, smaller pictures, layers that wait in the computer's memory, and at the end a smaller rank. Isengard takes the first that fits, says so, and lets you take another;
*Train smaller* after a full GPU takes the next one. Gradient checkpointing is always on.

**These are estimates**: video memory from the sizes of the model's parts, how long a step takes from published times. Once your GPU
has trained a model, its own times are used. Balanced preset, 20 photos; step times are compared with the model's default
numbers. A dash means that AI-Toolkit cannot train the model on such a card, as far as we know.
This page is made by `python dev.py pages`.

"""
CARDS = (8, 12, 16, 24, 32, 48)
PHOTOS = 20


def render() -> str:
    from isengard.core.families.families import Families

    offered = Families().offered()
    return HEAD + _table(offered) + "\n" + _rungs(offered)


def _table(families) -> str:
    head = (
        "| model | " + " | ".join(f"{card} GB" for card in CARDS) + " |\n" + "|---" * (len(CARDS) + 1) + "|\n"
    )
    rows = [
        f"| {family.label} | " + " | ".join(cell(family, card) for card in CARDS) + " |"
        for family in families
    ]
    return head + "\n".join(rows) + "\n"


def cell(family, card: int) -> str:
    """The first rung that fits a card in a computer with plenty of memory."""
    from isengard.training.planning.memory_choice import pace_words, saving_words
    from isengard.training.planning.memory_ladder import first_that_fits

    machine = machine_of(card)
    rung = first_that_fits(rungs_of(family), machine)
    if not rung.fits(machine):
        return "-"
    size = f"{rung.need.vram_bytes / 2**30:.1f} GB"
    return f"{saving_words(rung)}: {size}, {pace_words(rung)}" if rung.saves else f"default: {size}"


def rungs_of(family, preset="balanced"):
    """The whole ladder of a family with AI-Toolkit."""
    from isengard.training.planning.memory_ladder import DECIDED, ladder
    from isengard.training.planning.presets import resolve

    return ladder(family, resolve(family, preset, PHOTOS), (*DECIDED, "batch_size", "rank"))


def machine_of(card: int):
    """A computer with a card of so many GB, and more memory than any training asks for."""
    from isengard.core.records.worker import Gpu
    from isengard.training.machine.machine_facts import Machine

    gpu = Gpu(uuid="", name="", total_bytes=card * 2**30, free_bytes=card * 2**30)
    return Machine("Linux", "/", 256 * 2**30, 0, 0, [gpu])


def _rungs(families) -> str:
    from isengard.training.planning.memory_choice import pace_words, saving_words

    parts = []
    for family in families:
        rows = [
            f"| {saving_words(rung) or 'default'} | {rung.need.vram_bytes / 2**30:.1f} GB | {pace_words(rung)} |"
            for rung in rungs_of(family)
        ]
        head = f"## {family.label}\n\n| with | video memory | a step takes |\n|---|---|---|\n"
        parts.append(head + "\n".join(rows) + "\n")
    return "\n".join(parts)
