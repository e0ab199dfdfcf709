"""ComfyUI open to the network: nothing without the link, with it the whole journey, in a real browser."""

from __future__ import annotations

import time
import urllib.error
import urllib.request

import pytest
from hosts import comfyui
from hosts.chromium import LAN_NAME
from hosts.panel_steps import create_character, train
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def open_server(tmp_path_factory):
    base = comfyui.make_base(tmp_path_factory.mktemp("host"))
    environment = {"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "4"}
    # bundled: a page by name takes seconds to load, not over a minute
    server = comfyui.start(base, environment=environment, listen="0.0.0.0", frontend=comfyui.NEW)
    yield server
    server.stop()


@pytest.mark.full
def test_the_link_opens_everything_and_without_it_nothing(open_server, open_page, photos):
    address = open_server.url.replace("127.0.0.1", LAN_NAME)
    stranger = open_page(address)
    stranger.open_tab()
    expect(stranger.get("isen-token")).to_be_visible(timeout=15_000)
    assert stranger.get("isen-new-character").count() == 0
    token = open_server.token()
    page = open_page(f"{address}/#isengard_token={token}")
    page.open_tab()
    add_person(page, photos)
    assert token not in page.page.url
    assert drawn(page.get("isen-photos").locator("figure img").first) > 0
    train_and_draw(page)
    assert drawn(page.get("isen-image").first) == 512
    page.page.goto(address)
    page.open_tab()
    expect(page.get("isen-image")).to_have_count(1, timeout=15_000)
    assert page.errors == [] and stranger.errors == []


@pytest.mark.full
def test_the_links_token_comes_into_no_console(open_server, open_page):
    """ComfyUI's page looks for a subgraph of that name, and writes into the browser's console what it does not find."""
    page, written = open_page("about:blank"), []
    page.page.on("console", lambda message: written.append(message.text))
    token = open_server.token()
    page.page.goto(f"{open_server.url}/#isengard_token={token}")
    page.open_tab()
    expect(page.get("isen-new-character").first).to_be_visible()
    page.page.wait_for_timeout(1000)
    assert [line for line in written if token in line] == [] and token not in page.page.url


@pytest.mark.full
def test_on_the_machine_itself_one_press_opens_it_and_shows_the_link(open_server, open_page):
    page = open_page(open_server.url)
    page.open_tab()
    expect(page.get("isen-link")).to_have_value(
        f"{link_host(open_server)}/#isengard_token={open_server.token()}"
    )
    page.get("isen-unlock-here").click()
    expect(page.get("isen-new-character").first).to_be_visible()
    page.get("isen-settings").first.click()
    page.get("isen-guard-switch").click()
    expect(page.get("isen-guard")).to_contain_text("Restart ComfyUI to apply it")
    page.get("isen-guard-switch").click()
    expect(page.get("isen-guard")).not_to_contain_text("Restart ComfyUI to apply it")
    assert page.errors == []


@pytest.fixture(scope="module")
def guarded_server(tmp_path_factory):
    base = comfyui.make_base(tmp_path_factory.mktemp("guarded"))
    environment = {"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "4", "ISENGARD_GUARD_COMFYUI": "1"}
    server = comfyui.start(base, environment=environment, listen="0.0.0.0", frontend=comfyui.NEW, wait=False)
    deadline = time.monotonic() + comfyui.START_S
    while not (server.data / "run" / "link.txt").is_file():
        assert time.monotonic() < deadline and server.process.poll() is None, server.log()
        time.sleep(0.2)
    yield server
    server.stop()


@pytest.mark.full
def test_a_guarded_comfyui_answers_nobody_without_the_link_and_works_with_it(
    guarded_server, open_page, photos
):
    server = guarded_server
    for path in (
        "/",
        "/history",
        "/api/object_info",
        "/internal/logs",
        "/ws",
        "/extensions/isengard/isengard.js",
        "/isengard/panel.js",
        "/api/isengard/panel.js",
    ):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(server.url + path)
        assert caught.value.code == 401
        assert ("locked" in caught.value.read().decode()) == (path == "/")
    page = open_page(f"{server.url}/#isengard_token=wrong")
    expect(page.page.get_by_role("alert")).to_contain_text("not valid")
    page.page.goto(f"{server.url}/#isengard_token={server.token()}")
    page.open_tab()
    add_person(page, photos)
    train_and_draw(page)
    page.get("isen-settings").first.click()
    expect(page.get("isen-guard")).to_contain_text("guards all of ComfyUI")
    assert page.errors == []


def add_person(page, photos) -> None:
    create_character(page, "Ann Example")
    page.get("isen-file-input").set_input_files([str(photo) for photo in photos[:3]])
    expect(page.get("isen-photos").locator("figure img")).to_have_count(3, timeout=30_000)


def train_and_draw(page) -> None:
    train(page, 40)
    expect(page.get("isen-job-state")).to_have_text("done", timeout=40_000)
    page.get("isen-tab-images").click()
    page.get("isen-prompt").fill("portrait of {trigger}")
    page.get("isen-count").fill("1")
    page.get("isen-generate").click()
    expect(page.get("isen-image")).to_have_count(1, timeout=30_000)


def link_host(server) -> str:
    return (server.data / "run" / "link.txt").read_text().split()[-1].partition("/#")[0]


def drawn(image) -> int:
    """The width of what the browser really decoded."""
    return image.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }")
