from __future__ import annotations

import sys

import pytest
from isengard.core.errors import NotFoundError, NotReadyError
from isengard.core.plugins import (
    SEAMS,
    ForeignFault,
    PluginContext,
    PluginRegistry,
    foreign_code,
    neighbour_packs,
)
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


@pytest.mark.parametrize("seam", SEAMS)
def test_an_unknown_name_is_told_in_one_sentence_of_its_seam(context, seam):
    """No English word stands in a gap: other languages say both sentences whole."""
    with pytest.raises(NotFoundError) as caught:
        PluginRegistry(context, {}).get(seam, "x")
    assert caught.value.message.values == {"name": "x"} and caught.value.hint == "None is known here."
    with pytest.raises(NotFoundError) as caught:
        PluginRegistry(context, {seam: {"a": print, "b": print}}).get(seam, "x")
    assert caught.value.hint == "Known: a, b."


def test_a_built_in_plugin_that_fails_is_our_bug_and_raises(context):
    def broken(_):
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        PluginRegistry(context, {"training_backends": {"a": broken}}).all("training_backends")


BROKEN = {
    "no_import": ("undefined_name", "NameError"),
    "sys_exit": ("import sys; sys.exit(3)", "SystemExit"),
    "own_error": ("class Odd(Exception): pass\nraise Odd('mine')", "Odd: mine"),
    "half": ("def create(context):\n    return object()", "it has no capabilities()"),
    "misnamed": (
        """
from types import SimpleNamespace as S
def create(context):
    names = "preflight plan poll checkpoints save_now stop outcome".split()
    said = S(name="other")
    return S(capabilities=lambda: said, state=lambda: said, **{name: print for name in names})
""",
        "declared as misnamed and calls itself other",
    ),
    "raises": (
        """
class Half:
    def __getattr__(self, name):
        return lambda: 1 / 0
def create(context):
    return Half()
""",
        "ZeroDivisionError",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_whatever_a_trainer_of_another_pack_raises_the_others_are_there(context, neighbour, name):
    source, reason = BROKEN[name]
    pack = neighbour.parent / "other pack"
    (pack / "trainer.py").write_text(source)
    (pack / "pyproject.toml").write_text(
        f'[tool.isengard.plugins.training_backends]\n{name} = "trainer:create"\n'
    )
    registry = PluginRegistry(
        context, {"training_backends": {"ours": lambda _: "ours"}}, neighbour_packs(neighbour)
    )
    registry.prepare()
    if name in registry.names("training_backends"):
        with pytest.raises(NotReadyError) as caught:
            registry.get("training_backends", name)
        assert caught.value.code == "plugin_broken" and reason in caught.value.message
    assert registry.all("training_backends") == {"ours": "ours"}
    (problem,) = registry.problems
    assert problem.name == name and reason in problem.reason


def test_a_slip_in_a_neighbours_file_is_told_with_its_line_and_costs_the_others_nothing(context, neighbour):
    broken = neighbour.parent / "broken pack"
    broken.mkdir()
    (broken / "pyproject.toml").write_text('[project]\nname = "isengard-x"\nversion = \n')
    registry = PluginRegistry(context, {}, neighbour_packs(neighbour))
    registry.prepare()
    assert "sketch" in registry.names("image_pipelines")
    (slip,) = registry.slips
    assert (slip.kind, slip.file, slip.line) == ("pack_slip", "broken pack/pyproject.toml", 3)


def test_what_foreign_code_raises_is_one_fault_and_ours_passes():
    for fault in (ValueError("odd"), SystemExit(3), KeyError("x")):
        with pytest.raises(ForeignFault) as broken, foreign_code(LookupError):
            if isinstance(fault, KeyError):
                fault = RuntimeError("not ours")
            raise fault
        assert broken.value.fault is fault and broken.value.reason.startswith(type(fault).__name__)
    with pytest.raises(KeyError), foreign_code(LookupError):
        raise KeyError("ours")
    with pytest.raises(KeyboardInterrupt), foreign_code():
        raise KeyboardInterrupt
