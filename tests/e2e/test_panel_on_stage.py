"""The panel itself in a real browser, in every state there is (tests/js/stage): words, width, accessibility, markup."""

from __future__ import annotations

import os

import pytest
from hosts.node_tools import axe
from hosts.stage import opened
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
NARROWEST = 260
MOST_PAINT_MS = 300
#: How many of the 25 payloads start the row: each text gets the next one, so all are used at every start.
FULL = bool(os.environ.get("ISENGARD_TEST_FULL"))
STARTS = range(25) if FULL else (0,)
#: A keyboard walks through these; the others are made of the same controls.
WALKED = ("characters", "character", "forget", "train-advanced", "job", "images", "settings", "setup")

AXE = """async (rules) => {
  const found = await axe.run(window.panel, { resultTypes: ["violations"], ...rules });
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).slice(0, 3).join(" | ")}`);
}"""
XSS = """async ([name, starts]) => {
  const shapeWith = async (texts, start) => {
    let next = start;
    const text = () => `${texts[next % texts.length]} ${next++}`;  // no two are the same: lists know items by them
    const panel = await stage.show(name, { change: (body) => texts_.eachText(body, text) });
    const { uploads, problem } = panel.store.state;
    panel.store.set({
      uploads: uploads.map((one) => ({ ...one, name: text(), note: one.note && { ...one.note, names: [text()] }, error: one.error && { message: text(), hint: text() } })),
      problem: problem && { ...problem, message: text(), hint: text() },
    });
    checks.typeEverywhere(panel, text());
    await settled.settled();
    return checks.shape();
  };
  const harmless = await shapeWith(["harmless words"], 0);
  // a word in braces has a meaning wherever it stands: without {trigger} a picture is one of a stranger, others and a comment get a note
  const twins = texts_.PAYLOADS.map((text) => ["harmless words", ...(text.match(/\\{\\w+\\}|"\\/\\/\\S+/g) ?? [])].join(" "));
  const more = [];
  for (const start of starts) {
    const poisoned = (await shapeWith(texts_.PAYLOADS, start)).filter((line) => !harmless.includes(line));
    const expected = poisoned.length ? await shapeWith(twins, start) : [];
    more.push(...poisoned.filter((line) => !expected.includes(line)));
  }
  return "pwned" in window ? ["a script ran"] : more;
}"""


@pytest.fixture(scope="module")
def stage(browser):
    with opened(browser) as page:
        page.add_script_tag(content=axe())
        yield page


def some_of(page, one_of: int, first: int = 0) -> list[str]:
    """States to look at in what takes long: all in the full run, one of so many each day."""
    return page.names if FULL else [name for name in page.names if not name.endswith("-many")][first::one_of]


def in_every_state(page, look, names=None, **options) -> dict:
    """State -> what `look` finds wrong in it; `names` are those looked at where not all are."""
    found = {}
    for name in names or page.names:
        page.show(name, **options)
        if wrong := look():
            found[name] = wrong
    assert page.faults == []
    return found


def test_every_word_is_in_a_catalogue_and_nothing_sticks_out(stage):
    """In a language a third longer than English, at the narrowest width."""
    found = in_every_state(
        stage,
        lambda: stage.evaluate("[...checks.hardCoded(panel, stage.answers), ...checks.sticksOut(panel)]"),
        some_of(stage, 2, first=1),
        words="pseudo",
        width=NARROWEST,
    )
    assert not found, "\n".join(f"{name}: {wrong}" for name, wrong in found.items())


def test_the_pseudo_locale_finds_a_hard_coded_word(stage):
    stage.show("characters", words="pseudo")
    stage.evaluate(
        "panel.append(Object.assign(document.createElement('p'), { textContent: 'Save 3 files' }))"
    )
    assert stage.evaluate("checks.hardCoded(panel, stage.answers)") == ["p: Save 3 files"]


