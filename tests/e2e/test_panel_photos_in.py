"""Photos on their way in, in a real browser on a plain server: folders, captions, and servers in between."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from support import live_server
from support.pictures import drawing

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
HTML = {"Content-Type": "text/html"}
BETWEEN = {
    413: "doesn't let files this large through",
    401: "asks you to sign in",
    403: "refused this (403)",
    429: "is limiting requests",
    302: "asks you to sign in",
    502: "ComfyUI didn't respond",
    504: "ComfyUI didn't respond",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = live_server.start(tmp_path_factory.mktemp("photos-in"))
    yield server
    live_server.end_trainings(server)
    server.close()


@pytest.fixture(autouse=True)
def nobody_left(server):
    yield
    live_server.forget_everybody(server)


@pytest.fixture
def folder(tmp_path):
    """As a phone or a trainer's data set leaves it."""
    folder = tmp_path / "Anna"
    (folder / "day two").mkdir(parents=True)
    drawing(61).save(folder / "1.jpg")
    (folder / "1.txt").write_bytes(b"annqvx,\r\nin a garden")
    drawing(62).save(folder / "day two" / "2.png")
    for name in ("._1.jpg", ".DS_Store", "1.MOV", "1.AAE"):
        (folder / name).write_bytes(b"x" * 100)
    return folder


def photos_of(server, character) -> dict[str, str]:
    found = server.api.get(f"/characters/{character['id']}/photos")["items"]
    return {photo["name"]: photo["caption"] for photo in found}


def test_a_dropped_folder_is_walked_captions_are_paired_and_the_rest_is_one_line(
    server, panel_on, tmp_path, folder
):
    ann = live_server.person(server, tmp_path)
    panel = panel_on(server)
    panel.click("isen-character")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(2)
    panel.drop(panel.get("isen-dropzone"), folder)
    expect(panel.get("isen-not-photos")).to_contain_text("4 files left out because they aren't photos")
    expect(panel.get("isen-refused")).to_have_count(0)
    expect(panel.get("isen-photos").locator("figure")).to_have_count(4)
    found = photos_of(server, ann)
    assert (found["1.jpg"], found["2.png"]) == ("annqvx,\nin a garden", "")
    panel.click("isen-dismiss-refused")
    expect(panel.get("isen-not-photos")).to_have_count(0)


@pytest.mark.parametrize("somebody", [False, True], ids=["on the first screen", "on the list"])
def test_photos_dropped_where_nobody_is_chosen_lead_to_a_new_person(
    server, panel_on, tmp_path, folder, somebody
):
    if somebody:
        live_server.person(server, tmp_path)
    panel = panel_on(server)
    # on the list, not on a face of it: that one's they would be
    target = panel.get("isen-new-character") if somebody else panel.get("isen-first")
    panel.drop(target, folder)
    expect(panel.get("isen-arrivals")).to_contain_text("2 photos will be added")
    expect(panel.get("isen-name")).to_have_value("Anna")
    panel.get("isen-name").fill("Anna K")
    panel.click("isen-create")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(2)
    anna = next(one for one in server.api.get("/characters")["items"] if one["name"] == "Anna K")
    assert set(photos_of(server, anna)) == {"1.jpg", "2.png"}


def test_photos_dropped_on_another_tab_are_not_swallowed_and_can_be_put_back(server, panel_on, folder):
    panel = panel_on(server)
    panel.click("isen-tab-training")
    panel.drop(panel.page.locator("isen-trainings"), folder / "1.jpg")
    expect(panel.get("isen-arrivals")).to_contain_text("1 photo will be added")
    panel.page.get_by_role("button", name="Cancel").click()
    expect(panel.get("isen-arrivals")).to_be_hidden()
    panel.click("isen-new-character") if panel.get("isen-new-character").is_visible() else None
    expect(panel.get("isen-arrivals")).to_be_hidden()


def test_every_answer_that_is_not_ours_is_told_as_what_it_is(server, panel_on, tmp_path):
    live_server.person(server, tmp_path)
    panel = panel_on(server)
    panel.click("isen-character")
    for status, said in BETWEEN.items():
        headers = HTML | ({"Location": "https://login.invalid/"} if status == 302 else {})

        def answer(route, request, *, status=status, headers=headers) -> None:
            if request.method == "POST":
                route.fulfill(status=status, body="<html>no</html>", headers=headers)
            else:
                route.continue_()

        panel.page.route("**/photos", answer)
        file = tmp_path / f"{status}.jpg"
        drawing(status % 50).save(file)
        panel.get("isen-file-input").set_input_files(str(file))
        expect(panel.get("isen-refused")).to_contain_text(f"{status}.jpg was not added")
        expect(panel.get("isen-refused")).to_contain_text(said)
        panel.page.unroute("**/photos")
        panel.click("isen-dismiss-refused")


def test_a_file_that_went_after_it_was_chosen_is_told_as_such(server, panel_on, tmp_path):
    live_server.person(server, tmp_path)
    panel = panel_on(server)
    panel.click("isen-character")
    line = panel.context.new_cdp_session(panel.page)
    line.send("Network.enable")
    slow = {"offline": False, "latency": 300, "downloadThroughput": -1, "uploadThroughput": -1}
    line.send("Network.emulateNetworkConditions", slow)
    files = [tmp_path / f"gone{number}.jpg" for number in range(8)]  # more than are sent at once
    for number, file in enumerate(files):
        drawing(70 + number).save(file)
    panel.get("isen-file-input").set_input_files([str(file) for file in files])
    files[7].unlink()
    expect(panel.get("isen-refused")).to_contain_text(
        "gone7.jpg was not added: The browser can't read this file"
    )
    expect(panel.get("isen-photos").locator("figure")).to_have_count(2 + 7)
