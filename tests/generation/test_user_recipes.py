"""The user's recipes as files: what is taken, where it goes, what was agreed to, and what is shown of a broken one."""

from __future__ import annotations

import json

import pytest
from isengard.core.clock import SystemClock
from isengard.core.errors import ConflictError, InvalidError
from isengard.generation.image.graph_limits import checked
from isengard.generation.image.recipe_checks import findings_of
from isengard.generation.image.recipes import RecipeFolder
from isengard.generation.image.user_recipes import RecipeDraft, UserRecipes
from pydantic import ValidationError
from support.bad_recipes import PORTRAIT, bad_recipes, changed, circle


@pytest.fixture
def own(paths):
    return UserRecipes(paths, SystemClock())


@pytest.fixture
def folder(own):
    return RecipeFolder(own=own)


def draft(name="My Portrait, late", graph=PORTRAIT, **more):
    return RecipeDraft(name=name, graph=graph, **more)


def test_a_workflow_becomes_a_recipe_with_a_name_and_words(own, folder):
    name = own.add(draft(description="In the\nevening."), set(folder.ours()))
    recipe = folder.get(name)
    assert (name, recipe.label, recipe.description) == (
        "my-portrait-late",
        "My Portrait, late",
        "In the evening.",
    )
    assert recipe.source == "user" and recipe.graph == PORTRAIT and recipe in folder.all()
    with pytest.raises(ConflictError):
        own.add(draft(), set(folder.ours()))


@pytest.mark.parametrize(("body", "code"), bad_recipes().values(), ids=list(bad_recipes()))
def test_what_is_no_recipe_is_refused_and_leaves_nothing(own, folder, paths, body, code):
    with pytest.raises((ValidationError, InvalidError, ConflictError)) as caught:
        own.add(RecipeDraft.model_validate(body), set(folder.ours()))
    assert isinstance(caught.value, ValidationError) or caught.value.code == code
    assert list(paths.recipes.iterdir()) == []


@pytest.mark.parametrize(
    "noted", [float("nan"), [float("nan")], float("-inf"), "\ud83d", ["sha256:abc"], "[" * 500]
)
def test_what_comfyui_notes_beside_a_node_is_left_out(own, folder, noted):
    """`is_changed` is NaN in the graphs that ComfyUI writes into its pictures."""
    graph = {key: {**node, "is_changed": noted} for key, node in PORTRAIT.items()}
    name = own.add(draft(graph=graph), set())
    assert folder.get(name).graph == PORTRAIT


WRAPPED = {
    "the body of ComfyUI's /prompt": {"client_id": "x", "prompt": PORTRAIT, "extra_data": {"extra_pnginfo": {"workflow": {"nodes": []}}}},
    "what graphToPrompt gives": {"workflow": {"nodes": [], "links": []}, "output": PORTRAIT},
}  # fmt: skip


@pytest.mark.parametrize("given", WRAPPED.values(), ids=list(WRAPPED))
def test_a_graph_is_taken_out_of_what_comfyui_wraps_around_it(own, folder, paths, given):
    assert folder.get(own.add(draft(graph=given), set())).graph == PORTRAIT
    (paths.recipes / "by hand.json").write_text(json.dumps(given))
    assert folder.get("by hand").graph == PORTRAIT


@pytest.mark.parametrize("name", ["prompt", "output"])
def test_a_node_may_be_called_like_a_wrapper(name):
    node = {"class_type": "LoadImage", "inputs": {"image": "x.png"}}
    graph = {name: node, "class_type": node}
    assert checked(graph) == graph and checked({name: graph}) == graph


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_as_windows_writes_text_is_read(folder, paths, encoding):
    (paths.recipes / "noted.json").write_text(json.dumps(PORTRAIT), encoding=encoding)
    assert folder.get("noted").graph == PORTRAIT


@pytest.mark.parametrize(
    ("where", "value"),
    [("inputs", {"note": "\ud83d"}), ("inputs", {"\ud83d": 1}), ("_meta", {"title": "\ud83d"}), ("class_type", "K\ud83d")],
)  # fmt: skip
def test_half_an_emoji_is_refused_in_words_and_leaves_nothing(own, paths, where, value):
    graph = json.loads(json.dumps(PORTRAIT))
    graph["8"][where] = {**graph["8"][where], **value} if isinstance(value, dict) else value
    with pytest.raises(InvalidError) as caught:
        own.add(draft(graph=graph), set())
    assert caught.value.code == "recipe_invalid" and list(paths.recipes.iterdir()) == []
    (paths.recipes / "by hand.json").write_text(json.dumps(graph))
    assert [fault.code for _, fault in RecipeFolder(own=own).broken()] == ["recipe_invalid"]


def test_words_without_their_graph_do_not_stay(own, paths, monkeypatch):
    def full(path, value):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("isengard.core.atomic.write_json", full)
    with pytest.raises(OSError, match="space"):
        own.add(draft(), set())
    assert list(paths.recipes.iterdir()) == []