def test_no_accessibility_findings_dark_and_light_and_nothing_moves(stage):
    def look():
        wrong = [*stage.evaluate(AXE, {}), *stage.evaluate("checks.moving()")]
        stage.evaluate("stage.light('light')")
        contrast = {"runOnly": ["color-contrast"]}
        return wrong + [f"light {one}" for one in stage.evaluate(AXE, contrast)]

    found = in_every_state(stage, look, some_of(stage, 3))
    assert not found, "\n".join(f"{name}: {wrong}" for name, wrong in found.items())


def test_an_error_blocks_and_a_warning_asks(stage):
    for name, words, enabled in (
        ("train-blocked", "Start training", False),
        ("train-warned", "Train anyway", True),
        ("train", "Start training", True),
    ):
        stage.show(name)
        start = stage.get_by_test_id("isen-start-training")
        assert (start.text_content(), start.is_enabled()) == (words, enabled)


def test_the_focus_of_what_goes_stays_in_the_panel(stage):
    """By keys: a banner is dismissed, an offer to undo is taken, a person is created."""
    where = "document.activeElement?.closest('isen-panel') ? document.activeElement.localName : 'nowhere'"
    stage.show("refusal")
    stage.get_by_test_id("isen-dismiss").press("Enter")
    stage.wait_for_function(f"({where}) === 'div'")  # a task later (js/components/panel/focus_home.js)
    stage.show("character")
    stage.evaluate(
        "panel.dispatchEvent(new CustomEvent('isen-undo', { detail: { text: '', undo: async () => {} } }))"
    )
    stage.get_by_test_id("isen-undo").press("Enter")
    stage.wait_for_function("document.activeElement.localName === 'h2'")
    stage.show("images")
    stage.get_by_test_id("isen-generate").press("Enter")
    assert stage.evaluate(where) == "button"


@pytest.mark.parametrize(
    ("name", "opener"), [("images-many", ".isen-tile button"), ("character", ".isen-strip .isen-plain")]
)
def test_after_esc_the_keyboard_is_where_it_was(stage, name, opener):
    """Of a picture or a photo in full, also when others were looked at meanwhile."""
    stage.show(name)
    one = stage.locator(opener).nth(1)
    one.press("Enter")
    stage.locator("dialog[open]").wait_for()
    stage.keyboard.press("ArrowRight")
    stage.keyboard.press("Escape")
    stage.locator("dialog").wait_for(state="detached")
    expect(one).to_be_focused()


@pytest.mark.parametrize(("width", "height"), [(640, 360), (450, 300), (320, 568)])
def test_the_words_below_a_picture_never_cover_it(stage, width, height):
    """A window of 1280 by 720 at 200 %, and smaller ones."""
    stage.set_viewport_size({"width": width, "height": height})
    try:
        stage.show("viewer", width=min(width, 360))
        stage.wait_for_function("document.querySelector('.isen-viewer .isen-full').complete")
        picture, words = (
            stage.locator(f".isen-viewer {part}").last.bounding_box()
            for part in (".isen-full", ".isen-viewer-words")
        )
        assert picture["y"] + picture["height"] <= words["y"]
        assert picture["height"] >= 90 and abs(picture["height"] / picture["width"] - 1) < 0.02
    finally:
        stage.set_viewport_size({"width": 900, "height": 1000})


LOOK = """([on, off]) => [on, off].map((selector) => {
  const style = getComputedStyle(panel.querySelector(selector));
  return ["backgroundColor", "borderTopColor", "borderBottomColor", "outlineStyle"].map((name) => style[name]).join(" ");
})"""
CHOICES = [
    ("images-two", ".isen-tab[aria-selected=true]", ".isen-tab[aria-selected=false]"),
    ("images-two", ".isen-person:has(:checked)", ".isen-person:not(:has(:checked))"),
    ("images-two", ".isen-segment:has(:checked)", ".isen-segment:not(:has(:checked))"),
    ("images-two", ".isen-shape:has(:checked)", ".isen-shape:not(:has(:checked))"),
    ("train", ".isen-preset:has(:checked)", ".isen-preset:not(:has(:checked))"),
    ("job", ".isen-film > [aria-current] .isen-picture", ".isen-film > :not([aria-current]) .isen-picture"),
    ("job-done", "button.isen-primary", "button.isen-wide:not(.isen-primary)"),
    ("wall-measured", ".isen-chip[aria-pressed=true]", ".isen-chip[aria-pressed=false]"),
]


