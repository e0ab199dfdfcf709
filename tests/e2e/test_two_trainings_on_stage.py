"""The same step of two trainings: compared on one wall, told apart by words, and the one that is chosen is drawn with."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
OLDER, NEWER = "AI-Toolkit, 08/20/2026", "ComfyUI, 08/22/2026"
#: What the server would do: each order a picture by the file of the training that it names.
DRAWS = """() => {
  const { api, state } = panel.store;
  window.ordered = [];
  const file = ({ job_id: job, checkpoint: step }) => state.characters[0].versions.find((one) => one.job_id === job && one.step === step)?.file;
  api.generations.create = async (order) => {
    const [use] = order.characters;
    const n = ordered.push(order);
    return { id: `gen_9${String(n).padStart(3, "0")}`, recipe: order.recipe, request: order, versions: [file(use)], purpose: order.purpose, state: "completed", correlation_id: "ui-9", progress: {},
      images: [{ n: 0, file: "0.png", width: 512, height: 512, seed: order.seed }], created_at: "2026-08-23T10:00:00Z" };
  };
  api.characters.pickVersion = async (id, picked) => {
    window.picked = picked;
    const [anna] = state.characters;
    return { ...anna, versions: anna.versions.map((one) => ({ ...one, picked: one.file === picked })) };
  };
}"""


def ticks(stage):
    """The training of each tick, its step, and whether it is ticked."""
    return (
        stage.get_by_test_id("isen-wall-versions")
        .get_by_role("group")
        .evaluate_all(
            """(groups) => groups.map((group) => [group.getAttribute("aria-label"),
          [...group.querySelectorAll("input:checked")].map((tick) => Number(tick.dataset.testid.split("-").at(-1)))])"""
        )
    )


def test_the_newest_training_and_the_best_are_compared_until_somebody_chooses(stage):
    stage.show("wall-two-trainings")
    assert ticks(stage) == [[NEWER, [140 * n for n in range(1, 11)]], [OLDER, [700]]]


def test_the_same_step_of_two_trainings_is_compared_and_the_chosen_one_is_used(stage):
    stage.show("images-two-trainings")
    stage.evaluate(DRAWS)
    stage.get_by_test_id("isen-compare-versions").click()
    newer, older = (stage.get_by_role("group", name=name) for name in (NEWER, OLDER))
    for step in range(140, 1401, 140):
        newer.get_by_test_id(f"isen-wall-step-{step}").set_checked(step == 700)
    older.get_by_test_id("isen-wall-step-700").set_checked(True)
    for scene in ("full_body", "outfit", "expression", "stranger"):
        stage.get_by_test_id(f"isen-wall-scene-{scene}").uncheck()
    stage.get_by_test_id("isen-wall-start").click()
    stage.get_by_test_id("isen-wall-image").nth(8).wait_for()
    uses = stage.evaluate(
        "ordered.map(({ characters: [use] }) => [use.job_id, use.checkpoint, use.strength])"
    )
    assert uses == [
        *(["job_2", 700, strength] for strength in (0.7, 0.85, 1, 1.15)),
        *(["job_4", 700, strength] for strength in (0.7, 0.85, 1, 1.15)),
        ["job_4", 700, 0],
    ]
    table = stage.get_by_test_id("isen-wall-table")
    assert table.locator("[data-row]").all_text_contents() == [
        f"step 700, best match\u00a0· {OLDER}",
        f"step 700\u00a0· {NEWER}",
    ]
    table.get_by_role("button", name=f"Step 700 ({NEWER}), strength 0.85", exact=True).click()
    stage.get_by_test_id("isen-use-this").click()
    assert stage.evaluate("picked") == "anna/anna-sd15-000700-c0ffee00.safetensors"
    assert stage.get_by_test_id("isen-version").input_value() == "job_4 700"
    stage.get_by_test_id("isen-generate").click()
    stage.wait_for_function("ordered.length === 10")
    assert stage.evaluate("ordered.at(-1).characters.map((use) => [use.job_id, use.checkpoint])") == [
        ["job_4", 700]
    ]


def test_the_form_offers_each_version_and_takes_an_earlier_picture_with_its_own(stage):
    stage.show("images-two-trainings")
    offered = stage.get_by_test_id("isen-version").locator("option").all_text_contents()
    assert offered[:2] == [f"the best (step 700) · {OLDER}", "the last"] and len(offered) == 22
    assert [words for words in offered if "step 700 " in words] == [
        f"step 700 · {NEWER} · match 0.57",
        f"step 700 · {OLDER} · match 0.55",
    ]
    reuse = """([use, versions]) => {
      const view = panel.querySelector("isen-images");
      const [generation] = panel.store.state.generations;
      view.reuse({ generation: { ...generation, versions, request: { ...generation.request, characters: [{ id: "chr_9", strength: 1, ...use }] } }, image: { seed: 1 } });
    }"""
    version = stage.get_by_test_id("isen-version")
    for use, files, value in [
        ({"checkpoint": 700, "job_id": "job_2"}, [], "job_2 700"),
        ({"checkpoint": 140, "job_id": "job_4"}, [], "job_4 140"),
        ({"checkpoint": 700}, [], "job_4 700"),
        ({"checkpoint": 700}, ["anna/anna-sd15-700.safetensors"], "job_2 700"),
        ({"checkpoint": "last"}, [], "last"),
    ]:
        stage.evaluate(reuse, [use, files])
        assert version.input_value() == value
    assert stage.get_by_text("That picture's version is gone.").is_hidden()
    stage.evaluate(reuse, [{"checkpoint": 700, "job_id": "job_9"}, []])
    assert version.input_value() == "best"
    assert stage.get_by_text("That picture's version is gone.").is_visible()
