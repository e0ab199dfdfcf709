"""What a person does in the panel, for browser tests; `page` is the e2e suite's Page."""

from __future__ import annotations

from playwright.sync_api import expect


def create_character(page, name: str) -> None:
    page.get("isen-tab-characters").click()
    page.get("isen-new-character").click()
    page.get("isen-name").fill(name)
    page.get("isen-consent").check()
    page.get("isen-create").click()
    page.get("isen-dropzone").wait_for()


def choose_model(page, key: str) -> None:
    """By its card, which may be among those that are folded away."""
    page.get("isen-family").locator("input").first.wait_for()
    card = page.get(f"isen-family-{key}")
    if not card.is_visible():
        page.get("isen-models-more").locator("summary").click()
    card.check()


def train(page, steps: int) -> None:
    page.get("isen-train").click()
    page.get("isen-advanced").click()
    page.get("isen-override-steps").fill(str(steps))
    expect(page.get("isen-start-training")).to_be_enabled(timeout=15_000)
    page.get("isen-start-training").click()
