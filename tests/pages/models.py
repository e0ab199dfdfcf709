"""docs/models.md: the model families from their records: what each needs, under which licence, and by which routes it is trained."""

from __future__ import annotations

HEAD = """# Models

The models you can train a person for, from the records in `core/families/`. Video memory is what a training takes by default, and
the least it can take (estimates, [per card](memory.md));
we have trained none of them on a GPU ourselves. *Proven*: our tests train and draw a tiny copy of it for real, on a processor;
*experimental*: only parts of it were run ([what was checked](model-checks.md)). Licences are the models' own: they say what you may do
with the pictures, and some you accept on the model's page, with a Hugging Face account, before you can download anything.
This page is made by `python dev.py pages`.

| model | key | licence | accept first | video memory | at least | download | state |
|---|---|---|---|---|---|---|---|
"""

ROUTES = """
## Routes

Some models have several training routes. The first is the default. LoRAs of all routes of a model are of one kind and work with
the same file in ComfyUI.

| model | route | key | trained on | what it is |
|---|---|---|---|---|
"""
RECORDS = """
## What a record says of its trainings

A model is one file in `core/families/`. `[training_base]` and `trainer_hubs` name what the trainer downloads from the hub,
`[generating_base]` and `[[files]]` what pictures are made with. `[trainer]` is what the trainer is told besides the numbers of
a preset, in AI-Toolkit's words: `noise_scheduler`, `sampler`, `timestep_type`, `sample_guidance` and `sample_steps`; where it
differs from the default also `optimizer` (`adamw8bit`, `adamw` or `adafactor`), `assistant_lora` (`owner/name/file` on the hub:
the LoRA under which a distilled model is trained) and `extras` (the repository that has the text encoder and the VAE where the
base has none); `[[trainer_hubs]]` must name what is read of these too. Where a licence asks for more than usual,
`terms` says so before a training, and `name_start` is how a LoRA's file name in ComfyUI begins.

`[card]` is what people are told before they choose: `good_at` in a sentence, `sell` (`yes`, `limits` where `terms` name them, `ask`
for a licence that one should read first), and `recommend`, its place among those that are recommended: the first that fits a machine
without long steps, without a licence to accept and with this ComfyUI is (`training/planning/recommendation.py`); 0 is never.

`[bounds]` are what a picture may ask of the generating base, each as least and most: `steps`, `guidance` and `strength` (likeness);
what it leaves out is 1 to 200, 0 to 30 and 0 to 1.5. Beyond them pictures come out as noise, burnt, or as somebody else.

`[[memory.fewer_bits]]` are forms in fewer than 8 bits: `bits`, the trainer's `qtype`, `[memory.fewer_bits.adapter]` (a part like
those of `trainer_hubs`, read only for that form), and what the memory ladder is computed from. `[[other_bases]]` name another model of
the same layers that some workflows draw with: its file, its marks, its numbers and its release in place of the record's.

`[[routes]]` are ways to train it: `key`, `label` and `about`, then whatever of `gated`, `[routes.training_base]`,
`[[routes.trainer_hubs]]` (all of them), `[routes.defaults]`, `[routes.needs]` and `[routes.trainer]` is not as in the record, or
as in the route that `like` names. The first route is the record itself and holds nothing of these; `expert = true` marks one for those who know why, `retired = true` one that is kept for trainings that
were begun by it. A training keeps its route and settings when it is submitted: what a record says later changes none that has begun.
Records are checked when they are read: an unknown field or value is `family_damaged`.
"""


def render() -> str:
    from isengard.core.families.families import Families

    rows = []
    for family in sorted(Families().offered(), key=lambda one: _bytes(one)[0]):
        usual, least = _bytes(family)
        rows.append(
            f"| {family.label} | `{family.key}` | {family.licence} | {'yes' if family.gated else 'no'} | "
            f"{usual / 2**30:.0f} GB | {least / 2**30:.0f} GB | {family.training_bytes / 1e9:.0f} GB | {family.status} |"
        )
    routes = [
        f"| {family.label} | {route.label} | `{route.key}` | {family.by_route(route.key).training_base.hub} | {route.about} |"
        for family in Families().offered()
        for route in family.routes
        if not route.retired
    ]
    return HEAD + _lines(rows) + ROUTES + _lines(routes) + RECORDS


def _lines(rows: list[str]) -> str:
    return "\n".join(rows) + "\n"


def _bytes(family) -> tuple[int, int]:
    from .memory import rungs_of

    rungs = rungs_of(family)
    return rungs[0].need.vram_bytes, min(rung.need.vram_bytes for rung in rungs)
