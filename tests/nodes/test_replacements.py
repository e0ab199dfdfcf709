"""The table of renamed nodes: what it says of each is there, and it reaches a ComfyUI that takes it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest
from isengard.nodes.replacements import CAPABILITY, REPLACEMENTS, Replacement

pytestmark = pytest.mark.slow
#: As if IsengardApplyIdentity had once been called IsengardApplyLoRA and had its outputs the other way round.
EXAMPLE = Replacement(
    "IsengardApplyLoRA",
    "IsengardApplyIdentity",
    {"base": "model", "person": "character", "weight": "strength"},
    widgets=("weight",),
    values={"checkpoint": "best"},
    outputs={0: 1, 1: 0},
)


@pytest.fixture
def faults_of(comfy):
    from isengard.nodes.extension import IsengardExtension

    nodes = {
        node.GET_SCHEMA().node_id: node.GET_SCHEMA()
        for node in asyncio.run(IsengardExtension().get_node_list())
    }

    def faults_of(entry):
        """What is wrong with an entry, in words."""
        if entry.old in nodes or entry.new not in nodes:
            return [f"{entry.old} is still there" if entry.old in nodes else f"there is no {entry.new}"]
        known = {given.id: given for given in nodes[entry.new].inputs}
        given = {*entry.inputs.values(), *entry.values}
        needed = {name for name, one in known.items() if not one.optional}
        outputs = set(range(len(nodes[entry.new].outputs)))
        return [
            *(f"{entry.new} has no input {name}" for name in sorted(given - set(known))),
            *(f"{entry.new} gets no {name}" for name in sorted(needed - given)),
            *(f"{entry.old} has no input {name}" for name in sorted(set(entry.widgets) - set(entry.inputs))),
            *(f"{entry.new} has no output {n}" for n in sorted(set(entry.outputs.values()) - outputs)),
        ]

    return faults_of


def test_the_entries_name_nodes_and_inputs_that_are_there(faults_of):
    assert [fault for entry in (*REPLACEMENTS, EXAMPLE) for fault in faults_of(entry)] == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"old": "IsengardCharacter"}, "IsengardCharacter is still there"),
        ({"new": "IsengardNothing"}, "there is no IsengardNothing"),
        ({"inputs": {**EXAMPLE.inputs, "x": "y"}}, "IsengardApplyIdentity has no input y"),
        ({"values": {}}, "IsengardApplyIdentity gets no checkpoint"),
        ({"widgets": ("width",)}, "IsengardApplyLoRA has no input width"),
        ({"outputs": {0: 2}}, "IsengardApplyIdentity has no output 2"),
    ],
)
def test_a_wrong_entry_is_seen(faults_of, change, fault):
    assert faults_of(replace(EXAMPLE, **change)) == [fault]


def test_comfyui_is_told_in_its_own_form_and_only_where_it_takes_a_table(comfy_api, monkeypatch):
    from isengard.nodes import replacements

    told = []

    async def register(entry):
        told.append(vars(entry))

    api = SimpleNamespace(node_replacement=SimpleNamespace(register=register))
    monkeypatch.setattr(comfy_api, "ComfyAPI", lambda: api)
    monkeypatch.setattr(comfy_api.io, "NodeReplace", lambda **words: SimpleNamespace(**words), raising=False)
    for present in (False, True):
        asked = []
        host = SimpleNamespace(has=lambda name, present=present, asked=asked: asked.append(name) or present)
        asyncio.run(replacements.register(host, (EXAMPLE,)))
        assert asked == [CAPABILITY]
    assert told == [
        {
            "new_node_id": "IsengardApplyIdentity",
            "old_node_id": "IsengardApplyLoRA",
            "old_widget_ids": ["weight"],
            "input_mapping": [
                {"new_id": "model", "old_id": "base"},
                {"new_id": "character", "old_id": "person"},
                {"new_id": "strength", "old_id": "weight"},
                {"new_id": "checkpoint", "set_value": "best"},
            ],
            "output_mapping": [{"new_idx": 1, "old_idx": 0}, {"new_idx": 0, "old_idx": 1}],
        }
    ]


def test_the_capability_is_in_the_table_of_what_comfyui_can_do():
    from isengard.comfy_capabilities import CAPABILITIES

    assert CAPABILITY in {row.name for row in CAPABILITIES}
