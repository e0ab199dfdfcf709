"""Why does it not look like me: causes planted one by one, asked over HTTP, as a confusion table."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

import pytest
from hosts.journey import ApiError
from support.diagnosis_cases import (
    CASES,
    MEASURED_ONLY,
    beside_others,
    never_measured,
    person_with_photos,
    plant,
)
from support.face_fixtures import face_tools, put_face_tools  # noqa: F401 - fixture

pytestmark = pytest.mark.slow


@pytest.fixture
def ann(api, tmp_path):
    return person_with_photos(api, tmp_path)


def asked(api, server, person, case):
    """(case, causes of the picture, causes of the person)."""
    generation = plant(case, server, api, person)
    picture = api.get(f"/generations/{generation}/images/0/diagnosis")["causes"]
    whole = api.get(f"/characters/{person['id']}/diagnosis")["causes"]
    assert 1 <= len(picture) <= 3 and 1 <= len(whole) <= 3
    return case, picture, whole


def test_planted_causes_are_found_first(api, server, ann, face_tools, capsys):
    rows = [asked(api, server, ann, case) for case in CASES if not case.tools]
    put_face_tools(face_tools, server.services.paths)
    rows += [asked(api, server, ann, case) for case in CASES if case.tools]
    album = [asked(api, server, ann, beside_others(case)) for case in CASES if case.tools]
    known = [case for case in CASES if case.tools and case.code not in MEASURED_ONLY]
    blind = [asked(api, server, ann, never_measured(case)) for case in known]
    with capsys.disabled():
        for title, told in (("alone", rows), ("in an album", album), ("never measured", blind)):
            print(f"\n{title}\n{table(told)}")
    assert right(rows) == len(rows)
    assert [case.code for case, picture, _ in rows if picture[0]["action"] != case.action] == []
    of_person = {case.code for case, _, whole in rows if whole[0]["code"] != case.code}
    assert of_person <= {"other_version"}, "a person's page asks about the best version"
    assert right(album) * 12 >= len(album) * 10 and right(blind) * 12 >= len(blind) * 10


def right(rows) -> int:
    return sum(picture[0]["code"] == case.code for case, picture, _ in rows)


def table(rows) -> str:
    """planted -> first for the picture, for the person's page, and what follows."""
    lines = ["planted | first, of the picture | first, of the person | then"]
    for case, picture, whole in rows:
        then = ", ".join(f"{cause['code']} {cause['weight']}" for cause in picture[1:])
        first = f"{picture[0]['code']} {picture[0]['weight']} [{picture[0]['action']}]"
        lines.append(f"{case.code} | {first} | {whole[0]['code']} {whole[0]['weight']} | {then}")
    return "\n".join([*lines, f"right first: {right(rows)} of {len(rows)}"])


def test_nobody_and_nothing_are_refused(api, server, ann):
    generation = plant(CASES[0], server, api, ann)
    other = api.post("/characters", {"name": "Ben"})
    for path, code in (
        ("/characters/chr_" + "0" * 26 + "/diagnosis", "character_not_found"),
        (f"/generations/{generation}/images/7/diagnosis", "image_not_found"),
        (f"/generations/{generation}/images/x/diagnosis", "bad_number"),
        (f"/generations/{generation}/images/0/diagnosis?character_id={other['id']}", "character_not_found"),
        (f"/generations/{generation}/images/0/diagnosis?character_id=x", "bad_query"),
    ):
        with pytest.raises(ApiError) as caught:
            api.get(path)
        assert caught.value.error["code"] == code
    assert api.get(f"/characters/{other['id']}/diagnosis")["causes"][0]["code"] == "not_trained"
    path = f"/generations/{generation}/images/0/diagnosis"
    assert api.get(f"{path}?character_id={ann['id']}") == api.get(path)
