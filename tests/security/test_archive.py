"""The archive as the registry's own packer makes it: what a user gets, opened."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from hosts.environments import PACKER
from support.registry_rules import ROOT, archive, tracked


@pytest.fixture(scope="module")
def comfy_node(tmp_path_factory):
    """`comfy node <command>` in a copy of the working tree, so that no zip is left in the checkout."""
    copy = tmp_path_factory.mktemp("packed")
    for name in tracked():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy / name)
    for command in (["init", "-q"], ["add", "-A", "-f"]):
        subprocess.run(["git", *command], cwd=copy, check=True)
    comfy = PACKER.ensure().with_name("comfy" + (".exe" if os.name == "nt" else ""))
    home = tmp_path_factory.mktemp("home")
    environment = {**os.environ, "HOME": str(home), "USERPROFILE": str(home)}

    def run(command: str) -> tuple[Path, str]:
        done = subprocess.run(
            [str(comfy), "--skip-prompt", "--no-enable-telemetry", "node", command],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return copy, done.stdout + done.stderr

    return run


@pytest.fixture(scope="module")
def packed(comfy_node) -> zipfile.ZipFile:
    copy, _ = comfy_node("pack")
    with zipfile.ZipFile(copy / "node.zip") as archive:
        yield archive


@pytest.mark.slow
def test_the_registrys_tool_has_nothing_to_say_against_it(comfy_node):
    """It reads pyproject.toml as the registry does (a warning for each field it cannot use) and looks for what is forbidden."""
    _, said = comfy_node("validate")
    assert "All validation checks passed" in said and "Warning" not in said, said


@pytest.mark.slow
def test_the_packer_takes_what_our_list_says(packed):
    """Every other test of the archive looks at `archive()`; this one holds it to the real packer."""
    ours = {file.relative_to(ROOT).as_posix() for file in archive()}
    assert set(packed.namelist()) == ours


@pytest.mark.slow
def test_the_archive_is_downloaded_in_seconds(packed):
    """What a user downloads: pictures of docs/ and what only translators read stay in the repository."""
    assert Path(packed.filename).stat().st_size < 3 * 1024**2
    names = set(packed.namelist())
    assert "locales/en/nodeDefs.json" in names and "locales/en/server.json" not in names
    assert not [name for name in names if name.endswith("terms.md")]


@pytest.mark.slow
def test_every_node_has_its_help_page_in_the_archive(packed):
    """ComfyUI shows extension/docs/<node id>.md beside the node (WEB_DIRECTORY/docs)."""
    nodes = json.loads(packed.read("locales/en/nodeDefs.json"))
    pages = {Path(name).stem for name in packed.namelist() if name.startswith("extension/docs/")}
    assert pages >= set(nodes) and len(nodes) >= 9


@pytest.mark.slow
def test_nothing_of_the_workshop_is_in_the_archive(packed):
    roots = {name.split("/")[0] for name in packed.namelist()}
    assert not roots & {"tests", "docs", ".ci", ".github", "dev.py", "Dockerfile", "compose.yaml"}
