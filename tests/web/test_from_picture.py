"""Orders that start from a picture, and pictures that become photos, over HTTP."""

from __future__ import annotations

import io

import pytest
from hosts.journey import Api, ApiError
from isengard.core.records.generation import CharacterUse, GenerationRequest
from isengard.core.records.generation_states import GenerationState
from support.generation_records import draft
from support.loras import publish
from support.pictures import drawing


def png(image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def ann(api, server):
    ann = api.post("/characters", {"name": "Ann"})
    publish(server.services.versions, ann, 10, base="x")
    return ann


@pytest.fixture
def ben(api):
    return api.post("/characters", {"name": "Ben"})


@pytest.fixture
def shown(server, ann):
    """A picture of Ann in the gallery, 96 x 64."""
    from isengard.core.records.generation import GeneratedImage

    services = server.services
    request = GenerationRequest(recipe="sd15-identity", characters=[CharacterUse(id=ann["id"])], prompt="x")
    made = services.generations.store.create(
        draft(ann["id"], request=request, state=GenerationState.COMPLETED), []
    )
    drawing(1, (96, 64)).save(services.paths.generation(made.id) / "0000.png")
    image = GeneratedImage(n=0, file="0000.png", width=96, height=64, seed=1)
    return services.generations.store.add_image(made.id, image)


def left_in_tmp(server):
    return [file for file in server.services.paths.tmp.iterdir() if file.suffix != ".safetensors"]


def order(person, start, **changes):
    asked = {
        "recipe": "sd15-identity",
        "characters": [{"id": person["id"]}],
        "prompt": "{trigger}",
        "seed": 3,
    }
    return {**asked, **changes, "start": {"how": "variation", **start}}


@pytest.fixture
def files(server, tmp_path):
    """ComfyUI's loaders show a checkpoint, so that the recipe is complete."""
    from isengard.core.families.families import Families
    from support.placeholders import put_files

    for folder, names in put_files(tmp_path / "models", Families().get("sd15")).items():
        server.host.models.setdefault(folder, {}).update(names)


def refusal(api, *given, **files):
    with pytest.raises(ApiError) as caught:
        api.from_picture(*given, **files)
    return caught.value.status, caught.value.error["code"]


def test_what_is_made_of_a_picture_says_so_and_is_its_peoples_too(api, server, ann, ben, shown, files):
    publish(server.services.versions, ben, 10, base="x")
    place = {"generation_id": shown.id, "n": 0}
    made = api.from_picture(order(ben, {**place, "change": 0.4, "scale": 2.0}))
    assert made["made_from"] == {**place, "how": "variation"} and made["people"] == [ann["id"]]
    assert (made["request"]["width"], made["request"]["height"]) == (192, 128)
    folder = server.services.paths.generation(made["id"])
    assert [file.name for file in (folder / "from").iterdir()] == ["picture.png"]
    (sent,) = api.get(f"/generations/{made['id']}/workflow")
    (picture,) = [node["inputs"] for node in sent.values() if node["class_type"] == "IsengardPicture"]
    assert (picture["picture"], picture["change"], picture["width"]) == (made["id"], 0.4, 192)
    opened = api.get(f"/generations/{made['id']}/images/0/workflow")
    assert "IsengardRequest" in {node["class_type"] for node in opened["graph"].values()}
    gone = api.post(f"/characters/{ann['id']}/forget")
    assert gone["report"]["images"] >= 1 and not folder.exists(), "she was in what it was made of"
    assert not server.services.paths.generation(shown.id).exists()
    assert left_in_tmp(server) == []


@pytest.mark.parametrize("left", [None, b"", b"[", b"[]", b"[1]", b"\xff"])
def test_a_workflow_that_is_gone_or_damaged_is_told(api, server, ann, ben, shown, files, left):
    publish(server.services.versions, ben, 10, base="x")
    made = api.from_picture(order(ben, {"generation_id": shown.id, "n": 0, "change": 0.4}))["id"]
    api.wait_for(f"/generations/{made}", 20)
    file = server.services.paths.generation(made) / "prompts.json"
    file.unlink() if left is None else file.write_bytes(left)
    for place in (f"{made}/workflow", f"{made}/images/0/workflow"):
        with pytest.raises(ApiError) as caught:
            api.get(f"/generations/{place}")
        assert (caught.value.status, caught.value.error["code"]) == (404, "workflow_not_found")
    again = order(ben, {"how": "variation", "generation_id": made, "again": True})
    assert refusal(api, again) == (404, "workflow_not_found")


def test_what_a_newer_version_has_made_of_a_picture_is_made_again_with_all_it_knows(
    server, ann, shown, files
):
    plain = Api(server.url)
    made = plain.from_picture(order(ann, {"generation_id": shown.id, "n": 0}))
    store = server.services.generations.store
    kept = store.get(made["id"])
    later = kept.model_copy(update={"request": kept.request.model_copy(update={"hues": ["red"]})})
    with server.services.library.transaction() as database:
        database.execute("UPDATE generation SET record=? WHERE id=?", (later.document(), kept.id))
    request = plain.get(f"/generations/{kept.id}")["request"]
    start = {"how": "variation", "generation_id": kept.id, "n": 0, "again": True}
    again = plain.from_picture({**request, "start": start})
    assert again["request"]["hues"] == ["red"] and again["made_from"] == made["made_from"]
    assert refusal(plain, {**request, "start": {**start, "again": False}})[0] == 400


def test_a_photo_that_is_brought_along_is_kept_with_its_picture_alone(api, server, ann, files):
    scene, mask = png(drawing(4, (1200, 800))), png(drawing(0, (300, 200)).convert("L").point(lambda _: 255))
    made = api.from_picture(order(ann, {"how": "into_picture", "change": 1.0}), picture=scene, mask=mask)
    assert made["made_from"] == {"generation_id": "", "n": 0, "how": "into_picture"} and made["people"] == []
    request = made["request"]
    assert request["width"] * request["height"] <= 1.05 * 512**2 and request["width"] > request["height"]
    folder = server.services.paths.generation(made["id"]) / "from"
    assert {file.stem for file in folder.iterdir()} == {"picture", "mask"}
    base = server.host.own_folders()
    assert not [file for place in ("input", "output", "temp") for file in base[place].glob("**/*.png")]
    assert left_in_tmp(server) == [], "no other copy of it is left"
    api.wait_for(f"/generations/{made['id']}", 20)
    again = order(ann, {"how": "into_picture", "generation_id": made["id"], "again": True})
    again = api.from_picture(again)
    assert again["made_from"] == made["made_from"] and again["request"]["width"] == request["width"]
    (sent,) = api.get(f"/generations/{again['id']}/workflow")
    assert [n["inputs"]["change"] for n in sent.values() if n["class_type"] == "IsengardPicture"] == [1.0]
    assert len(list((folder.parent.parent / again["id"] / "from").iterdir())) == 2
    api.delete(f"/generations/{made['id']}")
    assert not folder.exists() and list(server.services.paths.trash.glob("generations/*/from/picture.*"))


def test_what_is_no_order_is_refused_in_words(api, ann, shown, files):
    place = {"generation_id": shown.id, "n": 0}
    mask = png(drawing(1))
    assert refusal(api, order(ann, {"how": "into_picture", **place})) == (400, "mask_missing")
    assert refusal(api, order(ann, {})) == (400, "picture_missing")
    assert refusal(api, order(ann, {**place, "again": True})) == (400, "picture_missing")
    assert refusal(api, order(ann, {"generation_id": "gen_" + "0" * 26})) == (404, "generation_not_found")
    assert refusal(api, order(ann, {**place, "n": 5})) == (404, "image_not_found")
    assert refusal(api, order(ann, {**place, "change": 0})) == (400, "bad_request")
    assert refusal(api, order(ann, {**place, "how": "mend"})) == (400, "bad_request")
    assert refusal(api, [1]) == (400, "bad_json")
    assert refusal(api, order(ann, place), mask=b"no picture") == (415, "photo_type")
    assert refusal(api, order(ann, place, recipe="fast-test"), mask=mask) == (400, "recipe_without_start")
    assert refusal(api, order(ann, place, recipe="enlarge-model"))[1] == "upscaler_unknown"
    assert refusal(api, order(ann, place), photo=mask) == (400, "bad_field")


def test_the_upscale_models_that_comfyui_has_are_told(api, server, tmp_path):
    def enlarges():
        return next(one for one in api.get("/recipes")["items"] if one["name"] == "enlarge-model")

    assert enlarges()["needs_picture"] and [one["folder"] for one in enlarges()["missing"]] == [
        "upscale_models"
    ]
    server.host.models["upscale_models"] = {"4x.pth": tmp_path / "4x.pth"}
    assert [one["file"] for one in enlarges()["bases"]] == ["4x.pth"] and enlarges()["missing"] == []


def test_a_picture_becomes_a_photo_that_is_not_trained_on_unless_asked(api, server, ann, ben, shown):
    path = f"/generations/{shown.id}/images/0/photo"
    kept = api.post(path, {"character_id": ann["id"], "use": "reference"})
    assert (kept["generated"], kept["reference"], kept["included"]) == (True, True, False)
    cover = api.post(path, {"character_id": ann["id"], "use": "cover"})
    assert (cover["id"], cover["reference"], cover["included"]) == (kept["id"], True, False), "the same photo"
    assert api.get(f"/characters/{ann['id']}")["cover_photo_id"] == cover["id"]
    api.delete(f"/characters/{ann['id']}/photos/{cover['id']}")
    trained = api.post(path, {"character_id": ann["id"], "use": "training"})
    assert (trained["generated"], trained["included"]) == (True, True)
    with pytest.raises(ApiError) as caught:
        api.post(path, {"character_id": ben["id"], "use": "training"})
    assert (caught.value.status, caught.value.error["code"]) == (409, "not_in_picture")


def test_what_is_being_made_of_somebodys_picture_is_stopped_with_them(server, ann, ben):
    """Else it would be saved after they were forgotten."""
    services = server.services
    made = draft(ben["id"], state=GenerationState.RUNNING, people=[ann["id"]])
    services.generations.store.create(made, [])
    assert [one.id for one in services.forgetting._unfinished(ann["id"])] == [made.id]
