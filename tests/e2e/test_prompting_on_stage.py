"""Writing a prompt with all that helps: from a few words to the orders that are sent, in a browser on made-up data."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e]

#: What is sent is kept in the page instead; the rest is what the stage answers.
RECORDED = """() => {
  const { api } = panel.store;
  Object.assign(window, { orders: [], asked: [] });
  api.generations.create = async (order) => {
    orders.push(order);
    return { id: `gen_new${orders.length}`, state: "queued", purpose: "user", images: [], versions: [], recipe: order.recipe, request: { ...order, seed: 5 }, favourite: false,
      progress: { image: 0, count: 1, step: 0, total_steps: 0, ahead: 0, frame: 0 }, created_at: "2026-11-30T00:00:00.000Z", correlation_id: "" };
  };
  const { list, stylePictures } = api.prompts;
  let making = null;
  api.prompts.list = async (wanted, cursor) => {
    asked.push(["list", wanted, cursor]);
    return { ...(await list.call(api.prompts, wanted, cursor)), next_cursor: cursor ? null : "more" };
  };
  api.prompts.mark = async (prompt, favourite) => void asked.push(["mark", prompt, favourite]) ?? {};
  api.prompts.stylePictures = async (person, order) => ({ ...(await stylePictures.call(api.prompts, person, order)), making });
  api.prompts.makeStylePictures = async (person, order) => {
    asked.push(["make", person, order]);
    making = { done: 1, count: 3 };
    return api.prompts.stylePictures(person, order);
  };
  api.prompts.stopStylePictures = async (person) => {
    asked.push(["stop", person]);
    making = null;
  };
}"""


@pytest.fixture
def form(stage):
    """Every test begins with a form of its own; what it finds is `get`."""
    stage.show("images-form")
    stage.evaluate(RECORDED)
    stage.get = stage.get_by_test_id
    stage.get("isen-style-none").check(force=True)
    yield stage
    assert stage.faults == []


def test_words_can_be_typed_behind_a_person_at_the_very_end(form):
    """As a prompt is restored: after a reload, from a picture, by a step back."""
    form.evaluate("panel.querySelector('isen-images').form.prompt.value = 'portrait of {trigger}'")
    form.get("isen-prompt").focus()
    form.keyboard.press("Control+End")
    form.keyboard.type(", smiling")
    assert (
        form.evaluate("panel.querySelector('isen-images').form.prompt.value")
        == "portrait of {trigger}, smiling"
    )


def write(page, text):
    page.get("isen-prompt").fill(text)


def test_a_few_words_become_a_prompt_that_is_seen_before_it_is_sent(form):
    write(form, "{trigger} at the beach")
    sent = form.get("isen-sent-as")
    expect(sent).to_have_text(
        "Full prompt: photo of Anna at the beach, natural light, sharp focus, skin detail, high quality"
    )
    form.get("isen-suggest-shot").click()
    close = form.get("isen-suggestion").filter(has_text="Close-up")
    close.click()
    expect(form.get("isen-prompt")).to_have_text("Anna at the beach, close-up")
    expect(form.get("isen-suggestion").first).to_have_attribute("aria-pressed", "true")
    close.click()
    expect(form.get("isen-prompt")).to_have_text("Anna at the beach")
    form.get("isen-fill-out").uncheck()
    expect(sent).to_be_hidden()
    form.get("isen-style-film").check(force=True)
    expect(sent).to_have_text("Full prompt: cinematic film still, Anna at the beach, shallow depth of field")
    form.get("isen-fill-out").check()
    form.get("isen-edit-full").click()
    expect(form.get("isen-prompt")).to_have_text(
        "cinematic film still, Anna at the beach, shallow depth of field, high quality"
    )
    expect(form.get("isen-style-none")).to_be_checked()
    form.get("isen-generate").click()
    form.wait_for_function("orders.length == 1")
    (order,) = form.evaluate("orders")
    assert (
        order["prompt"]
        == "cinematic film still, {trigger} at the beach, shallow depth of field, high quality"
    )


def test_who_is_not_named_is_put_in_and_only_long_prompts_are_told_so(form):
    write(form, "at the beach")
    expect(form.get("isen-sent-as")).to_contain_text("photo of Anna, at the beach")
    expect(form.get("isen-prompt-absent")).to_be_hidden()
    form.get("isen-fill-out").uncheck()
    expect(form.get("isen-prompt-absent")).to_be_visible()


def test_the_prompt_of_an_earlier_picture_stays_as_it_is_until_it_is_changed(form):
    """With its seed it makes the same picture again, and only so."""
    form.get("isen-style-film").check(force=True)
    taken = """() => panel.querySelector("isen-images").form.take({ recipe: "sd15-identity", prompt: "portrait of {trigger}", negative: "", width: 512, height: 512, count: 1,
      seed: 7, steps: null, guidance: null, sampler: null, scheduler: null, base_model: null, characters: [{ id: "chr_9", checkpoint: "best", strength: 1, reference: 1, words: "" }] })"""
    form.evaluate(taken)
    expect(form.get("isen-sent-as")).to_be_hidden()
    for tab in ("characters", "images"):
        form.get(f"isen-tab-{tab}").click()
    expect(form.get("isen-sent-as")).to_be_hidden()
    form.get("isen-generate").click()
    form.wait_for_function("orders.length == 1")
    assert form.evaluate("orders")[0]["prompt"] == "portrait of {trigger}"
    write(form, "portrait of {trigger} smiling")
    expect(form.get("isen-sent-as")).to_contain_text("portrait of Anna smiling, natural light")


def test_each_line_is_a_prompt_only_where_it_is_asked_for(form):
    lines = "{trigger} at sea\n{trigger} in {red|blue} // note"
    written = "(box, text) => { box.textContent = text; box.dispatchEvent(new InputEvent('input', { bubbles: true })); }"
    form.get("isen-prompt").evaluate(written, lines)
    form.get("isen-count").fill("2")
    expect(form.get("isen-each-line").locator("..")).to_have_text(
        "Each line is its own prompt: 2 prompts, 4 pictures"
    )
    form.get("isen-generate").click()
    form.wait_for_function("orders.length == 1")
    form.get("isen-each-line").check()
    form.get("isen-fill-out").uncheck()
    form.get("isen-generate").click()
    form.wait_for_function("orders.length == 3")
    prompts = [order["prompt"] for order in form.evaluate("orders")]
    assert prompts == [
        "{trigger} at sea\n{trigger} in {red|blue} // note",
        "{trigger} at sea",
        "{trigger} in {red|blue} // note",
    ]
    assert {order["count"] for order in form.evaluate("orders")} == {2}


def test_a_negative_prompt_is_there_where_it_does_something_and_marks_are_taken_out(form):
    form.get("isen-usual-negative").click()
    expect(form.get("isen-negative")).to_have_value("blurry, deformed, low quality")
    form.get("isen-guidance").fill("1")
    expect(form.get("isen-negative")).to_be_hidden()
    expect(form.get("isen-negative-why")).to_contain_text("guidance of 1")
    write(form, "<lora:film:0.8> {trigger}")
    form.get("isen-take-out").click()
    expect(form.get("isen-prompt")).to_have_text("Anna")
    form.get("isen-generate").click()
    form.wait_for_function("orders.length == 1")
    assert form.evaluate("orders")[0]["negative"] == ""


def test_prompts_of_before_are_searched_kept_and_used_again(form):
    write(form, "{trigger} in the snow")
    form.get("isen-prompt-history").click()
    expect(form.get("isen-past-prompt")).to_have_count(4)
    form.get("isen-more-prompts").click()
    expect(form.get("isen-more-prompts")).to_be_hidden()
    form.get("isen-favourite-prompt").first.click()
    expect(form.get("isen-favourite-prompt").first).to_have_attribute("aria-pressed", "true")
    form.get("isen-prompts-favourites").click()
    form.get("isen-keep-prompt").click()
    form.get("isen-prompts-all").click()
    form.get("isen-search-prompts").fill("oil")
    form.wait_for_function(
        "asked.some(([kind, wanted]) => kind === 'list' && wanted.search === 'oil' && !wanted.favourite)"
    )
    form.get("isen-use-prompt").last.click()
    expect(form.get("isen-prompt")).to_have_text("oil painting of Anna, visible brush strokes, rich colours")
    marked = [entry[1:] for entry in form.evaluate("asked") if entry[0] == "mark"]
    assert marked == [
        ["{trigger} on a rainy street at night, neon signs reflected in puddles", True],
        ["{trigger} in the snow", True],
    ]


def test_styles_are_made_with_ones_own_model_by_a_press_and_stopped_by_another(form):
    form.get("isen-make-style-pictures").click()
    expect(form.get("isen-style-progress")).to_have_text(
        "1 of 3 style pictures made. You can close this page."
    )
    form.get("isen-stop-style-pictures").click()
    expect(form.get("isen-style-progress")).to_have_text("")
    kinds = [entry for entry in form.evaluate("asked") if entry[0] in ("make", "stop")]
    order = {"recipe": "sd15-identity", "base_model": None}
    assert kinds == [["make", "chr_9", order], ["stop", "chr_9"]]


def test_a_word_that_was_composed_is_one_step_back(stage):
    """As Japanese is typed: what stood there on the way to the word was written by nobody."""
    stage.show("images-prompting")
    box = stage.get_by_test_id("isen-prompt")
    box.click()
    stage.keyboard.press("Control+End")
    before = box.text_content()
    keyboard = stage.context.new_cdp_session(stage)
    for text in ("k", "か", "かm", "かみ"):
        keyboard.send(
            "Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        )
        stage.wait_for_timeout(1050)  # longer than what is typed without a pause
    keyboard.send("Input.insertText", {"text": "髪"})
    expect(box).to_have_text(f"{before}髪")
    stage.keyboard.press("Control+z")
    expect(box).to_have_text(before)
    stage.keyboard.press("Control+y")
    expect(box).to_have_text(f"{before}髪")
