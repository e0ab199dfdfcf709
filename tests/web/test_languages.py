"""The languages of the panel: found by themselves, given to whoever gets the page, and damaged ones left out."""

from __future__ import annotations

import gzip
import json

import pytest
from hosts.journey import Api, ApiError
from isengard.core.errors import NotFoundError
from isengard.web.panel_code import kept
from isengard.web.panel_code.languages import LOCALES, Languages
from isengard.web.panel_code.panel_code import PanelCode
from support.answer_checker import CheckedApi
from support.fetched import fetched
from support.web_server import WebServer

LIST = "/isengard/languages"
GERMAN = {
    "language.json": {"name": "Deutsch", "dir": "ltr"},
    "panel.json": {"train": "Trainieren"},
    "server.json": {"The disk is full.": "Die Festplatte ist voll."},
}


def add(locales, code, files):
    folder = locales / code
    folder.mkdir(parents=True)
    for name, value in files.items():
        text = value if isinstance(value, str) else json.dumps(value)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def locales(tmp_path_factory):
    return tmp_path_factory.mktemp("locales")


@pytest.fixture(scope="module")
def serving(tmp_path_factory, locales):
    """One server for the module, guarded by nothing, whose languages are in `locales`."""
    server = WebServer(tmp_path_factory.mktemp("server"), environment={"ISENGARD_MODE": "fast-test"})
    server.door._panel_code = PanelCode(languages=Languages(locales))
    Api(server.url).wait_until_ready()
    yield server
    server.close()


def test_a_folder_is_a_language_and_a_new_one_is_found_without_a_restart(serving, locales):
    api = CheckedApi(serving.url, "languages-1")
    assert api.get("/languages") == {"languages": []}
    add(locales, "de", GERMAN)
    add(
        locales, "ar", {"language.json": {"name": "\u0627\u0644\u0639\u0631\u0628\u064a\u0629", "dir": "rtl"}}
    )
    add(locales, "fr", {"nodeDefs.json": {}})
    assert api.get("/languages")["languages"] == [
        {"code": "ar", "name": "\u0627\u0644\u0639\u0631\u0628\u064a\u0629", "dir": "rtl"},
        {"code": "de", "name": "Deutsch", "dir": "ltr"},
    ]
    german = api.get("/languages/de")
    assert german == {
        "code": "de",
        "name": "Deutsch",
        "dir": "ltr",
        "panel": GERMAN["panel.json"],
        "server": GERMAN["server.json"],
    }
    status, headers, body = fetched(f"{serving.url}{LIST}/de")
    assert status == 200 and json.loads(body) == german and headers["Cache-Control"] == "no-cache"
    assert fetched(f"{serving.url}{LIST}/de", If_None_Match=headers["ETag"])[0] == 304
    (locales / "de" / "panel.json").write_text('{"train": "Lernen"}', encoding="utf-8")
    status, again, body = fetched(f"{serving.url}{LIST}/de", If_None_Match=headers["ETag"])
    assert (
        status == 200
        and again["ETag"] != headers["ETag"]
        and json.loads(body)["panel"] == {"train": "Lernen"}
    )


def test_an_answer_is_packed_once_until_a_file_of_it_changes(serving, locales, monkeypatch):
    """Each load of the page packed all words again, those too that the browser had already."""
    folder = add(locales, "nl", {**GERMAN, "language.json": {"name": "Nederlands"}})
    packed, pack = [], kept.gzip.compress
    monkeypatch.setattr(kept.gzip, "compress", lambda text, **how: packed.append(text) or pack(text, **how))
    _, headers, body = fetched(f"{serving.url}{LIST}/nl", Accept_Encoding="gzip")
    for known in ({}, {"If_None_Match": headers["ETag"]}):
        fetched(f"{serving.url}{LIST}/nl", Accept_Encoding="gzip", **known)
    assert len(packed) == 1 and gzip.decompress(body) == packed[0]
    (folder / "panel.json").write_text('{"train": "Trainen"}', encoding="utf-8")
    assert fetched(f"{serving.url}{LIST}/nl")[1]["ETag"] != headers["ETag"] and len(packed) == 2