def test_forced_colours_leave_every_choice_visible(browser):
    """Windows' contrast themes take away backgrounds and shadows: nothing told what was chosen, no bar how far it was."""
    with opened(browser, forced_colors="active") as page:
        alike = []
        for name, on, off in CHOICES:
            page.show(name)
            chosen, other = page.evaluate(LOOK, [on, off])
            if chosen == other:
                alike.append(f"{name}: {on}")
        assert alike == []
        page.show("job")
        bar = page.get_by_test_id("isen-job-progress")
        assert bar.evaluate("(bar) => getComputedStyle(bar).borderTopStyle") == "solid"
        assert bar.evaluate("(bar) => getComputedStyle(bar).forcedColorAdjust") == "none"


CONTRAST = """([selector, pseudo, property]) => {
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const light = (colour) => {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).map((value) => value / 255).map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const element = panel.querySelector(selector);
  const pair = [light(getComputedStyle(element, pseudo || null)[property]), light(getComputedStyle(panel).backgroundColor)].sort();
  return (pair[1] + 0.05) / (pair[0] + 0.05);
}"""


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_numbers_and_marks_of_a_choice_can_be_seen(stage, theme):
    """ComfyUI's blue on white is 2.1 to 1: too little for the numbers of the first card and for what marks a choice."""
    stage.show("empty", theme=theme)
    assert stage.evaluate(CONTRAST, [".isen-steps > li", "::marker", "color"]) >= 4.5
    assert stage.evaluate(CONTRAST, [".isen-tab[aria-selected=true]", "", "borderBottomColor"]) >= 3


def test_a_wide_panel_has_the_form_beside_the_pictures(stage):
    """Also while something is said above them."""
    stage.show("images", width=700)
    places = [
        stage.locator(f"isen-images {part}").first.bounding_box()
        for part in ("[data-testid=isen-gpu-note]", "form", ".isen-pictures-side")
    ]
    said, form, pictures = places
    assert said["width"] > 600
    assert said["y"] < form["y"] == pictures["y"]
    assert form["x"] + form["width"] <= pictures["x"]


def test_a_trained_person_is_drawn_next(stage):
    """One filled button: what comes next. Good photos are those that nothing speaks against."""
    stage.show("character")
    filled = stage.locator("isen-character .isen-primary:visible")
    assert filled.all_text_contents() == ["Make pictures of Anna"]
    assert "16 of 20 to 25 good photos" in stage.locator("isen-character").text_content()
    stage.get_by_test_id("isen-draw").click()
    assert stage.evaluate("panel.store.state.route.tab") == "images"


def test_after_a_training_the_best_version_is_chosen_first(stage):
    """Among all that it has saved, whether published or not; once somebody has chosen, pictures come first."""
    stage.show("job-done")
    filled = stage.locator("isen-job .isen-primary:visible")
    assert filled.all_text_contents() == ["Choose the best version"]
    stage.get_by_test_id("isen-choose-best").click()
    stage.get_by_test_id("isen-wall-start").wait_for()
    running, done = stage.get_by_test_id("isen-wall-versions").get_by_role("group").all()
    assert done.locator("label").all_text_contents() == [f"step {step * 140:,}" for step in range(1, 11)]
    assert [group.locator("input:checked").count() for group in (running, done)] == [0, 10], "its own"
    assert running.locator("label").all_text_contents() == [f"step {step * 140:,}" for step in range(1, 7)]
    stage.get_by_test_id("isen-close").click()
    stage.show("job-done-chosen")
    assert stage.locator("isen-job .isen-primary:visible").all_text_contents() == ["Make pictures of Anna"]


