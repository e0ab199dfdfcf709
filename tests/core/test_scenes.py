"""The wall's scenes are said twice, for the panel and for what measures: they must be the same."""

import re
from pathlib import Path

from isengard.core.faces.scenes import FIRST_SEED, SCENES, STRENGTHS, scene_of_seed, seed_of

GRID = Path(__file__).resolve().parents[2] / "js/data/version_grid.js"


def test_the_panels_scenes_are_those_that_are_measured():
    code = GRID.read_text(encoding="utf-8")
    scenes = code[code.index("export const SCENES") : code.index("};", code.index("export const SCENES"))]
    assert dict(re.findall(r'^  (\w+): "(.*)",$', scenes, re.MULTILINE)) == SCENES
    assert list(dict(re.findall(r'^  (\w+): "(.*)",$', scenes, re.MULTILINE))) == list(SCENES)
    assert int(re.search(r"FIRST_SEED = (\d+)", code).group(1)) == FIRST_SEED
    said = re.search(r"STRENGTHS = \[([^\]]*)\]", code).group(1)
    assert {float(one) for one in said.split(",")} - {0.0} == set(STRENGTHS)


def test_a_scene_is_known_by_its_seed():
    assert [scene_of_seed(seed_of(scene)) for scene in SCENES] == list(SCENES)
    assert scene_of_seed(1) == scene_of_seed(None) == scene_of_seed(FIRST_SEED + len(SCENES)) == ""
