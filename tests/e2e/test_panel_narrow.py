"""The panel where there is little room (tests/js/stage): long words in a narrow one, a low window, forced colours."""

from __future__ import annotations

import os

import pytest
from hosts.environments import PACK
from hosts.stage import opened

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
NARROW = 320
#: Each day a third of the states, in the full run all.
ONE_OF = 1 if os.environ.get("ISENGARD_TEST_FULL") else 3
#: Of the languages we ship, those with the longest words; English has none broken where they have none.
LONG_WORDS = ("de", "fr")
LANGUAGES = sorted(folder.name for folder in (PACK / "locales").iterdir())
WIDTHS = (480, 320, 260)
CROWDED = ("settings-storage", "help", "viewer", "images-form", "compare-sides")
FOOT = "isen-train .isen-foot"
STYLE = "(foot) => (({ position, backgroundColor }) => [position, backgroundColor])(getComputedStyle(foot))"


@pytest.mark.parametrize("language", LONG_WORDS)
def test_no_word_is_broken_inside(stage, language):
    """Tables, keys, tiles and rows with a button gave words a column narrower than they are: "Trai nings"."""
    found = {}
    for name in dict.fromkeys((*CROWDED, *stage.names[2::ONE_OF])):
        stage.show(name, words=language, width=NARROW)
        if wrong := stage.evaluate("checks.brokenWords(panel)"):
            found[name] = wrong
    assert stage.faults == []
    assert not found, "\n".join(f"{name}: {wrong}" for name, wrong in found.items())


def test_a_broken_word_is_found(stage):
    stage.show("characters", words="de", width=NARROW)
    stage.evaluate(
        "panel.append(Object.assign(document.createElement('p'), { textContent: 'ein Trainingsfoto', style: 'width: 60px; flex: none' }))"
    )
    assert stage.evaluate("checks.brokenWords(panel)") == ["Trainingsfoto: p."]


@pytest.fixture(scope="module")
def wide_stage(browser):
    """With a font for every language, however few this host has."""
    with opened(browser) as page:
        page.add_style_tag(path=PACK / "tests" / "js" / "stage" / "em_square.css")
        yield page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_room(wide_stage, language):
    """At each width: nothing sticks out or is cut off, no word is broken inside, no number parted from its unit, no button has three
    lines, and the tabs and the way to a picture take one. Each day every state is looked at in one of the languages, in the full run in all."""
    page, found = wide_stage, {}
    share = slice(LANGUAGES.index(language), None, len(LANGUAGES)) if ONE_OF > 1 else slice(None)
    for name in page.names[share]:
        page.show(name, words=language, width=WIDTHS[0])
        for width in WIDTHS:
            page.evaluate("(width) => stage.resize(width)", width)
            if wrong := page.evaluate("[...checks.sticksOut(panel), ...checks.crowded(panel)]"):
                found[f"{name} at {width}"] = wrong
    assert page.faults == []
    assert not found, "\n".join(f"{name}: {wrong}" for name, wrong in found.items())


TOO_NARROW = (
    ("ein Trainingsfoto", "p", "width: 60px; flex: none", "brokenWords", "Trainingsfoto: p."),
    ("모델을 다운로드해요", "p", "width: 40px; flex: none", "brokenWords", "다운로드해요: p."),
    ("ungefähr 5,6 GB", "p", "width: 90px; flex: none", "splitUnits", "6 GB: p."),
    (
        "Trainingsfoto",
        "p",
        "width: 40px; flex: none; overflow: hidden; white-space: nowrap",
        "clipped",
        "p. by ",
    ),
    (
        "Alle Fotos noch einmal neu ansehen",
        "button",
        "width: 80px; flex: none",
        "tallButtons",
        "button.: Alle",
    ),
)


