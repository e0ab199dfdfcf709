"""Which language words on nodes are in: Isengard's setting, else ComfyUI's, else that of the browser which asked last."""

from __future__ import annotations

import json

import pytest
from hosts.journey import Api
from isengard.core.said import Bytes, Fixed, Memory, Seconds, State, joined, listed, said
from isengard.core.settings import current_language, load_settings
from isengard.web.panel_code.languages import Languages
from isengard.web.panel_code.speech import Speech
from support.web_server import WebServer

WORDS = {
    "Hello {name}.": "Hallo {name}.",
    "{n} photos": "{n} Fotos",
    "none": "keine",
    "It waits.": "Es wartet.",
}


@pytest.fixture
def languages(tmp_path):
    for code, words in (("de", WORDS), ("pt-BR", {}), ("zh", {"It waits.": "等待。"})):
        folder = tmp_path / "locales" / code
        folder.mkdir(parents=True)
        (folder / "language.json").write_text(json.dumps({"name": code}))
        (folder / "server.json").write_text(json.dumps(words))
    return Languages(tmp_path / "locales")


@pytest.mark.parametrize(
    ("setting", "locale", "browser", "spoken"),
    [
        ("auto", "", "", "en"),
        ("de", "pt-BR", "zh", "de"),
        ("auto", "de", "pt-BR", "de"),
        ("auto", "", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("auto", "", "pt-PT", "pt-BR"),
        ("auto", "zh-TW", "", "zh"),
        ("auto", "", "en-GB,de;q=0.5", "en"),
        ("en", "de", "de", "en"),
        ("auto", "sv", "de", "de"),
        ("auto", "../de", "*", "en"),
    ],
)
def test_the_first_language_that_is_wanted_and_there(languages, setting, locale, browser, spoken):
    speech = Speech(lambda: setting, lambda: locale, languages)
    speech.heard(browser)
    assert speech.language() == spoken


def test_gaps_lists_and_rows_are_said_and_what_has_no_words_stays(languages):
    speech = Speech(lambda: "de", lambda: "", languages)
    assert speech.say("It waits.") == "Es wartet."
    assert speech.say(said("Hello {name}.", name=said("none"))) == "Hallo keine."
    assert speech.say(said("Hello {name}.", name="It waits.")) == "Hallo It waits.."
    assert speech.say(said("{n} photos", n=1200)) == "1200 Fotos"
    assert speech.say(
        said("Never heard {time}: {all}", time=Seconds(120), all=listed([said("none"), "x"]))
    ) == ("Never heard 2 min: keine, x")
    two = joined(said("It waits."), said("It waits."))
    assert speech.say(two) == "Es wartet. Es wartet."
    assert Speech(lambda: "zh", lambda: "", languages).say(two) == "等待。等待。"
    assert Speech(lambda: "en", lambda: "", languages).say(said("{n} photos", n=1200)) == "1,200 photos"


NUMBERS = {
    "de": ("1.200 / 12.345.678", "0,25", "9,5 GB / 90 MB", "20 s, 5 min, 1,5 h", "läuft"),
    "es": ("1200 / 12.345.678", "0,25", "9,5 GB / 90 MB", "20 s, 5 min, 1,5 h", "en marcha"),
    "fr": (
        "1\u202f200 / 12\u202f345\u202f678",
        "0,25",
        "9,5 Go / 90 Mo",
        "20 s, 5 min, 1,5 h",
        "en cours",
    ),
    "pt-BR": ("1.200 / 12.345.678", "0,25", "9,5 GB / 90 MB", "20 s, 5 min, 1,5 h", "rodando"),
    "ja": ("1,200 / 12,345,678", "0.25", "9.5 GB / 90 MB", "20秒、5分、1.5時間", "実行中"),
    "ko": ("1,200 / 12,345,678", "0.25", "9.5 GB / 90 MB", "20초, 5분, 1.5시간", "실행 중"),
    "zh": ("1,200 / 12,345,678", "0.25", "9.5 GB / 90 MB", "20 秒、5 分钟、1.5 小时", "运行中"),
}


@pytest.mark.parametrize("code", NUMBERS)
def test_numbers_units_and_states_on_nodes_are_the_languages_own(code):
    """They were English in every language: 1.5 h of a Japanese node."""
    speech = Speech(lambda: code, lambda: "")
    numbers = said("{a} / {b}", a=1200, b=12_345_678)
    sizes = said("{a} / {b}", a=Memory(9.5 * 1024**3), b=Bytes(90_400_000))
    times = said("{all} ", all=listed(Seconds(seconds) for seconds in (20, 300, 5400)))
    told = (numbers, said("{n} ", n=0.25), sizes, times, said("{state} ", state=State("running")))
    assert tuple(speech.say(one).strip().replace("\u00a0", " ") for one in told) == NUMBERS[code]
    assert speech.say(said("{n} ", n=Fixed("0.50"))).strip() == NUMBERS[code][1].replace("25", "50")
    assert speech.say(said("{n} ", n=-1234)).strip() in ("-1.234", "-1234", "-1\u202f234", "-1,234")


def test_each_language_says_how_it_writes_numbers():
    languages = Languages()
    codes = {card["code"] for card in languages.listed()} - {"en"}
    assert codes == set(NUMBERS) and all(languages.number(code) for code in codes)


def test_the_setting_counts_at_once_and_the_browser_is_heard(tmp_path):
    server = WebServer(tmp_path / "host", environment={"ISENGARD_MODE": "fast-test"})
    try:
        api = Api(server.url)
        api.wait_until_ready()
        services = server.door.ready()
        assert services.speech.say("Nobody has that name.") == "Nobody has that name."
        services.speech.heard("fr-CA,fr;q=0.9")
        assert services.speech.language() == "fr"
        server.host.locale = "ja"
        assert services.speech.language() == "ja"
        api.call("PATCH", "/settings", {"language": "de"})
        assert services.speech.say("Nobody has that name.") == "So heißt niemand."
    finally:
        server.close()


def test_a_language_that_is_written_wrongly_chooses_nothing(paths):
    settings = load_settings({}, paths)
    paths.settings_file.write_text('language = "no language"\n')
    assert current_language(settings, paths) == "auto"
    paths.settings_file.write_text('language = "ko"\n')
    assert current_language(settings, paths) == "ko"
    fixed = load_settings({"ISENGARD_LANGUAGE": "es"}, paths)
    assert current_language(fixed, paths) == "es"
