"""What a trainer reads of the hub, by the families' records."""

from __future__ import annotations

import pytest
from isengard.core.families.families import Families
from isengard.core.families.hub_parts import HubPart, is_described, parts_for
from pydantic import ValidationError


@pytest.mark.parametrize("family", Families().all(), ids=lambda family: family.key)
def test_a_record_names_all_that_its_trainer_reads_of_the_hub(family):
    """What is not named is not told, not fetched, and missing when the training runs without a network."""
    hubs = {part.hub for part in family.trainer_hubs}
    assert hubs and (not family.training_hub or family.training_hub in hubs)
    assert any(part.base for part in family.trainer_hubs) == bool(family.training_hub)
    for part in family.trainer_hubs:
        assert part.revision != "main", f"{part.hub} may change under the people who train"
        assert len(set(part.files + part.optional)) == len(part.files) + len(part.optional)


@pytest.mark.parametrize(
    "wrong",
    [
        {"files": ["../escape"]}, {"files": ["/etc/passwd"]}, {"files": ["a|C:/b"]}, {"files": ["a\\b"]}, {"files": []}, {"size": 0},
        {"hub": "https://elsewhere/x"}, {"hub": "owner"}, {"revision": "v1"}, {"label": ""},
    ],
)  # fmt: skip
def test_a_part_that_could_not_be_fetched_or_would_leave_its_folder_is_refused(wrong):
    whole = {"label": "VAE", "hub": "me/it", "files": ["a/b.json|a/c.json"], "size": 5}
    assert HubPart.model_validate(whole).single_file == ""
    with pytest.raises(ValidationError):
        HubPart.model_validate({**whole, **wrong})


def test_the_base_that_is_trained_from_decides_which_parts_are_read(tmp_path):
    klein, sdxl, z_image = (Families().get(key) for key in ("flux2_klein_4b", "sdxl", "z_image"))
    file, folder = tmp_path / "mine.safetensors", tmp_path / "mine"
    file.touch()
    folder.mkdir()

    def read(family, base):
        return [(part.hub, part.label, part.revision == "main") for part in parts_for(family, str(base))]

    mine = [("me/mine", "model", True), ("me/mine", "text encoder", True), ("me/mine", "VAE", True)]
    assert parts_for(klein, klein.training_base.hub) == klein.trainer_hubs
    assert read(klein, file) == read(klein, folder) == read(klein, klein.training_base.hub)[1:]
    de_turbo = z_image.by_route("de_turbo")
    turbo, z_image = z_image.by_route("turbo"), z_image.by_route("base")
    assert read(z_image, "me/mine") == mine and read(z_image, folder) == []
    settings, *rest = parts_for(z_image, str(file))
    assert [part.label for part in rest] == ["text encoder", "VAE"]
    assert (settings.files, settings.base) == (["transformer/config.json"], False) and settings.size < 100_000
    described = parts_for(de_turbo, str(file))
    assert {(part.hub, part.revision) for part in described} == {
        (de_turbo.extras_hub, described[1].revision)
    }, "AI-Toolkit looks for it beside the text encoder"
    assert described[0].files == settings.files
    assert [label for _, label, _ in read(turbo, folder)] == ["training adapter"], (
        "one's own is trained under it too"
    )
    assert parts_for(sdxl, str(file)) == sdxl.trainer_hubs and read(sdxl, folder) == []
    assert (
        is_described(sdxl, str(file)) and is_described(klein, "me/mine") and not is_described(sdxl, "me/mine")
    )
    assert sdxl.training_bytes == 6938078334 + 3200000
