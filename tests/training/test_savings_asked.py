"""Ways of saving memory that only some trainers know: asked of one that does not, they are refused."""

from __future__ import annotations

import pytest
from isengard.core.errors import InvalidError
from isengard.core.families.families import Families
from isengard.core.records.training import Overrides
from isengard.training.planning.presets import require_savings
from support.training_fixtures import house, redis_url  # noqa: F401 - fixtures


@pytest.mark.parametrize(
    ("family", "overrides", "refused"),
    [
        ("sd15", {"offload": 0.5}, True),
        ("sd15", {"cache_text": True}, True),
        ("sd15", {"quantize": True}, True),
        ("z_image", {"bits": 4}, True),
        ("z_image", {"quantize": True}, False),  # as the model's record says anyway
        (
            "sd15",
            {"quantize": False, "low_vram": False, "cache_text": False, "offload": 0.0, "bits": 8},
            False,
        ),
        ("sd15", {"batch_size": 2, "rank": 4, "resolution": [512]}, False),
    ],
)
def test_a_trainer_is_not_asked_to_save_memory_in_a_way_that_it_cannot(
    house,  # noqa: F811
    family,
    overrides,
    refused,
):
    """It would have dropped the wish without a word, and the memory that was promised with it."""
    backend = house.registry.get("training_backends", "comfyui_native")
    wanted, capabilities = Overrides(**overrides), backend.capabilities()
    if not refused:
        require_savings(wanted, Families().get(family), capabilities)
        return
    with pytest.raises(InvalidError, match=f"ComfyUI has no option called {next(iter(overrides))}") as caught:
        require_savings(wanted, Families().get(family), capabilities)
    assert caught.value.code == "option_not_of_trainer" and caught.value.hint
    able = house.registry.get("training_backends", "ai_toolkit").capabilities()
    require_savings(wanted, Families().get(family), able)
