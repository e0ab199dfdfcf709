"""docs/models.md: the model families from their records: what each needs, and under which licence."""

from __future__ import annotations

HEAD = """# Models

What a person can be trained for, from the records in `core/families/`. Memory and download are what a training takes;
*experimental* means that we have not trained it on a GPU ourselves. Licences are the models' own: they say what you may do
with the pictures, and some must be accepted on the model's page with a Hugging Face account before anything can be fetched.
This page is made by `python dev.py pages`.

| model | key | licence | accept first | video memory | quantized | download | state |
|---|---|---|---|---|---|---|---|
"""


def render() -> str:
    from isengard.core.families.families import Families

    rows = []
    for family in sorted(Families().offered(), key=lambda one: one.needs.vram_gb):
        needs = family.needs
        rows.append(
            f"| {family.label} | `{family.key}` | {family.licence} | {'yes' if family.gated else 'no'} | "
            f"{needs.vram_gb:.0f} GB | {needs.vram_quantized_gb:.0f} GB | {family.training_bytes / 1e9:.0f} GB | {family.status} |"
        )
    return HEAD + "\n".join(rows) + "\n"
