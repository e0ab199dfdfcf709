"""What doctor and /health say of files that cannot be read."""

from __future__ import annotations

import json

from isengard.core.plugins import PluginContext, PluginRegistry, neighbour_packs
from isengard.core.settings import load_settings
from isengard.training.doctor.doctor import examined


def test_doctor_names_the_file_and_the_line(paths, tmp_path):
    paths.settings_file.write_text("allow_cpu = 1\nworker_concurrency = 99\n")
    pack = tmp_path / "custom_nodes" / "neighbour"
    pack.mkdir(parents=True)
    (pack / "pyproject.toml").write_text('name = "isengard"\n[[[\n')
    registry = PluginRegistry(
        PluginContext(paths, load_settings({}, paths)), {}, neighbour_packs(pack.parent / "isengard")
    )
    said = examined(paths, registry)
    slip = "isengard.toml, line 2: worker_concurrency must be a number between 1 and 64: the default is used"
    assert ("FAIL", slip) in said
    assert (
        "warn",
        "neighbour/pyproject.toml, line 2: it cannot be read, so what that pack adds is left out",
    ) in said
    paths.settings_file.write_text("allow_cpu = 1\n=\n")
    assert ("FAIL", "isengard.toml, line 2: it cannot be read: defaults are used") in examined(
        paths, registry
    )


def of_comfyui(paths):
    """What is said of ComfyUI, but what trainers say of it."""
    return [one for one in examined(paths) if "ComfyUI" in one[1] and not one[1].startswith("backend ")]


def test_doctor_says_whether_comfyui_answers(paths):
    assert not of_comfyui(paths), "nothing ever ran here"
    (paths.run / "server.json").write_text('{"boot_id": "x", "pid": 1, "url": "http://127.0.0.1:9"}')
    (found,) = of_comfyui(paths)
    assert found[0] == "ok" and "does not answer" in found[1]


def test_doctor_prints_what_kind_of_comfyui_it_is(paths):
    rows = [
        {"name": "jobs", "since": "0.6.0", "present": True},
        {"name": "cancel_job", "since": "0.26.0", "present": False},
    ]
    comfyui = {"version": "0.20.1", "frontend": "1.42.15", "capabilities": rows}
    left = {"boot_id": "x", "pid": 1, "url": "http://127.0.0.1:9", "comfyui": comfyui}
    (paths.run / "server.json").write_text(json.dumps(left))
    said = examined(paths)
    kind = "ComfyUI 0.20.1 with frontend 1.42.15, when it was last started; it has: jobs (0.6.0)"
    assert ("ok", kind) in said
    lacks = "it has not, each with the release of ComfyUI that brought it: cancel_job (0.26.0)"
    assert ("ok", lacks) in said
    for odd in ({"version": "1"}, [], {"version": "1", "frontend": "2", "capabilities": [1]}):
        (paths.run / "server.json").write_text(json.dumps({**left, "comfyui": odd}))
        assert not [text for _, text in examined(paths) if "when it was last started" in text]


def test_doctor_names_the_variables_behind_what_the_panel_says_in_words(paths, tmp_path, monkeypatch):
    monkeypatch.setenv("AI_TOOLKIT_DIR", str(tmp_path))
    (said,) = (text for _, text in examined(paths) if text.startswith("backend ai_toolkit"))
    assert said.endswith("there is no run.py (AI_TOOLKIT_DIR)")
    (tmp_path / "run.py").touch()
    monkeypatch.setenv("AI_TOOLKIT_PYTHON", str(tmp_path / "no python"))
    (said,) = (text for _, text in examined(paths) if text.startswith("backend ai_toolkit"))
    assert said.endswith("has to say where it is (AI_TOOLKIT_PYTHON)")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    (refused,) = (text for level, text in examined(paths) if level == "FAIL" and "Redis" in text)
    assert refused == "Redis cannot be reached. Start it, or correct its address. (REDIS_URL)"
