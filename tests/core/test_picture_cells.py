"""One measure of structure for what the save node says of a picture and for what a proof believes."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from isengard.core.generations.picture_cells import CELLS, structure_of
from isengard.generation.proof import structure
from PIL import Image


@pytest.mark.parametrize(
    ("cells", "least", "most"),
    [
        (np.full((CELLS, CELLS), 7.0), 1.0, 1.0),
        (np.random.default_rng(1).normal(size=(CELLS, CELLS)), -0.2, 0.2),
        (np.add.outer(np.arange(CELLS), np.arange(CELLS)), 0.9, 1.0),
        (np.pad(np.ones((CELLS, 1)), ((0, 0), (CELLS - 1, 0))), 0.9, 1.0),
    ],
    ids=["one colour", "noise", "a ramp", "one column that differs"],
)
def test_structure_of_cells(cells, least, most):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert least <= structure_of(cells) <= most


def test_a_picture_whose_cells_are_all_alike_is_no_noise_to_either(tmp_path):
    """A fine chequer: the node told it by a comparison of what is no number, with a warning on the console."""
    import torch
    from isengard.nodes.pictures.pixels import look_of

    chequer = (np.indices((256, 256)).sum(axis=0) % 2).astype(np.uint8)
    Image.fromarray(chequer * 255).save(tmp_path / "chequer.png")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        look = look_of(torch.from_numpy(chequer.astype(np.float32))[..., None].repeat(1, 1, 3))
    assert (look, structure(tmp_path / "chequer.png")) == ("", 1.0)