@pytest.mark.parametrize("code", ["xx", "fr", "en-", "..", "%2e%2e", "..%2f..%2fcore", "DE"])
def test_an_unknown_language_is_refused_with_what_to_do(serving, locales, code):
    status, _, body = fetched(f"{serving.url}{LIST}/{code}")
    assert status == 404
    assert (
        code in ("..", "%2e%2e", "..%2f..%2fcore") or json.loads(body)["error"]["code"] == "language_unknown"
    )
    assert json.loads(body)["error"]["hint"]


@pytest.mark.parametrize(
    ("damage", "parts"),
    [
        ({"panel.json": "{"}, {"panel": {}, "server": GERMAN["server.json"]}),
        ({"panel.json": "[" * 100_000}, {"panel": {}, "server": GERMAN["server.json"]}),
        ({"server.json": "[]"}, {"panel": GERMAN["panel.json"], "server": {}}),
        ({"panel.json": '{"train": "Lernen", "a": 1, "b": {"c": ""}}'}, {"panel": {"train": "Lernen"}}),
    ],
)
def test_a_damaged_file_is_told_once_and_left_out(tmp_path, caplog, damage, parts):
    add(tmp_path, "de", {**GERMAN, **damage})
    languages = Languages(tmp_path)
    for _ in range(2):
        words = languages.words("de")
        assert {part: words[part] for part in parts} == parts
    told = [line for line in caplog.records if line.message == "A file of a language is left out"]
    assert [line.context["file"] for line in told] == [f"de/{next(iter(damage))}"]


@pytest.mark.parametrize("card", ["{", '"Deutsch"', '{"name": ""}', '{"name": 5}'])
def test_a_language_without_a_name_is_none(tmp_path, card):
    add(tmp_path, "de", {**GERMAN, "language.json": card})
    (tmp_path / "notes.txt").write_text("not a folder")
    assert Languages(tmp_path).listed() == []
    with pytest.raises(NotFoundError):
        Languages(tmp_path).words("de")


def test_no_folder_of_languages_at_all_is_english(tmp_path):
    assert Languages(tmp_path / "none").listed() == []


def test_what_is_shipped_is_whole(caplog):
    shipped = Languages(LOCALES)
    assert {"code": "en", "name": "English", "dir": "ltr"} in shipped.listed()
    for one in shipped.listed():
        shipped.words(one["code"])
    assert not caplog.records


@pytest.mark.parametrize("guarded", ["0", "1"])
def test_whoever_gets_comfyuis_page_gets_the_languages(tmp_path, guarded):
    """The panel that asks for the link says so in the reader's language; a guarded ComfyUI gives out nothing."""
    environment = {"ISENGARD_MODE": "fast-test", "ISENGARD_GUARD_COMFYUI": guarded}
    server = WebServer(tmp_path, loopback=False, environment=environment)
    try:
        Api(server.url).wait_until_ready()
        strange = {"Host": "somewhere.example", "Sec_Fetch_Site": "same-origin"}
        bearer = f"Bearer {server.services.session.token}"
        for address in (LIST, f"{LIST}/en"):
            assert fetched(server.url + address, **strange)[0] == (401 if guarded == "1" else 200)
            assert fetched(server.url + address, Authorization=bearer)[0] == 200
    finally:
        server.close()


def test_the_setting_takes_any_language_and_nothing_else(serving):
    api = CheckedApi(serving.url, "languages-2")
    for value in ("de", "pt-BR", "auto"):
        api.patch("/settings", {"language": value})
        assert {item["name"]: item["value"] for item in api.get("/settings")["items"]}["language"] == value
    for value in ("", "german", "../de", "d"):
        with pytest.raises(ApiError) as refused:
            api.patch("/settings", {"language": value})
        assert (refused.value.status, refused.value.error["code"]) == (400, "bad_setting"), value
