"""What our nodes use of ComfyUI's node API (V3), for mypy alone; ComfyUI itself ships no types that mypy finds from here."""

from collections.abc import Mapping, Sequence
from typing import Any

class _Input:
    id: str
    tooltip: str | None
    extra_dict: dict[str, object]

class _Output:
    io_type: str

class _Kind:
    """One type of a link, e.g. `io.Image`; values of links have no type of their own in Python."""

    def Input(
        self,
        id: str,
        display_name: str | None = ...,
        optional: bool = ...,
        tooltip: str | None = ...,
        *,
        default: object = ...,
        min: float = ...,
        max: float = ...,
        step: float = ...,
        options: Sequence[str] = ...,
        multiline: bool = ...,
        force_input: bool = ...,
        control_after_generate: bool = ...,
        extra_dict: Mapping[str, object] = ...,
    ) -> _Input: ...
    def Output(
        self,
        id: str | None = ...,
        display_name: str | None = ...,
        tooltip: str | None = ...,
        is_output_list: bool = ...,
    ) -> _Output: ...

class _Hidden:
    unique_id: str
    prompt: dict[str, Any]
    extra_pnginfo: dict[str, Any] | None

class io:
    Boolean: _Kind
    Clip: _Kind
    Combo: _Kind
    Conditioning: _Kind
    Float: _Kind
    Image: _Kind
    Int: _Kind
    Mask: _Kind
    Model: _Kind
    String: _Kind
    Vae: _Kind

    class Hidden:
        unique_id: io.Hidden
        prompt: io.Hidden
        extra_pnginfo: io.Hidden

    class Schema:
        def __init__(
            self,
            node_id: str,
            display_name: str | None = ...,
            category: str = ...,
            inputs: Sequence[_Input] | None = ...,
            outputs: Sequence[_Output] | None = ...,
            hidden: Sequence[io.Hidden] | None = ...,
            description: str = ...,
            is_output_node: bool = ...,
            not_idempotent: bool = ...,
        ) -> None: ...

    class NodeOutput:
        def __init__(self, *values: Any, ui: Any = ...) -> None: ...

    class NodeReplace:
        """Since ComfyUI 0.14."""

        def __init__(self, **told: Any) -> None: ...

    class ComfyNode:
        hidden: _Hidden

    @staticmethod
    def Custom(io_type: str) -> _Kind: ...

class _NodeReplacement:
    async def register(self, node_replace: io.NodeReplace) -> None: ...

class ComfyAPI:
    node_replacement: _NodeReplacement

class ComfyExtension:
    async def on_load(self) -> None: ...
    async def get_node_list(self) -> list[type[io.ComfyNode]]: ...

class ui:
    class PreviewImage:
        def __init__(self, image: Any, cls: type[io.ComfyNode] | None = ...) -> None: ...
        def as_dict(self) -> dict[str, Any]: ...
