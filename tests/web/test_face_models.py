"""Models beside dlib over the web layer: what is offered, what is chosen, and that a choice counts without a restart."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

import pytest
from hosts import fixtures
from hosts.journey import ApiError
from isengard.core.faces.calibration import DLIB
from isengard.core.records.checkpoint import Version
from isengard.core.records.generation import GeneratedImage
from isengard.core.records.likeness import Likeness
from isengard.web.services.likeness.drawn_with import is_image_due
from isengard.web.services.likeness.walls import scores_without
from support.face_fixtures import face_tools, onnx_library, put_face_library  # noqa: F401 - fixtures
from support.face_models import put_model, tiny_models  # noqa: F401 - fixture

pytestmark = pytest.mark.slow


def test_models_are_offered_with_licence_and_size_and_none_is_used_before_it_is_here(api):
    answer = api.get("/likeness")
    models = {model["key"]: model for model in answer["models"]}
    assert set(models) == {"auraface", "dinov2_small", "sscd", "yunet"} and answer["used"] == {}
    aura = models["auraface"]
    assert (aura["licence"], aura["size"], aura["is_calibrated"]) == ("Apache-2.0", 260694151, False)
    assert aura["state"] == {**aura["state"], "name": "faces_auraface", "state": "not_installed"}
    assert not aura["setup"]["possible"] and "first" in aura["setup"]["why_not"]
    assert models["yunet"]["is_calibrated"] and models["yunet"]["roles"] == ["detector"]


def test_a_choice_counts_at_once_and_nonsense_is_refused(api, server, face_tools, onnx_library, tiny_models):
    paths, faces = server.services.paths, server.services.likeness.faces
    put_face_library(face_tools, paths)
    put_model(paths, "auraface", tiny_models["auraface"], onnx_library)
    man = fixtures.other_people()["man"]
    assert len(faces.faces(man)[0].numbers) == 128
    changed = api.patch("/settings", {"face_models": "auraface,yunet"})
    item = next(item for item in changed["items"] if item["name"] == "face_models")
    assert (item["value"], item["editable"]) == (["auraface", "yunet"], True)
    assert len(faces.faces(man)[0].numbers) == 512
    assert api.get("/likeness")["used"] == {"detector": "dlib", "marker": "dlib", "describer": "auraface"}
    for wrong in ("../../x", "a b", "é"):
        with pytest.raises(ApiError) as caught:
            api.patch("/settings", {"face_models": wrong})
        assert caught.value.error["code"] == "bad_setting"
    api.patch("/settings", {"face_models": ""})
    assert len(faces.faces(man)[0].numbers) == 128


def test_what_another_model_measured_counts_as_not_measured():
    image = GeneratedImage(n=0, file="0000.png", width=8, height=8, seed=1)
    old = image.model_copy(update={"likeness": Likeness(verdict="good", score=0.6, copied=False)})
    new = image.model_copy(
        update={"likeness": Likeness(verdict="good", score=0.6, copied=False, model="other")}
    )
    assert is_image_due(image, False) and not is_image_due(old, False) and not is_image_due(new, False)
    assert not is_image_due(old, False, DLIB.model), "records of before there were others are dlib's"
    assert is_image_due(old, False, "other") and not is_image_due(new, False, "other")
    assert is_image_due(new, False, DLIB.model)


def test_scores_of_another_model_leave_a_version_before_it_is_compared():
    about = {"step": 1, "file": "a/1.safetensors", "size": 1, "sha256": "0" * 64, "family": "sd15"}
    version = Version(
        **about, job_id="job_1", created_at="", scores={"likeness": 0.6, "told": 9.0, "mine": 1.0}
    )
    assert scores_without(version, None, DLIB.model) == version.scores
    assert scores_without(version, None, "other") == {"mine": 1.0}
    theirs = version.model_copy(update={"measured_by": "other"})
    assert scores_without(theirs, None, "other") == version.scores
    assert scores_without(theirs, {"likeness": 0.5}, DLIB.model) == {"mine": 1.0, "likeness": 0.5}


def test_models_are_set_up_like_the_tools_themselves(api, server):
    server.services.supervisor.ensure_worker = lambda: False
    job = api.post("/training/backends/faces_yunet/setup", {"confirm": True})
    assert (job["kind"], job["backend"]) == ("backend_setup", "faces_yunet")
    with pytest.raises(ApiError) as caught:
        api.post("/training/backends/faces_dlib/setup", {"confirm": True})
    assert caught.value.error["code"] == "plugin_unknown"
