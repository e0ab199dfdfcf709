"""Setting up models beside dlib: fetched from a hub on this machine, checked, tried out, and removed with what ran them."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

import pytest
from fakes.hub_server import HubServer
from isengard.core.faces.models.choice import folder_of, onnx_folder
from isengard.core.faces.models.records import records
from isengard.core.settings import Settings
from isengard.training.face_tools import FaceModelSetup, FaceToolsSetup, factories, packages
from support.face_fixtures import face_tools, onnx_library, put_face_library  # noqa: F401 - fixtures
from support.face_models import tiny_models  # noqa: F401 - fixture
from support.task_fixtures import task_house  # noqa: F401 - fixture

pytestmark = pytest.mark.slow


@pytest.fixture
def hub(tiny_models, monkeypatch):
    server = HubServer()
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    for record in records().values():
        for file in record.files:
            if file.hub:
                server.put(file.hub, file.revision, **{file.file: tiny_models[record.key]})
    yield server
    server.close()


@pytest.fixture
def model(paths, hub, face_tools):
    """What sets up one model, in a data folder where dlib is."""
    put_face_library(face_tools, paths)
    return lambda key, **settings: FaceModelSetup(paths, Settings(**settings), records()[key])


@pytest.fixture
def from_cache(onnx_library, monkeypatch):
    """The library was fetched once for all tests; its folders are counted."""
    asked = []

    def link(task, lock, folder, *, failed, meanwhile=None):
        asked.append(lock.name)
        folder.symlink_to(onnx_library)

    monkeypatch.setattr(packages, "install_library", link)
    return asked


def test_each_model_with_a_file_is_a_tool_of_its_own():
    assert list(factories()) == [
        "faces",
        *(f"faces_{key}" for key in ("auraface", "dinov2_small", "sscd", "yunet")),
    ]


def test_a_model_is_fetched_by_its_record_tried_out_and_removed(model, hub, task_house, paths, from_cache):
    tool = model("yunet")
    offer = tool.setup_offer()
    assert (
        offer.possible
        and not offer.installed
        and offer.licence == "MIT"
        and tool.state().state == "not_installed"
    )
    assert offer.source == "opencv/face_detection_yunet" and offer.download_bytes > records()["yunet"].size
    job = task_house.run(tool.set_up)
    assert job.state.value == "completed", job.error
    assert (
        tool.state().state == "ready" and tool.setup_offer().installed and from_cache == ["onnxruntime.txt"]
    )
    assert [path for verb, path, _, _ in hub.asked if verb == "GET" and "resolve" in path] == [
        f"/opencv/face_detection_yunet/resolve/{records()['yunet'].files[0].revision}/face_detection_yunet_2023mar.onnx"
    ]
    other = model("auraface")
    assert other.setup_offer().download_bytes == records()["auraface"].size, "the library is here already"
    assert task_house.run(other.set_up).state.value == "completed" and len(from_cache) == 1
    assert all("glintr100.onnx" in path for _, path, _, _ in hub.asked if "AuraFace" in path)


def test_the_library_goes_with_the_last_model_that_needs_it_and_dlib_stays(
    model, task_house, paths, onnx_library, monkeypatch
):
    def copy(task, lock, folder, *, failed, meanwhile=None):
        (folder / "onnxruntime").mkdir(parents=True)
        (folder / "onnxruntime" / "capi").symlink_to(onnx_library / "onnxruntime" / "capi")
        (folder / "onnxruntime" / "__init__.py").write_text(
            (onnx_library / "onnxruntime" / "__init__.py").read_text()
        )

    monkeypatch.setattr(packages, "install_library", copy)
    first, second = model("yunet"), model("dinov2_small")
    for tool in (first, second):
        assert task_house.run(tool.set_up).state.value == "completed"
    assert task_house.run(first.uninstall).state.value == "completed"
    assert onnx_folder(paths).is_dir() and second.state().state == "ready"
    assert task_house.run(second.uninstall).state.value == "completed"
    assert not onnx_folder(paths).exists() and FaceToolsSetup(paths, Settings()).state().state == "ready"
    assert task_house.run(second.uninstall).error.code == "nothing_installed"


def test_a_file_of_another_hash_is_not_used(model, hub, tiny_models, task_house, paths, from_cache):
    content = tiny_models["yunet"]
    hub.tampered[records()["yunet"].files[0].sha256] = content[:-1] + bytes([content[-1] ^ 1])
    tool = model("yunet")
    assert task_house.run(tool.set_up).error.code == "download_damaged"
    assert tool.state().state == "not_installed" and tool.setup_offer().unfinished and from_cache == []
    assert list(folder_of(paths, tool.record).iterdir()) == []


def test_a_file_that_is_no_network_is_noticed_when_it_is_tried_out(model, task_house, paths, onnx_library):
    tool = model("yunet")
    folder_of(paths, tool.record).mkdir(parents=True)
    (folder_of(paths, tool.record) / tool.record.files[0].base_name).write_bytes(bytes(tool.record.size))
    onnx_folder(paths).symlink_to(onnx_library)
    job = task_house.run(tool.set_up, task_house.submit(request={"action": "check"}))
    assert job.error.code == "face_tools_broken"


def test_without_dlib_or_leave_nothing_is_fetched(paths, hub, task_house):
    record = records()["auraface"]
    bare, refused = (
        FaceModelSetup(paths, Settings(), record),
        FaceModelSetup(paths, Settings(allow_setup=False), record),
    )
    assert "first" in bare.setup_offer().why_not and not refused.setup_offer().possible
    assert task_house.run(bare.set_up).error.code == "face_tools_missing"
    assert task_house.run(refused.set_up).error.code == "setup_switched_off"
    assert hub.asked == []


def test_the_real_library_runs_the_model_that_was_fetched(model, task_house, paths):
    """Through pip and our lock, as on a person's computer."""
    tool = model("dinov2_small")
    job = task_house.run(tool.set_up)
    assert job.state.value == "completed", (job.error, (paths.job(job.id) / "trainer.log").read_text())
    home = paths.backends / "faces"
    assert sorted(path.name for path in home.iterdir()) == ["library", "models", "onnxruntime"]
    assert not list(onnx_folder(paths).glob("numpy*")), "numpy is ComfyUI's, and stays as it is"


def test_dlib_is_set_up_anew_beside_its_models(model, task_house, paths, from_cache, monkeypatch, face_tools):
    assert task_house.run(model("yunet").set_up).state.value == "completed"
    (paths.backends / "faces" / "library").unlink()
    anew = FaceToolsSetup(paths, Settings())
    monkeypatch.setattr(
        packages,
        "install_library",
        lambda task, lock, folder, **more: folder.symlink_to(face_tools / "library"),
    )
    assert task_house.run(anew.set_up).state.value == "completed"
    assert model("yunet").state().state == "ready"