def test_a_file_put_into_the_folder_shows_up_without_code(own, folder, paths):
    (paths.recipes / "Found on the net.json").write_text(json.dumps(PORTRAIT))
    assert folder.get("Found on the net").label == "Found on the net"
    (paths.recipes / "Found on the net.md").write_text("# Nice one\n\nVery nice.")
    assert folder.get("Found on the net").label == "Nice one"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{", "recipe_invalid"), ("[" * 5000, "recipe_invalid"), ("{}", "recipe_invalid"), ("\xff", "recipe_invalid"),
        (json.dumps(circle()), "recipe_invalid"), ('{"nodes": []}', "recipe_ui_format"), ("x" * 3_000_000, "recipe_invalid"),
        (json.dumps(changed("x", {"8": {"steps": 10**400}})), "recipe_invalid"), (json.dumps(changed("x", {"8": {"cfg": float("nan")}})), "recipe_invalid"),
    ],
    ids=["torn", "deep", "empty", "no json", "circle", "canvas", "huge", "huge number", "no number"],
)  # fmt: skip
def test_a_broken_file_is_named_and_hides_no_other(folder, paths, content, code):
    (paths.recipes / "broken.json").write_text(content, encoding="latin-1")
    (paths.recipes / "good.json").write_text(json.dumps(PORTRAIT))
    ((name, fault),) = folder.broken()
    assert (name, fault.code) == ("broken", code) and fault.hint
    assert {"good", "sd15-identity"} <= {recipe.name for recipe in folder.all()}


def test_hidden_files_links_outwards_and_our_names_are_none(own, folder, paths, tmp_path):
    (tmp_path / "secret.json").write_text(json.dumps(PORTRAIT))
    (paths.recipes / "outside.json").symlink_to(tmp_path / "secret.json")
    (paths.recipes / ".hidden.json").write_text(json.dumps(PORTRAIT))
    (paths.recipes / "canvas.json").write_text(json.dumps(PORTRAIT))
    (paths.recipes / "sd15-identity.json").write_text(json.dumps(changed("other.safetensors")))
    assert folder.users() == [] and folder.get("sd15-identity").source == "ours"


def test_removing_goes_to_the_trash_and_frees_the_name(own, folder, paths):
    for _ in range(2):
        own.add(draft(), set())
        own.remove("my-portrait-late")
    assert folder.users() == []
    kept = sorted(file.name.split("-", 1)[1] for file in (paths.trash / "recipes").iterdir())
    assert kept == [
        "my-portrait-late.json",
        "my-portrait-late.json",
        "my-portrait-late.md",
        "my-portrait-late.md",
    ]


def test_an_agreement_is_to_these_nodes_in_this_file(own, paths):
    name = own.add(draft(), set())
    assert not own.is_agreed(name, ["Foreign"])
    own.agree(name, ["Foreign"])
    assert own.is_agreed(name, ["Foreign"]) and UserRecipes(paths, SystemClock()).is_agreed(name, ["Foreign"])
    assert not own.is_agreed(name, ["Foreign", "Another"])
    file = paths.recipes / f"{name}.json"
    file.write_text(json.dumps(changed("another.safetensors")))
    assert not own.is_agreed(name, ["Foreign"]), "the file is another one now"
    (paths.recipes / ".confirmed.json").write_text("{")
    assert not own.is_agreed(name, ["Foreign"])


@pytest.mark.parametrize(
    "steps", [["INT", {"min": None, "max": "9"}], ["INT", "x"], ["COMBO", None], "INT", [], None, 7]
)
def test_what_other_packs_declare_may_be_malformed(steps):
    inputs = {name: ["*"] for name in PORTRAIT["8"]["inputs"]}
    known = {"KSampler": {"input": {"required": {**inputs, "steps": steps}}, "output_node": True}}
    assert {finding.code for finding in findings_of(PORTRAIT, known)} == {"node_unknown"}


def test_a_batch_of_which_only_the_first_is_kept_is_told():
    found = {finding.code for finding in findings_of(changed("x", {"7": {"batch_size": 4}}), {})}
    assert "batch_unused" in found
    assert "batch_unused" not in {finding.code for finding in findings_of(PORTRAIT, {})}


def test_a_person_whom_no_node_draws_is_told():
    loose = changed("x", n30=("IsengardCharacter", {"character": ""}))
    (said,) = [found for found in findings_of(loose, {}) if found.code == "person_unused"]
    assert said.severity == "warning"
    for name in RecipeFolder().ours():
        assert "person_unused" not in {
            found.code for found in findings_of(RecipeFolder().get(name).graph, {})
        }


def test_ten_thousand_links_are_checked_quickly():
    graph = {"0": {"class_type": "K", "inputs": {}}}
    for n in range(1, 399):
        graph[str(n)] = {
            "class_type": "K",
            "inputs": {str(k): [str(max(0, n - 1 - k)), 0] for k in range(40)},
        }
    assert checked(graph) == graph
