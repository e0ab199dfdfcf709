"""IsengardCharacterBatch and IsengardLoRAStack: several people in one graph, and a person for other packs' LoRA nodes."""

from __future__ import annotations

import pytest
from isengard.core.errors import InvalidError, NotReadyError
from isengard.core.records.character import CharacterDraft

pytestmark = pytest.mark.slow


@pytest.fixture
def batch(comfy):
    from isengard.nodes.character_batch import IsengardCharacterBatch

    return IsengardCharacterBatch


@pytest.fixture
def stack(comfy):
    from isengard.nodes.lora_stack import IsengardLoRAStack

    return IsengardLoRAStack


@pytest.fixture
def add(ann):
    from isengard.nodes.context import current

    return lambda name, **more: current().characters.create(CharacterDraft(name=name, **more))


@pytest.fixture
def bob(add):
    return add("Bob", trigger_word="bobzwk", class_word="man")


def test_one_item_for_each_person_in_the_order_they_were_named(ann, bob, batch):
    for text in ("Bob\nAnn", "bob, annqvx", f" {bob.id};Ann,\n\n bobzwk "):
        values, triggers, classes, names = batch.execute(text).args
        assert [value["id"] for value in values] == [bob.id, ann.ann.id]
        assert (triggers, classes, names) == (["bobzwk", "annqvx"], ["man", "woman"], ["Bob", "Ann"])
        assert batch.validate_inputs(text) is True
    assert all(output.is_output_list for output in batch.GET_SCHEMA().outputs)


def test_a_comma_in_a_name(add, ann, batch):
    smith = add("Smith, Ann")
    assert [value["id"] for value in batch.execute("Smith, Ann\nAnn").args[0]] == [smith.id, ann.ann.id]


@pytest.mark.parametrize("names", ["", " \n ", ",", "Ann, Nobody", "x" * 9000, None, 5])
def test_names_that_mean_nobody(ann, batch, names):
    assert names is None or isinstance(batch.validate_inputs(names), str)
    with pytest.raises(InvalidError) as caught:
        batch.execute(names)
    assert caught.value.code == "character_unknown" and "Ann" in caught.value.hint


def test_more_people_than_one_graph_may_draw(add, batch, monkeypatch):
    from isengard.nodes import people

    monkeypatch.setattr(people, "MOST", 2)
    names = [add(f"Person {number}").name for number in range(3)]
    with pytest.raises(InvalidError) as caught:
        batch.execute("\n".join(names))
    assert caught.value.code == "too_many_people"


def test_a_person_is_added_to_a_stack_and_named_as_loaders_list_them(ann, stack):
    last = ann.versions.list("ann")[1].file
    before = [("style.safetensors", 0.5, 0.4)]
    out, name, strength, trigger = stack.execute("Ann", "best", 0.8, lora_stack=before).args
    assert out == [*before, (last, 0.8, 0.8)] and before == [("style.safetensors", 0.5, 0.4)]
    assert (name, strength, trigger) == (last, 0.8, "annqvx")
    first = ann.versions.list("ann")[0].file
    assert stack.execute("Ann", "10").args[:3] == ([(first, 1.0, 1.0)], first, 1.0)
    assert stack.execute("Ann", "best", 0.0, lora_stack=before).args[0] == before


def test_the_model_chooses_among_several_families(ann, stack, comfy):
    other = ann.publish(30, family="sdxl")
    assert stack.execute("Ann").args[1] == other.file, "the newest"
    comfy.foreign = ["-sdxl-"]
    assert "-sd15-000020-" in stack.execute("Ann", model="model").args[1]


def test_a_file_that_comfyui_does_not_list(ann, stack, comfy):
    comfy.lists_loras = False
    with pytest.raises(NotReadyError) as caught:
        stack.execute("Ann")
    assert caught.value.code == "lora_not_listed"


def test_the_name_of_a_file_in_comfyuis_own_list(comfy_api, tmp_path, monkeypatch):
    import folder_paths
    from isengard.comfy_host import ComfyHost

    ours, theirs = tmp_path / "ours" / "ann", tmp_path / "theirs"
    for folder in (ours, theirs, theirs / "ann"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ann-1.safetensors").write_bytes(b"")
    lists = {"loras": ([str(theirs), str(ours.parent)], {".safetensors"})}
    monkeypatch.setattr(folder_paths, "folder_names_and_paths", lists)
    monkeypatch.setattr(folder_paths, "filename_list_cache", {})
    host = ComfyHost(None)
    assert host.lora_name(theirs / "ann" / "ann-1.safetensors") == "ann/ann-1.safetensors"
    assert host.lora_name(theirs / "ann-1.safetensors") == "ann-1.safetensors"
    assert host.lora_name(ours / "ann-1.safetensors") is None, "another file has its name"
    (theirs / "ann" / "ann-1.safetensors").unlink()
    folder_paths.filename_list_cache.clear()
    assert host.lora_name(ours / "ann-1.safetensors") == "ann/ann-1.safetensors"


def test_the_name_goes_into_lists_of_files_and_into_texts(stack):
    """As ComfyUI compares types, of 0.3.75 and of today."""
    from comfy_execution.validation import validate_node_input

    kind = stack.GET_SCHEMA().outputs[1].io_type
    for wanted in (["a.safetensors"], "COMBO", "STRING"):
        assert validate_node_input(stack.RETURN_TYPES[1], wanted) and validate_node_input(kind, wanted)
