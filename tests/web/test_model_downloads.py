"""A family's model is fetched into ComfyUI's folder by a real worker, from a local stand-in of the hub."""

from __future__ import annotations

import hashlib

import pytest
from fakes.file_server import FileServer
from hosts.journey import Api, ApiError
from isengard.core.families.model_files import ModelFile
from support.placeholders import content
from support.web_server import WebServer

CONTENT = content({"x.weight": (2_000_000,)})
PATH = "/owner/model/resolve/main/base.safetensors"


@pytest.fixture
def hub():
    hub = FileServer({PATH: CONTENT})
    yield hub
    hub.close()


@pytest.fixture
def server(tmp_path, hub, request):
    """With a token in the environment unless the test's parameter is another one."""
    environment = {
        "ISENGARD_MODE": "fast-test",
        "ISENGARD_IDLE_S": "2",
        "HF_ENDPOINT": hub.url,
        "HF_TOKEN": getattr(request, "param", "hf_abcdefgh"),
    }
    server = WebServer(tmp_path, environment=environment)
    Api(server.url).wait_until_ready()
    sha = hashlib.sha256(CONTENT).hexdigest()
    file = ModelFile(
        hub="owner/model", file="base.safetensors", folder="checkpoints", size=len(CONTENT), sha256=sha
    )
    server.services.families.get("sd15").files = [file]
    (tmp_path / "models" / "checkpoints").mkdir(parents=True)
    yield server
    server.close()


def wait(api, job):
    return api.wait_for(f"/training/jobs/{job['id']}", 30)


def test_what_is_missing_is_fetched_where_comfyui_looks(server, hub, tmp_path):
    api = Api(server.url, "ui-model-1")
    (file,) = next(f for f in api.get("/training/families")["items"] if f["key"] == "sd15")["files"]
    assert (file["here"], file["size"]) == (False, len(CONTENT))
    hub.cut = [700_000]
    job = wait(api, api.post("/training/models/sd15/download", {"confirm": True}))
    assert job["state"] == "completed", job["error"]
    target = tmp_path / "models" / "checkpoints" / "base.safetensors"
    assert target.read_bytes() == CONTENT and job["correlation_id"] == "ui-model-1"
    assert hub.asked[0][2] == "Bearer hf_abcdefgh" and hub.asked[1][1] == "bytes=700000-"
    record = (server.services.paths.job(job["id"]) / "job.json").read_text()
    assert "hf_" not in record and str(tmp_path) not in record
    server.host.models["checkpoints"] = {"base.safetensors": target}
    with pytest.raises(ApiError) as caught:
        api.post("/training/models/sd15/download", {"confirm": True})
    assert caught.value.error["code"] == "nothing_missing"


def test_another_file_than_the_records_is_not_kept(server, hub, tmp_path):
    hub.files[PATH] = CONTENT[::-1]
    job = wait(Api(server.url), Api(server.url).post("/training/models/sd15/download", {"confirm": True}))
    assert (job["state"], job["error"]["code"]) == ("failed", "download_damaged")
    assert not list((tmp_path / "models" / "checkpoints").iterdir())


def test_a_gated_model_says_what_to_do(server, hub):
    hub.statuses = [401]
    job = wait(Api(server.url), Api(server.url).post("/training/models/sd15/download", {"confirm": True}))
    assert (job["state"], job["error"]["code"]) == ("failed", "model_gated") and "token" in job["error"][
        "hint"
    ]


@pytest.mark.parametrize("server", [""], indirect=True)
def test_a_token_entered_in_the_panel_counts_at_once_for_a_running_worker_too(server, hub, tmp_path):
    api = Api(server.url)
    family = next(f for f in api.get("/training/families")["items"] if f["key"] == "flux1_dev")
    assert (family["needs_token"], family["page"]) == (
        True,
        "https://huggingface.co/black-forest-labs/FLUX.1-dev",
    )
    hub.statuses = [401]
    job = wait(api, api.post("/training/models/sd15/download", {"confirm": True}))
    assert (job["state"], job["error"]["code"]) == ("failed", "model_gated")
    changed = api.patch("/settings", {"hf_token": "hf_enteredinpanel"})
    assert "hf_entered" not in str(changed)
    job = wait(api, api.post(f"/training/jobs/{job['id']}/retry"))
    assert job["state"] == "completed", job["error"]
    assert [asked[2] for asked in hub.asked] == ["", "Bearer hf_enteredinpanel"]
    family = next(f for f in api.get("/training/families")["items"] if f["key"] == "flux1_dev")
    assert not family["needs_token"]


def test_the_same_is_not_fetched_twice_at_once(server, hub):
    hub.slow_s = 0.05
    api = Api(server.url)
    job = api.post("/training/models/sd15/download", {"confirm": True})
    with pytest.raises(ApiError) as caught:
        api.post("/training/models/sd15/download", {"confirm": True})
    assert (caught.value.status, caught.value.error["code"]) == (409, "already_running")
    api.post(f"/training/jobs/{job['id']}/cancel")
    assert wait(api, job)["state"] == "cancelled"
