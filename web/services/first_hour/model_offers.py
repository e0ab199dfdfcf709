"""What each model is offered with on the machine that would train it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ....core.families.families import Family
from ....core.families.hub_parts import is_described, parts_for
from ....core.records.spoken import told
from ....core.settings import Settings
from ....training.downloads.hub_cache import lacking
from ....training.downloads.model_files import FileState
from ....training.planning.recommendation import ModelFit, TrainingMachine, fits_of, said_of
from ....training.service import TrainingService
from ...host import Host


@dataclass(frozen=True)
class ModelOffers:
    """The offers of one server; asking looks at the GPU anew."""

    host: Host
    training: TrainingService
    settings: Settings

    def machine(self) -> TrainingMachine:
        """The machine that would train with the trainer of the mode."""
        around = self.training.surroundings(None)
        gatherer = self.training.gatherer
        trainer = gatherer.backend(None).capabilities()
        others = self.training.without_gpu() if trainer.needs == "gpu" and not around.machine.gpus else {}
        usual = gatherer.backend(self.training.usual_backend()).capabilities()
        stands_in = bool(others) and usual.name != trainer.name
        return TrainingMachine(
            around.machine,
            self.host.version,
            trainer.savings,
            self.training.surroundings(usual.name).paces if stands_in else around.paces,
            device=self.host.device_name,
            on_cpu=trainer.needs == "cpu",
            real=not trainer.placeholder,
            others=others,
            stand_in=usual.label if stands_in else "",
            estimates=usual.estimates if stands_in else {},
        )

    def fits(self, families: Sequence[Family]) -> dict[str, dict[str, Any]]:
        """By key: how a family fits the machine, and its place among all."""
        found = fits_of(families, self.machine())
        return {one.family.key: _shown(one, place) for place, one in enumerate(found)}

    def words(self, families: Sequence[Family]) -> str:
        """Say which model suits the machine, or why none does."""
        machine = self.machine()
        return said_of(fits_of(families, machine), machine)

    def download_bytes(self, family: Family, states: Sequence[FileState]) -> int:
        """Bytes that training and drawing with it would fetch: of ComfyUI's folders and of the hub."""
        files = sum(state.file.size for state in states if not state.names)
        base = family.training_hub
        parts = parts_for(family, base) if is_described(family, base) else []
        return files + sum(one.size for one in lacking(parts, self.settings.hf_home))


def _shown(one: ModelFit, place: int) -> dict[str, Any]:
    shown = {
        "fit": one.fit,
        "place": place,
        "note": one.why,
        "vram_bytes": one.vram_bytes,
        "train_s": one.seconds,
        "good_at": one.family.card.good_at,
        "sell": one.family.card.sell,
        "terms": one.family.terms,
    }
    return told(shown)