FORM = """() => [...panel.querySelectorAll("isen-images form :is(input, select, textarea)")]
  .map((one) => [one.dataset.testid ?? one.name, one.name && one.value, one.type === "checkbox" || one.type === "radio" ? one.checked : one.value])"""


def test_the_form_of_pictures_is_kept_while_one_looks_elsewhere(stage):
    """All of it for the session, who is drawn for good. It forgot everything but the prompt."""
    stage.show("images-two")
    stage.get_by_test_id("isen-image-settings").click()
    stage.get_by_test_id("isen-image-second").locator("input").first.check(force=True)
    stage.get_by_test_id("isen-prompt").fill("two of {trigger1} and {trigger2}")
    for name, value in (("strength", "0.85"), ("strength-2", "0.6"), ("count", "3"), ("seed", "77")):
        stage.get_by_test_id(f"isen-{name}").fill(value)
    for name in ("style-film", "shape-wide", "quality-fine"):
        stage.get_by_test_id(f"isen-{name}").check(force=True)
    stage.get_by_test_id("isen-guidance").fill("3.5")
    stage.get_by_test_id("isen-negative").fill("hat")
    before = stage.evaluate(FORM)
    prompt = stage.get_by_test_id("isen-prompt")
    assert prompt.locator(".isen-token").all_text_contents() == ["Anna", "Ben"]
    for tab in ("characters", "images"):
        stage.get_by_test_id(f"isen-tab-{tab}").click()
    assert stage.evaluate(FORM) == before
    assert prompt.text_content().rstrip("\u200b") == "two of Anna and Ben"
    assert prompt.locator(".isen-token").all_text_contents() == ["Anna", "Ben"]
    assert stage.get_by_test_id("isen-sent-as").is_visible()


def test_who_is_drawn_is_kept_for_good_and_who_is_asked_for_comes_first(stage):
    stage.show("images-two")
    stage.get_by_test_id("isen-remove-second").click()
    stage.get_by_test_id("isen-image-settings").click()
    who = stage.get_by_test_id("isen-image-person").locator("input:checked")
    stage.get_by_test_id("isen-image-person").locator("input[value=chr_8]").check(force=True)
    stage.get_by_test_id("isen-version").select_option("job_2 700")
    stage.get_by_test_id("isen-tab-video").click()
    stage.evaluate("sessionStorage.clear()")
    stage.get_by_test_id("isen-tab-images").click()
    assert who.get_attribute("value") == "chr_8"
    assert stage.get_by_test_id("isen-version").input_value() == "best", "the rest was for the session"
    stage.get_by_test_id("isen-version").select_option("job_2 700")
    stage.evaluate("panel.store.go({ tab: 'images', id: 'chr_9' })")
    assert who.get_attribute("value") == "chr_9"
    assert stage.get_by_test_id("isen-version").input_value() == "best", (
        "the version was that of somebody else"
    )


def test_the_form_of_a_training_is_kept_until_it_has_started(stage):
    """A finding leads away and back; somebody else's numbers are not taken over."""
    stage.show("train-advanced")
    stage.get_by_test_id("isen-override-steps").fill("60")
    stage.get_by_test_id("isen-preset-quality").check()
    stage.get_by_test_id("isen-tab-images").click()
    stage.evaluate("panel.store.go({ tab: 'training', train: 'chr_9' })")
    assert stage.get_by_test_id("isen-override-steps").input_value() == "60"
    stage.wait_for_function("panel.querySelector('[data-testid=isen-preset-quality]')?.checked")
    stage.evaluate("panel.store.go({ tab: 'training', train: 'chr_8' })")
    assert stage.get_by_test_id("isen-override-steps").input_value() == ""


