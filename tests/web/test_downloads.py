"""Pictures that are taken along: named for people, one by one and several in a file."""

from __future__ import annotations

import io
import json
import urllib.request
import zipfile

import pytest
from hosts.journey import ApiError
from isengard.core.generations.generation_sidecars import insert
from isengard.core.ids import new_id
from isengard.core.records.generation import CharacterUse, GeneratedImage, GenerationRequest
from PIL import Image
from support.generation_records import draft


@pytest.fixture
def made(api, server):
    services, person = server.services, api.post("/characters", {"name": "Ann\u00e9"})
    request = GenerationRequest(
        recipe="x", characters=[CharacterUse(id=person["id"])], prompt="{trigger}, snow", seed=7
    )
    images = [GeneratedImage(n=n, file=f"{n}.png", width=8, height=8, seed=7) for n in range(3)]
    made = draft(person["id"], id=new_id("gen"), request=request, images=images)
    insert(services.library, made)
    folder = services.paths.generation(made.id)
    folder.mkdir()
    for image in images[:2]:
        Image.new("RGB", (8, 8), (image.n, 0, 0)).save(folder / image.file)
    return made


def answer(server, path, body=None):
    headers = {"X-Isengard": "1", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    return urllib.request.urlopen(urllib.request.Request(f"{server.url}/isengard{path}", data, headers))


@pytest.mark.parametrize(("path", "end"), [("", "png"), ("/copy", "png"), ("/copy?format=jpeg", "jpg")])
def test_a_picture_is_saved_under_a_name_for_people(server, made, path, end):
    told = answer(server, f"/generations/{made.id}/images/0{path}").headers["Content-Disposition"]
    assert told == f"inline; filename=\"pictures.{end}\"; filename*=UTF-8''Ann%C3%A9%2C%20snow%200007.{end}"


@pytest.mark.parametrize("kept", [0, 40, 20_000])
def test_a_damaged_picture_is_told_as_what_it_is(server, api, made, kept):
    """Its small copy, and a copy as JPEG, were a fault of ours; where nothing could be read, a PNG came as JPEG."""
    file = server.services.paths.generation(made.id) / made.images[0].file
    Image.effect_noise((256, 256), 60).save(file, "PNG")
    file.write_bytes(cut_off := file.read_bytes()[:kept])
    address = f"/generations/{made.id}/images/0"
    for asked in (f"{address}?size=thumb", f"{address}/copy?format=jpeg", f"{address}/copy?format=webp"):
        with pytest.raises(ApiError) as refused:
            api.get(asked)
        assert (refused.value.status, refused.value.error["code"]) == (507, "picture_damaged"), asked
    assert answer(server, f"{address}/copy").read() == cut_off, "it is theirs all the same"


def test_chosen_pictures_come_in_one_file(server, made):
    places = [{"generation_id": made.id, "n": n} for n in (1, 0, 2)] + [
        {"generation_id": new_id("gen"), "n": 0}
    ]
    content = answer(server, "/generations/zip", {"pictures": places}).read()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["Ann\u00e9, snow 0007.png", "Ann\u00e9, snow 0007 (2).png"], (
            "the third is gone"
        )
        assert Image.open(io.BytesIO(archive.read(archive.namelist()[0]))).getpixel((0, 0)) == (1, 0, 0)


@pytest.mark.parametrize(
    ("pictures", "status"),
    [([], 400), ([{"generation_id": "gen_" + "0" * 26, "n": 0}], 404), ([{"n": 0}], 400)],
)
def test_what_is_not_there_is_not_given(api, pictures, status):
    with pytest.raises(ApiError) as refused:
        api.post("/generations/zip", {"pictures": pictures})
    assert refused.value.status == status and refused.value.error["hint"]