@pytest.mark.parametrize(("text", "tag", "style", "check", "said"), TOO_NARROW)
def test_each_kind_of_too_little_room_is_found(wide_stage, text, tag, style, check, said):
    wide_stage.show("characters", words="ko" if text[0] == "모" else "de", width=NARROW)
    wide_stage.evaluate(
        "([tag, textContent, style]) => panel.append(Object.assign(document.createElement(tag), { textContent, style }))",
        [tag, text, style],
    )
    (wrong,) = wide_stage.evaluate(f"checks.{check}(panel)")
    assert wrong.startswith(said)


def test_a_rail_of_two_lines_is_found(wide_stage):
    wide_stage.show("character", words="de", width=NARROW)
    assert wide_stage.evaluate("checks.wrappedRail(panel)") == []
    wide_stage.evaluate("panel.querySelector('.isen-rail').style.width = '120px'")
    assert wide_stage.evaluate("checks.wrappedRail(panel)") == ["isen-rail: Fotos Trainieren Wählen Bilder"]


def test_what_stays_in_view_hides_what_scrolls_below_it_in_forced_colours(browser):
    """Its background is a gradient, which forced colours take away: two lines of words lay on each other."""
    with opened(browser, forced_colors="active") as page:
        page.show("train-lacking")
        position, background = page.locator(FOOT).evaluate(STYLE)
        assert position == "sticky" and background not in ("rgba(0, 0, 0, 0)", "")


def test_no_cause_is_squeezed_beside_its_button(stage):
    """A sentence of twelve words had five lines beside a short button, and the others one above theirs."""
    stage.show("character-why", width=NARROW)
    of_lines = "(lines) => lines.map((line) => line.firstChild.offsetWidth / line.clientWidth)"
    shares = stage.locator(".isen-cause").evaluate_all(of_lines)
    assert len(shares) == 3 and min(shares) > 0.95, shares


@pytest.mark.parametrize("name", ["train-memory", "train-blocked", "train-held"])
def test_no_finding_is_squeezed_beside_its_link(stage, name):
    """What a GPU lacks had ten lines in half of the width, beside two words, and hid the form."""
    stage.show(name, width=NARROW)
    of_lines = """(lines) => lines.map((line) => line.querySelector(".isen-grow")).filter((words) => words.getClientRects()[0].height > 24)
      .map((words) => words.offsetWidth / words.parentElement.clientWidth)"""
    shares = stage.locator("isen-train .isen-findings > li").evaluate_all(of_lines)
    assert shares and min(shares) > 0.85, shares


@pytest.mark.parametrize("name", ["photos-deleted", "images-deleted"])
def test_on_the_narrowest_phone_a_list_of_the_deleted_has_whole_words(stage, name):
    """Zurückhol-en."""
    stage.set_viewport_size({"width": 340, "height": 800})
    try:
        stage.show(name, words="de", width=NARROW)
        assert stage.evaluate("[...checks.brokenWords(panel), ...checks.sticksOut(panel)]") == []
    finally:
        stage.set_viewport_size({"width": 900, "height": 1000})


def test_in_a_low_window_the_sum_of_what_is_lacking_covers_nothing(stage):
    """A window at 200 %: what stays in view was taller than half of it."""
    stage.set_viewport_size({"width": 640, "height": 560})
    try:
        for name, position in (("train-lacking", "static"), ("train", "sticky")):
            stage.show(name, width=NARROW)
            assert stage.locator(FOOT).evaluate(STYLE)[0] == position
    finally:
        stage.set_viewport_size({"width": 900, "height": 1000})


#: Dialogs that are open, where they leave the window: what lies outside of it nobody can reach.
OUTSIDE = """() => [...document.querySelectorAll("dialog[open]")]
  .map((dialog) => [dialog.className, dialog.getBoundingClientRect()])
  .filter(([, box]) => box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1)
  .map(([name, box]) => `${name}: ${Math.round(box.left)} ${Math.round(box.top)} ${Math.round(box.right)} ${Math.round(box.bottom)}`)"""


