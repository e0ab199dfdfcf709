from __future__ import annotations

import pytest
from isengard.core.errors import InvalidError
from isengard.core.paths import DataPaths, comfy_user_dir, contained, resolve_paths


def test_data_dir_wins(tmp_path):
    paths = resolve_paths(
        {"DATA_DIR": str(tmp_path / "d"), "RUNPOD_POD_ID": "p"}, tmp_path / "user", (tmp_path,)
    )
    assert paths.root == tmp_path / "d" and paths.logs == tmp_path / "d" / "logs"


def test_the_runpod_volume_comes_next(tmp_path):
    volume = tmp_path / "workspace"
    volume.mkdir()
    missing = tmp_path / "runpod-volume"
    assert (
        resolve_paths({"RUNPOD_POD_ID": "p"}, tmp_path / "user", (missing, volume)).root
        == volume / "isengard"
    )
    assert resolve_paths({}, tmp_path / "user", (missing, volume)).root == tmp_path / "user" / "__isengard"


def test_who_is_not_started_by_comfyui_finds_its_folder_all_the_same(tmp_path):
    """doctor looked at ./data, and called it public where it was started in custom_nodes."""
    pack = tmp_path / "ComfyUI" / "custom_nodes" / "isengard"
    pack.mkdir(parents=True)
    assert comfy_user_dir(pack) is None
    (tmp_path / "ComfyUI" / "main.py").touch()
    assert comfy_user_dir(pack) == tmp_path / "ComfyUI" / "user"


def test_log_dir_moves_only_the_logs(tmp_path):
    paths = resolve_paths({"DATA_DIR": str(tmp_path / "d"), "LOG_DIR": str(tmp_path / "l")}, None)
    assert (paths.root, paths.logs) == (tmp_path / "d", tmp_path / "l")


@pytest.mark.parametrize("inside", ["input", "output", "custom_nodes/x", "user/default"])
def test_a_folder_that_comfyui_serves_is_refused(tmp_path, inside):
    comfyui = tmp_path / "ComfyUI"
    (comfyui / "comfy").mkdir(parents=True)
    (comfyui / "main.py").touch()
    with pytest.raises(InvalidError) as caught:
        resolve_paths({"DATA_DIR": str(comfyui / inside / "data")}, None)
    assert caught.value.code == "data_dir_public" and caught.value.hint


def test_folders_are_private(paths):
    assert paths.root.stat().st_mode & 0o077 == 0
    assert {path.name for path in paths.root.iterdir()} >= {
        "uploads",
        "jobs",
        "models",
        "outputs",
        "trash",
        "tmp",
    }


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "../../etc", "/etc", "C:x", "a\0b"])
def test_names_that_leave_the_folder_are_refused(tmp_path, name):
    with pytest.raises(InvalidError) as caught:
        contained(tmp_path, name)
    assert caught.value.code == "bad_path"


def test_a_link_that_leaves_the_folder_is_refused(tmp_path):
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link").symlink_to(tmp_path)
    with pytest.raises(InvalidError):
        contained(tmp_path / "root", "link", "file")


def test_folders_that_were_there_are_closed_where_they_are_ours(tmp_path):
    """As `mkdir` makes them, 0755; opened to a group on purpose; a link to somebody's disk; and the root, which may be a volume."""
    root, disk, logs = tmp_path / "data", tmp_path / "disk", tmp_path / "logs"
    for folder in (root, root / "uploads", root / "jobs", disk, logs, logs / "api"):
        folder.mkdir()
        folder.chmod(0o755)
    (root / "jobs").chmod(0o770)
    (root / "models").symlink_to(disk)
    DataPaths(root, logs).create()
    found = {
        folder.relative_to(tmp_path).as_posix(): oct(folder.stat().st_mode & 0o777)
        for folder in (root, root / "uploads", root / "jobs", root / "tmp", disk, logs, logs / "api")
    }
    assert found == {
        "data": "0o755",
        "data/uploads": "0o700",
        "data/jobs": "0o770",
        "data/tmp": "0o700",
        "disk": "0o755",
        "logs": "0o755",
        "logs/api": "0o700",
    }


@pytest.mark.parametrize("variable", ["DATA_DIR", "LOG_DIR"])
def test_a_home_of_nobody_is_told(tmp_path, variable):
    env = {"DATA_DIR": str(tmp_path), variable: "~nobody-of-that-name/x"}
    with pytest.raises(InvalidError) as refused:
        resolve_paths(env, None, ())
    assert refused.value.code == "folder_without_home" and variable in refused.value.message
