"""The page before a guarded ComfyUI, in a real browser: however somebody with the link comes, it lets them in."""

from __future__ import annotations

import json
import re
import time

import pytest
from playwright.sync_api import expect
from support.web_server import WebServer

pytestmark = [pytest.mark.e2e]
TOKEN = "a-token-of-the-owner"
#: What the plain server of the tests has in ComfyUI's place: nothing at `/`.
INSIDE = "404: Not Found"
OTHER_SITE = "http://localhost:9/"
STARTING = json.dumps({"error": {"code": "starting", "message": "Isengard is starting.", "hint": "Wait."}})


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    environment = {
        "ISENGARD_MODE": "fast-test",
        "ISENGARD_GUARD_COMFYUI": "1",
        "ISENGARD_TOKEN": TOKEN,
    }
    server = WebServer(tmp_path_factory.mktemp("data"), loopback=False, environment=environment)
    deadline = time.monotonic() + 30
    while server.services is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield server
    server.close()


@pytest.fixture
def page(browser):
    """Nothing that the page does may end as a fault that nobody caught."""
    context = browser.new_context()
    page, faults = context.new_page(), []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    yield page
    context.close()
    assert faults == []


def expect_inside(page) -> None:
    expect(page.locator("body")).to_have_text(INSIDE)
    assert "isengard_token" not in page.url


@pytest.mark.parametrize("link", ["#isengard_token={}", "?isengard_token={}"])
def test_a_link_lets_in(server, page, link):
    page.goto(f"{server.url}/{link.format(TOKEN)}")
    expect_inside(page)


def test_who_has_been_here_comes_in_from_another_site_too(server, page):
    """The browser keeps the cookie back on that first request alone."""
    page.goto(f"{server.url}/#isengard_token={TOKEN}")
    expect_inside(page)
    page.route(
        f"{OTHER_SITE}**",
        lambda route: route.fulfill(content_type="text/html", body=f'<a href="{server.url}/">in</a>'),
    )
    page.goto(OTHER_SITE)
    page.get_by_role("link").click()
    page.wait_for_url(f"{server.url}/")
    expect_inside(page)


def test_a_link_counts_where_only_its_fragment_is_new(server, page):
    page.goto(f"{server.url}/#isengard_token=wrong")
    expect(page.get_by_role("alert")).to_contain_text("not valid")
    page.goto(f"{server.url}/#isengard_token={TOKEN}")
    expect_inside(page)


def test_a_whole_link_may_stand_where_the_token_is_asked_for(server, page):
    page.goto(server.url)
    page.get_by_label("Token").fill(f" {server.url}/#isengard_token={TOKEN} ")
    page.get_by_role("button", name="Unlock", exact=True).click()
    expect_inside(page)


def test_one_press_lets_in_on_this_very_machine(server, page):
    page.goto(server.url)
    page.get_by_role("button", name="Unlock on this computer").click()
    expect_inside(page)


def test_what_somebody_between_says_is_told_and_the_link_can_be_sent_again(server, page):
    between = re.compile("/isengard/")
    page.route(between, lambda route: route.fulfill(status=503, content_type="text/html", body="<p>busy"))
    page.goto(f"{server.url}/#isengard_token={TOKEN}")
    expect(page.get_by_role("alert")).to_contain_text("did not answer")
    page.unroute(between)
    page.route(between, lambda route: route.abort())
    page.get_by_role("button", name="Unlock", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("did not answer")
    page.unroute(between)
    page.get_by_role("button", name="Unlock", exact=True).click()
    expect_inside(page)


def test_a_sign_in_page_between_is_no_session(server, page):
    between = re.compile("/isengard/")
    page.route(between, lambda route: route.fulfill(content_type="text/html", body="<p>Sign in"))
    page.goto(f"{server.url}/#isengard_token={TOKEN}")
    expect(page.get_by_role("alert")).to_contain_text("did not answer")


def test_while_isengard_starts_the_link_waits(server, page):
    asked = []

    def answer(route):
        asked.append(route.request.url)
        if len(asked) < 4:
            route.fulfill(status=503, content_type="application/json", body=STARTING)
        else:
            route.continue_()

    page.route(re.compile("/isengard/"), answer)
    page.goto(f"{server.url}/#isengard_token={TOKEN}")
    expect_inside(page)