@pytest.mark.parametrize(
    ("size", "width"),
    [((390, 844), 390), ((640, 400), NARROW)],
    ids=["a phone of 390 px", "1280 x 800 at 200 % zoom"],
)
def test_on_a_phone_and_at_twice_the_size_nothing_is_out_of_reach(stage, size, width):
    """At 200 % a window has half the pixels, and the panel half of those that are left."""
    stage.set_viewport_size({"width": size[0], "height": size[1]})
    found = {}
    try:
        for name in dict.fromkeys((*CROWDED, *stage.names[1::ONE_OF])):
            stage.show(name, width=width)
            looks = "[...checks.sticksOut(panel), ...checks.brokenWords(panel)]"
            if wrong := [*stage.evaluate(looks), *stage.evaluate(OUTSIDE)]:
                found[name] = wrong
    finally:
        stage.set_viewport_size({"width": 900, "height": 1000})
    assert stage.faults == []
    assert not found, "\n".join(f"{name}: {wrong}" for name, wrong in found.items())


#: States with a bar that stays in view: below, above, and both.
WITH_BARS = ("train-held", "train-advanced", "character-replace", "images-form", "images-selected")


@pytest.mark.parametrize("height", [450, 720])
@pytest.mark.parametrize("name", WITH_BARS)
def test_the_keyboards_place_is_under_no_bar(stage, name, height):
    """In a low window every second control was focused under what stays in view, there and back."""
    stage.set_viewport_size({"width": 640, "height": height})
    covered, steps = set(), 0
    try:
        stage.show(name, width=NARROW)
        for key in ("Tab", "Shift+Tab"):
            for _ in range(40):
                stage.keyboard.press(key)
                covered |= {stage.evaluate("checks.coveredFocus()")} - {""}
                steps += stage.evaluate("document.activeElement !== document.body")
    finally:
        stage.set_viewport_size({"width": 900, "height": 1000})
    assert stage.faults == []
    assert not covered and steps > 30, covered


#: How far a colour of an element is from the panel's ground, on which it is painted.
RATIO = """([selector, property]) => {
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const light = (colour) => {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map((value) => value / 255).map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [ground, over] = [getComputedStyle(panel).backgroundColor, getComputedStyle(panel.querySelector(selector))[property]].map(light);
  return (Math.max(ground, over) + 0.05) / (Math.min(ground, over) + 0.05);
}"""


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_who_asks_for_more_contrast_sees_every_edge_and_word(browser, theme):
    """The panel took no notice of it: the edge of a field was 1.4 to 1."""
    with opened(browser, contrast="more") as page:
        page.show("characters-new", theme=theme)
        for edge in (
            "input[type=text], [data-testid=isen-name]",
            "button:not(.isen-primary, .isen-icon, .isen-tab)",
        ):
            assert page.evaluate(RATIO, [edge, "borderTopColor"]) >= 3, edge
        assert page.evaluate(RATIO, [".isen-muted", "color"]) >= 7
        page.show("character")
        assert page.evaluate(RATIO, [".isen-card, .isen-drop", "borderTopColor"]) >= 3


def test_in_forced_colours_the_next_step_keeps_its_colours_under_the_pointer(browser):
    with opened(browser, forced_colors="active", color_scheme="dark") as page:
        page.show("train")
        start = page.get_by_test_id("isen-start-training")
        colours = (
            "(button) => (({ backgroundColor, color }) => [backgroundColor, color])(getComputedStyle(button))"
        )
        before = start.evaluate(colours)
        start.hover()
        assert start.evaluate(colours) == before


def test_what_lies_behind_a_dialog_stays_where_it_is(stage):
    """A bar behind the dialog was taken for one over it, and everything scrolled to its beginning."""
    stage.show("images", width=NARROW)
    stage.get_by_test_id("isen-image-settings").click()
    stage.locator(".isen-tile button").first.click()
    before = stage.locator(".isen-body").evaluate("(body) => body.scrollTop")
    assert before > 0
    for _ in range(6):
        stage.keyboard.press("Tab")
    stage.evaluate(
        "async () => await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))"
    )
    assert stage.locator(".isen-body").evaluate("(body) => body.scrollTop") == before
