"""The decision table of DESIGN section 12, one row a case, and the session beyond loopback."""

from __future__ import annotations

import http.client
import json
import sys
import time

import pytest
from isengard.core.comfyui_http import token_towards
from isengard.core.errors import IsengardError, UnauthorizedError
from isengard.core.guard_switch import guard_asked_for
from isengard.core.paths import DataPaths
from isengard.core.settings import load_settings
from isengard.web.http.guard import Asked, asked_by, check, check_on_this_machine, host_is_ours
from isengard.web.http.session import Session
from isengard.web.services.server_announcement import links_of
from support.web_server import WebServer

OURS = {"host": "127.0.0.1:8188", "x-isengard": "1", "content-type": "application/json"}
CASES = [
    ("a program with our header", "POST", {}, None),
    ("our own page", "POST", {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8188"}, None),
    ("typed or bookmarked", "POST", {"sec-fetch-site": "none"}, None),
    ("another site", "POST", {"sec-fetch-site": "cross-site"}, "cross_site"),
    ("another port of this machine", "POST", {"sec-fetch-site": "same-site"}, "cross_site"),
    ("an old browser, our origin", "POST", {"origin": "http://127.0.0.1:8188"}, None),
    ("an old browser, another origin", "POST", {"origin": "http://evil.example"}, "cross_site"),
    ("an origin that is none", "POST", {"origin": "http://[::1"}, "cross_site"),
    ("an origin that is null", "POST", {"origin": "null"}, "cross_site"),
    ("without our header", "POST", {"x-isengard": ""}, "header_missing"),
    ("a form", "POST", {"content-type": "application/x-www-form-urlencoded"}, "content_type"),
    ("plain text", "PATCH", {"content-type": "text/plain"}, "content_type"),
    ("an upload type where JSON belongs", "POST", {"content-type": "multipart/form-data"}, "content_type"),
    ("a rebound name", "GET", {"host": "evil.example:8188"}, "host_not_allowed"),
    ("no Host", "GET", {"host": ""}, "host_not_allowed"),
    ("a broken Host", "GET", {"host": "[::1"}, "host_not_allowed"),
    ("reading from another site", "GET", {"sec-fetch-site": "cross-site"}, "cross_site"),
    ("reading from our page", "GET", {"sec-fetch-site": "same-origin"}, None),
    (
        "reading from another port",
        "GET",
        {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:3000"},
        "cross_site",
    ),
    ("an old browser reading from elsewhere", "GET", {"origin": "http://evil.example"}, "cross_site"),
    ("reading with an origin that is null", "GET", {"origin": "null"}, "cross_site"),
    ("reading from our page with its origin", "GET", {"origin": "http://127.0.0.1:8188"}, None),
    ("IPv6 loopback", "GET", {"host": "[::1]:8188"}, None),
    ("localhost", "DELETE", {"host": "localhost:8188"}, None),
    ("a name the owner allows", "GET", {"host": "studio.lan:8188"}, None),
]


@pytest.mark.parametrize(("what", "method", "headers", "code"), CASES, ids=[case[0] for case in CASES])
def test_decision_table(what, method, headers, code):
    asked = Asked(
        method, {k: v for k, v in {**OURS, **headers}.items() if v != "" or k == "host"}, has_body=True
    )
    if code is None:
        check(asked, {"studio.lan"})
        return
    with pytest.raises(IsengardError) as caught:
        check(asked, {"studio.lan"})
    assert caught.value.code == code and caught.value.hint


@pytest.mark.parametrize(
    "host", ["127.0.0.1.evil.example", "localhost.evil.example", "2130706433", "0.0.0.0", "127.1@evil"]
)
def test_names_that_only_look_like_loopback(host):
    assert not host_is_ours(host, set())


def test_the_cookie_is_derived_and_compared_whole():
    session = Session("correct horse battery", needed=True)
    cookie = session.exchange("correct horse battery")
    session.require(cookie, None)
    session.require(None, "correct horse battery")
    for wrong in (None, "", cookie[:-1], cookie + "0", "\udcff"):
        with pytest.raises(UnauthorizedError):
            session.require(wrong, None)
    with pytest.raises(UnauthorizedError):
        session.require(None, "\udcff")
    for wrong in (None, 7, "", "correct horse", "\ud800"):
        with pytest.raises(UnauthorizedError):
            session.exchange(wrong)


@pytest.fixture
def remote(tmp_path):
    """A server that others can reach, with a token."""
    token = "a-token-of-the-owner"
    server = WebServer(
        tmp_path, loopback=False, environment={"ISENGARD_MODE": "fast-test", "ISENGARD_TOKEN": token}
    )
    while server.services is None:
        time.sleep(0.05)
    yield server, token
    server.close()


def ask(server, method, path, headers=None, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    data = json.dumps(body).encode() if body is not None else None
    base = {"Host": "studio.lan:8188", "X-Isengard": "1"} | (
        {"Content-Type": "application/json"} if data else {}
    )
    connection.request(method, f"/isengard{path}", data, {**base, **(headers or {})})
    response = connection.getresponse()
    content = b"" if path == "/events" else response.read()
    return response.status, dict(response.getheaders()), content


def test_beyond_loopback_nothing_without_the_session_and_everything_with_it(remote):
    server, token = remote
    assert ask(server, "GET", "/characters")[0] == 421
    assert ask(server, "GET", "/characters", {"Host": "127.0.0.1:8188"})[0] == 401
    assert ask(server, "GET", "/events", {"Host": "127.0.0.1:8188"})[0] == 401
    assert ask(server, "POST", "/session", body={"token": "wrong"})[0] == 401
    status, headers, _ = ask(server, "POST", "/session", body={"token": token})
    cookie = headers["Set-Cookie"]
    assert status == 204 and "HttpOnly" in cookie and "SameSite=Strict" in cookie and token not in cookie
    with_cookie = {"Cookie": cookie.split(";")[0]}
    assert ask(server, "GET", "/characters", with_cookie)[0] == 200
    assert ask(server, "POST", "/characters", with_cookie, {"name": "Ann"})[0] == 201
    assert ask(server, "GET", "/events", with_cookie)[0] == 200
    assert (
        ask(server, "POST", "/characters", {**with_cookie, "Sec-Fetch-Site": "cross-site"}, {"name": "x"})[0]
        == 403
    )


HERE = {"Host": "127.0.0.1:8188", "Origin": "http://127.0.0.1:8188"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (HERE, 200),
        ({"Host": "localhost:8188", "Origin": "http://localhost:8188", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Host": "127.0.0.1:8188"}, 403),
        ({**HERE, "Origin": "https://studio.example"}, 403),
        ({**HERE, "X-Forwarded-For": "192.168.1.9"}, 403),
        ({**HERE, "Via": "1.1 tunnel"}, 403),
        ({"Host": "studio.lan:8188", "Origin": "http://studio.lan:8188"}, 421),
        ({**HERE, "X-Isengard": "0"}, 403),
    ],
)
def test_the_link_is_shown_to_a_page_on_this_very_machine_alone(remote, headers, status):
    server, token = remote
    answer = ask(server, "POST", "/session/link", headers, {})
    assert answer[0] == status and (token.encode() in answer[2]) == (status == 200)
    if status == 200:
        links = json.loads(answer[2])["links"]
        assert links[0] == f"{server.url}/#isengard_token={token}"


def test_a_guarded_comfyui_on_loopback_shows_its_link_to_nobody(tmp_path):
    """A tunnel or proxy is then why it is guarded: its connection is loopback, and whoever comes through it chooses the rest."""
    server = WebServer(tmp_path, environment={"ISENGARD_MODE": "fast-test", "ISENGARD_GUARD_COMFYUI": "1"})
    try:
        while server.services is None:
            time.sleep(0.05)
        status, _, body = ask(server, "POST", "/session/link", HERE, {})
        assert status == 403 and json.loads(body)["error"]["code"] == "not_this_machine"
        assert server.services.session.token.encode() not in body
    finally:
        server.close()


def test_a_proxy_that_rewrites_the_host_is_not_this_machine():
    """nginx as it comes: the address is loopback, the line to us is HTTP/1.0."""
    asked = asked_by("POST", HERE)
    check_on_this_machine(asked, "127.0.0.1", (1, 1), listens_beyond=True)
    for peer, version in (("127.0.0.1", (1, 0)), ("192.168.1.9", (1, 1)), ("", (1, 1))):
        with pytest.raises(IsengardError) as caught:
            check_on_this_machine(asked, peer, version, listens_beyond=True)
        assert caught.value.code == "not_this_machine"


def test_the_link_lies_in_a_file_for_the_owner_alone(remote):
    server, token = remote
    file = server.services.paths.run / "link.txt"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text().splitlines()[0] == f"{server.url}/#isengard_token={token}"


def test_on_loopback_there_is_no_link_and_none_is_left(tmp_path):
    (tmp_path / "user" / "__isengard" / "run").mkdir(parents=True)
    left = tmp_path / "user" / "__isengard" / "run" / "link.txt"
    left.write_text("of an earlier start")
    server = WebServer(tmp_path, environment={"ISENGARD_MODE": "fast-test"})
    try:
        while server.services is None:
            time.sleep(0.05)
        assert ask(server, "POST", "/session/link", HERE, {})[0] == 404 and not left.exists()
    finally:
        server.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_links_speak_as_comfyui_does(scheme):
    first, second = links_of(f"{scheme}://127.0.0.1:8188", "a+b/c")
    assert first == f"{scheme}://127.0.0.1:8188/#isengard_token=a%2Bb%2Fc"
    assert second.startswith(f"{scheme}://") and second.endswith(":8188/#isengard_token=a%2Bb%2Fc")


BROKEN = "language = ["


@pytest.mark.parametrize(
    ("environment", "text", "asked"),
    [
        ({}, "", False),
        ({"ISENGARD_GUARD_COMFYUI": "1"}, "", True),
        ({"ISENGARD_GUARD_COMFYUI": "0"}, 'guard_comfyui = "1"', False),
        ({}, 'mode = "fast-test"\n  guard_comfyui = true', True),
        ({}, '"guard_comfyui" = true', True),
        ({}, "'guard_comfyui' = 1", True),
        ({}, "\ufeffguard_comfyui = true", True),
        ({}, 'guard_comfyui = "maybe"', True),
        ({}, "[base_models]\nguard_comfyui = true", False),
        ({}, '# guard_comfyui = "1"', False),
        ({}, 'guard_comfyui = "0"', False),
        ({}, f'guard_comfyui = "1"\n{BROKEN}', True),
        ({}, f'"guard_comfyui" = "1"\n{BROKEN}', True),
        ({}, f"\ufeffguard_comfyui = true\n{BROKEN}", True),
        ({}, 'guard_comfyui = "1', True),
        ({}, f"guard_comfyui = false\n{BROKEN}", False),
        ({}, f'# guard_comfyui = "1"\n{BROKEN}', False),
        ({}, BROKEN, False),
        ({"ISENGARD_GUARD_COMFYUI": "1"}, BROKEN, True),
    ],
)
def test_whether_comfyui_is_guarded_is_one_truth_whatever_else_is_broken_in_the_settings(
    tmp_path, environment, text, asked
):
    """The lock, the settings that the panel shows, and whom our token is sent to, in ComfyUI and in a worker."""
    paths = DataPaths(tmp_path, tmp_path / "logs")
    paths.settings_file.write_text(text, encoding="utf-8")
    settings = load_settings({**environment, "ISENGARD_TOKEN": "of-the-owner-alone"}, paths)
    assert guard_asked_for(environment, paths.settings_file) is settings.guard_comfyui is asked
    assert bool(token_towards("https://comfyui.example", settings)) is asked


def test_a_file_that_windows_editors_saved_as_unicode_keeps_comfyui_guarded(tmp_path):
    (tmp_path / "isengard.toml").write_text("guard_comfyui = true\n", encoding="utf-16")
    assert guard_asked_for({}, tmp_path / "isengard.toml")


def test_the_lock_needs_no_package_that_may_be_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "isengard.core.toml_files", None)
    (tmp_path / "isengard.toml").write_text("guard_comfyui = true\n")
    assert guard_asked_for({}, tmp_path / "isengard.toml")


def test_the_lock_is_chosen_in_the_panel_and_used_from_the_next_start_on(remote, tmp_path):
    server, token = remote
    bearer = {"Authorization": f"Bearer {token}"}
    status, _, body = ask(server, "PATCH", "/settings", bearer, {"guard_comfyui": "1"})
    (item,) = [one for one in json.loads(body)["items"] if one["name"] == "guard_comfyui"]
    assert status == 200 and (item["value"], item["running"], item["editable"]) == (True, False, True)
    assert guard_asked_for({}, server.services.paths.settings_file)
    assert ask(server, "PATCH", "/settings", bearer, {"guard_comfyui": "maybe"})[0] == 400
    assert ask(server, "PATCH", "/settings", {"Host": "127.0.0.1:8188"}, {"guard_comfyui": "0"})[0] == 401


def test_a_start_that_fails_leaves_comfyui_locked(tmp_path):
    """What guards it is known before, and apart from, whatever keeps the rest from starting."""
    folder = tmp_path / "user" / "__isengard"
    folder.mkdir(parents=True)
    (folder / "isengard.toml").write_text('guard_comfyui = "1"\n')
    (folder / "uploads").write_text("no folder")
    server = WebServer(tmp_path)
    try:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        for path, status in (("/", 401), ("/pack/README.md", 401), ("/isengard/health", 503)):
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == status, path
    finally:
        server.close()


def test_a_data_folder_that_cannot_be_leaves_comfyui_locked(tmp_path):
    """The variable says it, wherever the settings are."""
    (tmp_path / "comfy").mkdir()
    (tmp_path / "main.py").touch()
    environment = {"ISENGARD_GUARD_COMFYUI": "1", "DATA_DIR": str(tmp_path / "input" / "data")}
    server = WebServer(tmp_path, environment=environment)
    try:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        connection.request("GET", "/pack/README.md")
        assert connection.getresponse().status == 401
        assert ask(server, "GET", "/health", HERE)[0] == 400
    finally:
        server.close()


def test_a_program_with_the_token_needs_no_known_host(remote):
    server, token = remote
    bearer = {"Authorization": f"Bearer {token}"}
    assert ask(server, "GET", "/characters", bearer)[0] == 200
    assert ask(server, "GET", "/characters", {"Authorization": f"Bearer {token}x"})[0] == 421
    assert ask(server, "GET", "/characters", {**bearer, "Sec-Fetch-Site": "cross-site"})[0] == 403


def test_the_token_is_nowhere_in_the_logs(remote):
    server, token = remote
    ask(server, "POST", "/session", body={"token": token})
    ask(server, "GET", "/characters", {"Authorization": f"Bearer {token}"})
    text = "".join(file.read_text() for file in server.services.paths.logs.rglob("*.log"))
    assert text and token not in text