def test_samples_say_whom_they_show_beside_the_persons_photo(stage):
    """Half of them are of the leak check's stranger, and nothing said so."""
    stage.show("job")
    large = stage.get_by_test_id("isen-sample-large")
    assert large.locator("figcaption").all_text_contents() == ["Cover photo", "Anna", "Stranger"]
    names = [one.get_attribute("aria-label") for one in large.locator("button").all()]
    assert names == ["Anna, sample at step 840", "Stranger, sample at step 840"]
    strip = stage.get_by_test_id("isen-samples").locator("figcaption")
    assert strip.all_text_contents()[:3] == ["140Anna", "140Stranger", "280Anna"]
    large.locator("button").last.click()
    assert "Stranger, sample at step 840" in stage.locator(".isen-viewer").text_content()


def test_somebody_is_found_among_many_and_in_the_trash(stage):
    stage.show("characters-many")
    people = stage.get_by_test_id("isen-character")
    stage.get_by_test_id("isen-find-person").fill("PERSON 7")
    assert people.count() == 11
    stage.get_by_test_id("isen-find-person").fill("nobody")
    assert people.count() == 0
    assert "Nobody here has that name." in stage.locator("isen-characters").text_content()
    stage.show("characters-trash")
    assert stage.get_by_test_id("isen-bring-back").count() == 2
    assert "deleted for good on 12/20/2026" in stage.locator("isen-characters").text_content()


def test_two_strengths_are_compared_from_the_dialog_of_one(stage):
    stage.show("bench-measured")
    stage.get_by_test_id("isen-image-settings").click()
    stage.get_by_test_id("isen-bench-image").nth(1).evaluate("one => one.click()")
    stage.get_by_test_id("isen-compare-these").click()
    sides = [stage.get_by_test_id(f"isen-compare-{side}").locator("option:checked") for side in "ab"]
    assert [side.text_content() for side in sides] == ["Strength 0.70", "Strength 0.80"]


def test_text_never_becomes_markup(stage):
    """25 payloads in every text the server gives, in every field and file name: not one element or attribute more."""
    found = {
        name: wrong
        for name in some_of(stage, 4, first=1)
        if (wrong := stage.evaluate(XSS, [name, list(STARTS)]))
    }
    assert not found, "\n".join(f"{name}: {wrong}" for name, wrong in found.items())


@pytest.mark.timing
def test_first_paint_of_a_hundred_people(stage, limit_ms, capsys):
    """The lowest of some: what our code costs it costs each time."""
    took = [stage.evaluate("stage.painted('characters-many')") for _ in range(5)]
    limit = limit_ms(stage, MOST_PAINT_MS)
    with capsys.disabled():
        print(f"\n[paint] 100 people: {', '.join(f'{one:.0f}' for one in took)} ms, at most {limit:.0f}")
    assert stage.locator("[data-testid=isen-character]").count() == 100
    assert min(took) < limit


@pytest.mark.parametrize("name", WALKED)
def test_the_keyboards_place_can_always_be_seen(stage, name):
    stage.show(name)
    seen, wrong = set(), set()
    for _ in range(60):
        stage.keyboard.press("Tab")
        place = stage.evaluate("document.activeElement?.outerHTML.slice(0, 200) ?? ''")
        if place in seen or not place.strip():
            break
        seen.add(place)
        wrong |= {stage.evaluate("checks.unseenFocus()")} - {""}
    assert not wrong and len(seen) >= 3, (wrong, seen)


def test_what_was_found_in_one_photo_of_many_has_a_short_bar(stage):
    """One blurred photo of 22 had the longest bar there is."""
    stage.show("character-kinds")
    share = "(kind) => kind.style.getPropertyValue('--isen-share')"
    assert stage.get_by_test_id("isen-kind-found_blurred").evaluate(share) == "5%"
    assert stage.get_by_test_id("isen-kind-framing_close").evaluate(share) == "100%"
