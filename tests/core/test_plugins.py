from __future__ import annotations

import sys

import pytest
from isengard.core.errors import NotFoundError
from isengard.core.plugins import PluginContext, PluginRegistry, neighbour_packs
from isengard.core.settings import Settings


@pytest.fixture
def context(paths):
    return PluginContext(paths, Settings())


@pytest.fixture
def neighbour(tmp_path):
    own = tmp_path / "custom_nodes" / "isengard"
    pack = tmp_path / "custom_nodes" / "other pack"
    own.mkdir(parents=True)
    pack.mkdir()
    (tmp_path / "custom_nodes" / "unrelated").mkdir()
    (pack / "__init__.py").write_text("raise RuntimeError('the pack itself must not be run')")
    (pack / "sizes.py").write_text("WIDTH = 7\n")
    (pack / "pipeline.py").write_text(
        "from .sizes import WIDTH\n\n\ndef create(context):\n    return (WIDTH, context.paths.root)\n"
    )
    (pack / "pyproject.toml").write_text(
        '[tool.isengard.plugins.image_pipelines]\nsketch = "pipeline:create"\n'
        'gone = "nothing:create"\nbad = "../../etc:x"\ncomfyui = "pipeline:create"\n'
    )
    yield own
    for name in [name for name in sys.modules if name.startswith("isengard_neighbours")]:
        del sys.modules[name]


def test_a_neighbouring_pack_adds_a_pipeline_without_being_run(context, neighbour):
    registry = PluginRegistry(
        context, {"image_pipelines": {"comfyui": lambda _: "ours"}}, neighbour_packs(neighbour)
    )
    assert registry.all("image_pipelines") == {"comfyui": "ours", "sketch": (7, context.paths.root)}


def test_broken_foreign_plugins_are_problems_not_crashes(context, neighbour):
    registry = PluginRegistry(
        context, {"image_pipelines": {"comfyui": lambda _: "ours"}}, neighbour_packs(neighbour)
    )
    registry.all("image_pipelines")
    assert sorted(problem.name for problem in registry.problems) == ["bad", "comfyui", "gone"]


def test_a_plugin_is_made_once_and_only_when_asked(context):
    made = []
    registry = PluginRegistry(context, {"training_backends": {"a": lambda c: made.append(c) or "A"}})
    assert registry.names("training_backends") == ["a"] and not made
    assert registry.get("training_backends", "a") == registry.get("training_backends", "a") == "A"
    assert made == [context]


def test_unknown_names_and_seams_are_told(context):
    registry = PluginRegistry(context, {})
    for seam, name in (("training_backends", "x"), ("nonsense", "x")):
        with pytest.raises(NotFoundError) as caught:
            registry.get(seam, name)
        assert caught.value.code == "plugin_unknown"
    assert registry.names("video_pipelines") == []


def test_a_built_in_plugin_that_fails_is_our_bug_and_raises(context):
    def broken(_):
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        PluginRegistry(context, {"training_backends": {"a": broken}}).all("training_backends")
