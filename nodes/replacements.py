"""Nodes of ours that were renamed: ComfyUI 0.14 and newer opens old graphs by this table, in the page and over its API.

A node's id is a contract, so this is the one way to give it up. An entry stays for ever; older ComfyUIs know nothing of it, so
the old node stays there as well until they are no longer supported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .ports import ComfyUI

CAPABILITY = "node_replacement"


@dataclass(frozen=True)
class Replacement:
    """`old` is now `new`. `inputs` and `outputs` say what became of the old ones, `values` what inputs get that are new.

    `widgets` lists the old node's inputs that were fields, in their order: a saved graph knows their values by place alone.
    """

    old: str
    new: str
    inputs: Mapping[str, str]
    widgets: tuple[str, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)
    outputs: Mapping[int, int] = field(default_factory=dict)

    def as_told(self) -> dict[str, Any]:
        """The arguments of ComfyUI's `io.NodeReplace`."""
        kept = [{"new_id": new, "old_id": old} for old, new in self.inputs.items()]
        given = [{"new_id": new, "set_value": value} for new, value in self.values.items()]
        return {
            "new_node_id": self.new,
            "old_node_id": self.old,
            "old_widget_ids": list(self.widgets),
            "input_mapping": [*kept, *given],
            "output_mapping": [{"new_idx": new, "old_idx": old} for old, new in self.outputs.items()],
        }


#: Nothing was renamed yet.
REPLACEMENTS: tuple[Replacement, ...] = ()


async def register(host: ComfyUI, table: tuple[Replacement, ...] = REPLACEMENTS) -> None:
    """Tell ComfyUI, where it takes such a table."""
    if not host.has(CAPABILITY):
        return
    from comfy_api.latest import ComfyAPI, io

    for replacement in table:
        await ComfyAPI().node_replacement.register(io.NodeReplace(**replacement.as_told()))
