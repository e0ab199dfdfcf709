"""ComfyUI without our requirements: it starts, other nodes work, and the panel says what to install."""

from __future__ import annotations

import pytest
from hosts import comfyui
from hosts.journey import Api, ApiError
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.full]
#: import name -> what pip calls it; psutil is ComfyUI's own requirement, too, and cannot be missing there
HIDDEN = {
    "huey": "huey",
    "pythonjsonlogger": "python-json-logger",
    "toml": "toml",
    "tomlkit": "tomlkit",
    "anyascii": "anyascii",
    "pillow_heif": "pillow-heif",
}


@pytest.fixture(params=comfyui.frontends(comfyui.NEW))
def server(tmp_path, request):
    """A Python in which our packages are not to be found, as before the requirements were installed."""
    shadows = tmp_path / "shadows"
    for name in HIDDEN:
        (shadows / name).mkdir(parents=True)
        refusal = f"raise ModuleNotFoundError(\"No module named '{name}'\", name='{name}')\n"
        (shadows / name / "__init__.py").write_text(refusal)
    base = comfyui.make_base(tmp_path / "host")
    environment = {"PYTHONPATH": str(shadows), "ISENGARD_MODE": "fast-test"}
    server = comfyui.start(base, environment=environment, frontend=request.param)
    yield server
    server.stop()


def test_comfyui_starts_and_the_panel_says_what_to_install(server, open_page):
    ours = [line for line in server.log().splitlines() if "custom_nodes/isengard" in line]
    assert ours and not [line for line in ours if "IMPORT FAILED" in line]
    nodes = server.get("/object_info")
    assert "KSampler" in nodes and "IsengardApplyIdentity" in nodes
    with pytest.raises(ApiError) as caught:
        Api(server.url).wait_until_ready()
    assert (caught.value.status, caught.value.error["code"]) == (503, "requirements_missing")
    page = open_page(server.url)
    panel = page.open_tab()
    expect(panel).to_contain_text("Isengard can't start yet", timeout=15_000)
    for name in HIDDEN.values():
        expect(panel).to_contain_text(name)
    expect(panel).to_contain_text("requirements.txt")
    expect(page.get("isen-restart")).to_be_visible()
    assert not server.data.exists()
