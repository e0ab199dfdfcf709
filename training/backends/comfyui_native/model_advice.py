"""What is to say of the model that ComfyUI's trainer loads: a file that is not there, a route that it cannot go, an adapter that it lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ....core.errors import NotReadyError
from ....core.families.families import Family
from ....core.records.training import Finding
from ....core.said import Said, listed, said
from ...interface import ResolvedTraining
from .parts import beside

Folders = Mapping[str, Sequence[str]]


def require_parts(family: Family, folders: Folders) -> dict[str, str]:
    """The files beside the base, by their roles. NotReadyError `model_parts_missing`."""
    found, lacking = beside(family, folders)
    if lacking:
        raise NotReadyError("model_parts_missing", _lacks(lacking), "Download the model, then press Retry.")
    return found


def model_findings(training: ResolvedTraining, family: Family, folders: Folders | None) -> list[Finding]:
    """`folders`: where ComfyUI looks for models on this machine; None where nobody knows."""
    if not training.base_path:
        message = "The model to train on was not found in ComfyUI's folders."
        return [Finding(severity="error", code="base_model_missing", message=message, fix="download_model")]
    findings = [*_route(training, family), *_adapter(training, family)]
    lacking = beside(family, folders)[1] if folders is not None else []
    if lacking:
        findings.append(
            Finding(
                severity="error",
                code="model_parts_missing",
                message=_lacks(lacking),
                fix="download_model",
                this_machine=True,
            )
        )
    return findings


def _lacks(names: Sequence[str]) -> Said:
    return said("ComfyUI's trainer needs files that ComfyUI's folders lack: {files}.", files=listed(names))


def _route(training: ResolvedTraining, family: Family) -> list[Finding]:
    """Other routes train other files than the one that draws."""
    usual = next((route.key for route in family.routes if not route.retired), "")
    if training.route in ("", usual):
        return []
    message = "ComfyUI's trainer learns on the file that makes the pictures. Choose the first way to train, or AI-Toolkit."
    return [Finding(severity="error", code="route_not_of_trainer", message=message)]


def _adapter(training: ResolvedTraining, family: Family) -> list[Finding]:
    if not training.settings(family).assistant_lora:
        return []
    message = said(
        "{model} draws in few steps, and training wears that off. AI-Toolkit prevents it with an adapter, which ComfyUI's trainer doesn't have.",
        model=family.label,
    )
    return [Finding(severity="warning", code="adapter_missing", message=message)]
