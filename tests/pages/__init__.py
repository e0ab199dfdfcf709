"""Pages and catalogues that are made from the code, so that they cannot disagree with it: `python dev.py pages` writes them."""

from __future__ import annotations

from . import error_codes, memory, model_checks, models, node_words, panel_types, routes, sentences

PAGES = {
    "docs/errors.md": error_codes.render,
    "docs/api.md": routes.render,
    "docs/models.md": models.render,
    "docs/memory.md": memory.render,
    "docs/model-checks.md": model_checks.render,
    "tests/js/schema.d.ts": panel_types.render,
    "locales/en/nodeDefs.json": node_words.definitions,
    "locales/en/commands.json": node_words.commands,
    "locales/en/main.json": node_words.main,
    "locales/en/settings.json": node_words.settings,
    "locales/en/server.json": sentences.render,
}
#: Made without a ComfyUI.
PLAIN = (
    "docs/errors.md",
    "docs/api.md",
    "docs/models.md",
    "docs/memory.md",
    "docs/model-checks.md",
    "tests/js/schema.d.ts",
    "locales/en/commands.json",
    "locales/en/main.json",
    "locales/en/settings.json",
    "locales/en/server.json",
)
