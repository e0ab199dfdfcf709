"""Real fingers on the panel's stage: Chromium with a touch screen, as wide as a phone."""

from __future__ import annotations

import pytest
from hosts.stage import opened
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
SEEN = "[...document.querySelectorAll('dialog[open] .isen-full')].at(-1).getAttribute('src')"
#: Longer than our own long press, and shorter than a browser's whose owner has set a long one.
LONG_MS = 500
#: The number of a tile where the bar of what is chosen has its buttons.
LOW = """() => [...document.querySelectorAll(".isen-tile")].findIndex((tile) => {
  const { top, bottom, left } = tile.getBoundingClientRect();
  return top > 640 && bottom < 820 && left < 100;
})"""
PRESSED = """() => {
  window.told = [];
  document.querySelector("isen-panel").addEventListener("click", (event) => told.push(event.target.closest("[data-testid]")?.dataset.testid));
}"""


@pytest.fixture(scope="module")
def phone(browser):
    with opened(browser, has_touch=True) as page:
        page.set_viewport_size({"width": 390, "height": 844})
        page.line = page.context.new_cdp_session(page)
        yield page
        assert page.faults == []


def touch(page, kind: str, *points: tuple[float, float]) -> None:
    fingers = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    page.line.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})


def middle(place) -> tuple[float, float]:
    box = place.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def swipe(page, place, right: float, down: float = 0) -> None:
    x, y = middle(place)
    touch(page, "touchStart", (x, y))
    for part in (0.3, 0.6, 1):
        touch(page, "touchMove", (x + right * part, y + down * part))
    touch(page, "touchEnd")


def rest(page, place) -> None:
    touch(page, "touchStart", middle(place))
    page.wait_for_timeout(LONG_MS)
    touch(page, "touchEnd")


def test_a_swipe_turns_to_the_next_picture_and_back(phone):
    phone.show("viewer")
    frame = phone.locator("dialog[open] .isen-frame").last
    first = phone.evaluate(SEEN)
    swipe(phone, frame, -120)
    phone.wait_for_function(f"(first) => {SEEN} !== first", arg=first)
    swipe(phone, frame, 120)
    phone.wait_for_function(f"(first) => {SEEN} === first", arg=first)
    swipe(phone, frame, -60, 120)
    swipe(phone, frame, -20)
    viewer = phone.locator("dialog[open]").last
    # a real tap soon after a swipe stops its momentum, and is no tap
    viewer.get_by_test_id("isen-zoom-in").evaluate("(button) => button.click()")
    expect(viewer.get_by_test_id("isen-zoom-full")).to_have_attribute("aria-pressed", "true")
    swipe(phone, frame, -120)
    assert phone.evaluate(SEEN) == first, "a larger picture is moved, and up or down is no page"


def test_a_long_press_ends_in_nothing_whatever_comes_under_the_finger(phone):
    """A bar with buttons comes up where the finger still is; some browsers end a long press in a click there."""
    phone.show("images-many")
    tile = phone.locator(".isen-tile").nth(phone.evaluate(LOW))
    phone.evaluate(PRESSED)
    rest(phone, tile)
    expect(phone.locator(".isen-chosen")).to_have_count(1)
    phone.wait_for_timeout(100)
    assert phone.evaluate("told") == []
    phone.get_by_test_id("isen-select-none").tap()
    expect(phone.locator(".isen-chosen")).to_have_count(0)


def test_a_photo_stays_under_the_finger_that_chooses_it(phone):
    """The bar of what is chosen comes above the photos, and a person sees the tick."""
    phone.show("character")
    tile = phone.get_by_test_id("isen-photos").locator("li").nth(1)
    tile.scroll_into_view_if_needed()
    before = tile.bounding_box()["y"]
    rest(phone, tile)
    expect(phone.locator(".isen-chosen")).to_have_count(1)
    assert abs(tile.bounding_box()["y"] - before) <= 1


def test_what_is_scrolled_under_the_last_button_does_not_shine_through_it(phone):
    phone.show("character")
    phone.get_by_test_id("isen-select-photos").click()
    bar, foot = phone.locator(".isen-select-bar"), phone.locator(".isen-foot")
    over = "(bar) => Number(getComputedStyle(bar).zIndex)"
    assert foot.evaluate(over) > bar.evaluate(over)


def test_why_a_strength_could_not_be_drawn_is_said_to_who_cannot_hover(phone):
    phone.show("images-form")
    phone.evaluate("""() => {
      const { store } = panel;
      const [first, ...rest] = store.state.comparisons;
      store.set({ comparisons: [{ ...first, state: "failed", images: [], error: { code: "out_of_memory", message: "The GPU ran out of memory.", hint: "" } }, ...rest] });
    }""")
    expect(phone.get_by_test_id("isen-bench-said")).to_have_text("The GPU ran out of memory.")


def test_a_finger_that_rests_on_a_control_is_told_what_a_mouse_is_and_presses_nothing(phone):
    """What *Stop here* of a photo day does, and what a scene writes into the prompt, stood in tooltips alone."""
    phone.show("photo-day-running")
    stop, hint = phone.get_by_test_id("isen-day-end"), phone.get_by_test_id("isen-hint")
    stop.scroll_into_view_if_needed()
    phone.evaluate(PRESSED)
    touch(phone, "touchStart", middle(stop))
    expect(hint).to_have_text(stop.get_attribute("title"))
    touch(phone, "touchEnd")
    phone.wait_for_timeout(100)
    assert phone.evaluate("told") == []
    box, control = hint.bounding_box(), stop.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert box["y"] + box["height"] <= control["y"] or box["y"] >= control["y"] + control["height"]
    phone.locator(".isen-head").tap(position={"x": 5, "y": 5})
    expect(hint).to_have_count(0)
    tap_x, tap_y = middle(stop)
    touch(phone, "touchStart", (tap_x, tap_y))
    touch(phone, "touchMove", (tap_x, tap_y - 40))
    phone.wait_for_timeout(LONG_MS + 200)
    touch(phone, "touchEnd")
    expect(hint).to_have_count(0)  # a finger that scrolls rests on nothing
