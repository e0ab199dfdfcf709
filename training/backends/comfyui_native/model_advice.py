"""What is to say of the model that ComfyUI's trainer loads: a file that is not there, a route that it cannot go, an adapter that it lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ....core.errors import NotReadyError
from ....core.families.families import Family
from ....core.model_headers import header
from ....core.model_headers.quantised import FOREIGN_ENDINGS, quantisation
from ....core.records.training import Finding
from ....core.said import Said, listed, said
from ...interface import ResolvedTraining
from .parts import beside

Folders = Mapping[str, Sequence[str]]


def require_base(training: ResolvedTraining) -> None:
    """NotReadyError `base_model_missing` for a file that was renamed, moved or deleted since the training was asked for."""
    if training.base_path and not Path(training.base_path).is_file():
        raise NotReadyError(
            "base_model_missing",
            said("{file}, the model to train on, is no longer where it was.", file=training.base_path),
            "Put it back under its old name, then press Retry: it continues from the last checkpoint.",
        )


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
    findings = [*_format(Path(training.base_path)), *_route(training, family), *_adapter(training, family)]
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


def _format(file: Path) -> list[Finding]:
    """ComfyUI's own loaders read weights of 8 bits; what another pack's loader is needed for, ours does not have."""
    kind = _foreign_format(file)
    if not kind:
        return []
    message = said(
        "{file} is a quantised copy ({kind}) that only another pack's loader reads. ComfyUI's trainer needs the full model, or one in fp8.",
        file=file.name,
        kind=kind,
    )
    return [Finding(severity="error", code="base_model_quantised", message=message, fix="download_model")]


def _foreign_format(file: Path) -> str:
    """Name it; '' for what ComfyUI reads, and for a file that is not here or not whole: that is told by others."""
    try:
        if file.suffix.lower() == ".gguf":
            return "GGUF"
        if not header.is_safetensors(file):
            return ""
        described = header.read(file, header.BASE)
        packed = any(name.endswith(FOREIGN_ENDINGS) for name in described.tensors)
        return quantisation(file, described) if packed else ""
    except (OSError, header.NotWhole):
        return ""


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
