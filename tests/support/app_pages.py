"""A shipped workflow opened as a finished app in ComfyUI's App Mode."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

FORM = '[data-testid="app-mode-widget-item"]'
#: What the training's node says; newer frontends take it away when the run has ended.
SAID = """() => window.comfyAPI.app.app.graph.nodes.find((node) => node.type === "IsengardTrainLoRA")
  .widgets.find((widget) => widget.name === "$$node-text-preview")?.value ?? \"\""""


def opened(open_page: Any, server: Any, template: str, *, width: int = 1400) -> Any:
    """The page with a template's app, ComfyUI's own tour of apps closed."""
    page = open_page(f"{server.url}/?template={template}&source=isengard", width=width).page
    expect(page.locator(FORM).first).to_be_visible(timeout=60_000)
    page.add_locator_handler(
        page.get_by_role("button", name="Skip", exact=True), lambda button: button.click()
    )
    return page
