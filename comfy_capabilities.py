"""What the ComfyUI we live in can do that older ones cannot: a table with the release that brought each.

Asked by what is there, never by comparing versions: forks and nightly copies tell the truth that way. Anything that uses what not
every supported ComfyUI has gets a row here, and asks `ComfyHost.has`.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: A probe is given ComfyUI's PromptServer.
Probe = Callable[[Any], bool]


@dataclass(frozen=True)
class Capability:
    """A row of the table: `since` is the ComfyUI release that brought it."""

    name: str
    since: str
    probe: Probe

    def present(self, prompt_server: Any) -> bool:
        """Whether it is there. Where a later ComfyUI has lost what the probe looks into, it is not."""
        try:
            return self.probe(prompt_server)
        except (AttributeError, TypeError, ValueError):
            return False


def _route(method: str, path: str) -> Probe:
    def probe(prompt_server: Any) -> bool:
        listed = {
            (getattr(route, "method", ""), getattr(route, "path", "")) for route in prompt_server.routes
        }
        return (method, path) in listed

    return probe


def _loaded(module: str, path: str = "") -> Any:
    """Something of ComfyUI's: nothing is imported for a probe, what we use is there long before."""
    found: Any = sys.modules.get(module)
    for name in filter(None, path.split(".")):
        found = getattr(found, name)
    return found


def _schema(field: str) -> Probe:
    """A field of a node's V3 schema."""
    return lambda _: field in _loaded("comfy_api.latest", "io.Schema.__dataclass_fields__")


def _takes(module: str, path: str, parameter: str) -> Probe:
    """A parameter of a function or a class."""
    return lambda _: parameter in inspect.signature(_loaded(module, path)).parameters


def _answers(module: str, function: str, word: str) -> Probe:
    """A word that a function writes into its answers."""
    return lambda _: word in _loaded(module, f"{function}.__code__.co_consts")


def _dynamic_memory(_: Any) -> bool:
    """ComfyUI's own switch, set at its start where there is a GPU for it."""
    return bool(_loaded("comfy.memory_management", "aimdo_enabled"))


#: In the order of the releases. `dynamic_memory`: in use on this machine, not only there.
CAPABILITIES = (
    Capability("jobs", "0.6.0", _route("GET", "/api/jobs")),
    Capability("advanced_inputs", "0.10.0", _takes("comfy_api.latest", "io.Int.Input", "advanced")),
    Capability("search_aliases", "0.11.0", _schema("search_aliases")),
    Capability("dev_only_nodes", "0.11.1", _schema("is_dev_only")),
    Capability("missing_node_type", "0.12.0", _answers("execution", "validate_prompt", "missing_node_type")),
    Capability("node_replacement", "0.14.0", lambda _: _loaded("app.node_replace_manager") is not None),
    Capability("essentials_category", "0.15.0", _schema("essentials_category")),
    Capability("clone_without_dynamic_memory", "0.16.0", _takes("comfy.sd", "CLIP.clone", "disable_dynamic")),
    Capability("dynamic_memory", "0.16.0", _dynamic_memory),
    Capability("cancel_job", "0.26.0", _route("POST", "/api/jobs/{job_id}/cancel")),
)


def found(prompt_server: Any) -> list[dict[str, str | bool]]:
    """Lists the table as it is told: {name, since, present} of each."""
    return [
        {"name": one.name, "since": one.since, "present": one.present(prompt_server)} for one in CAPABILITIES
    ]


def has(prompt_server: Any, name: str) -> bool:
    """Whether the capability of that name is there; KeyError for a name that is not in the table."""
    return {one.name: one for one in CAPABILITIES}[name].present(prompt_server)
