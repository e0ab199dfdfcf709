"""What doctor and /health say of files that cannot be read."""

from __future__ import annotations

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


def test_doctor_says_whether_comfyui_answers(paths):
    assert not [text for _, text in examined(paths) if "ComfyUI" in text], "nothing ever ran here"
    (paths.run / "server.json").write_text('{"boot_id": "x", "pid": 1, "url": "http://127.0.0.1:9"}')
    (found,) = [finding for finding in examined(paths) if "ComfyUI" in finding[1]]
    assert found[0] == "ok" and "does not answer" in found[1]
