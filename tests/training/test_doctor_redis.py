"""The doctor and a real Redis: reached, refused, open to everybody, TLS; and whether both sides see the same files."""

from __future__ import annotations

import pytest
import redis
from isengard.core.clock import SystemClock
from isengard.core.paths import DataPaths
from isengard.training.doctor.redis_checks import redis_findings
from isengard.training.ledgers.redis.redis_ledger import RedisLedger
from isengard.training.machine.shared_folder_mark import data_mark
from isengard.training.worker.worker import describe
from support.ledger_fixtures import redis_server  # noqa: F401 - fixture


@pytest.fixture
def server(redis_server):  # noqa: F811
    client = redis.Redis.from_url(redis_server.url)
    client.flushall()
    yield redis_server
    client.config_set("requirepass", redis_server.password)
    client.close()


def said(url, paths):
    return list(redis_findings(url, paths))


def test_without_redis_nothing_is_said(paths):
    assert said("", paths) == []


def test_a_redis_that_answers_is_well_and_left_as_it_is(server, paths):
    assert said(server.url, paths) == [("ok", "Redis answers")]
    assert redis.Redis.from_url(server.url).keys() == [], "a look must not call an empty Redis filled"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda server: server.url.replace(server.password, "wrong"), "rejected the password"),
        (
            lambda server: server.url.replace(f":{server.password}@", ""),
            "rejected the connection|rejected the password",
        ),
        (lambda server: server.url.replace(f":{server.port}", ":9"), "cannot be reached"),
        (lambda server: server.url.replace("redis:", "rediss:"), "must speak TLS"),
        (lambda server: "http://nonsense", "not a Redis address"),
    ],
)
def test_what_is_wrong_is_said(server, paths, change, words):
    ((level, text),) = said(change(server), paths)
    assert level == "FAIL" and any(part in text for part in words.split("|")), text
    assert server.password not in text


def test_a_redis_without_a_password_is_warned_of(server, paths):
    redis.Redis.from_url(server.url).config_set("requirepass", "")
    assert ("warn", "no password") in [
        (level, "no password") for level, text in said(server.url, paths) if "no password" in text
    ]


def test_a_worker_of_another_folder_is_found(server, paths, tmp_path):
    other = DataPaths(root=tmp_path / "other", logs=tmp_path / "logs")
    other.create()
    ledger = RedisLedger(server.url, SystemClock())
    marks = (("same", data_mark(paths)), ("other", data_mark(other)), ("old", ""))
    for host, mark in marks:
        worker = describe("1", 1).model_copy(update={"id": host, "host": host, "data_mark": mark})
        ledger.report_worker(worker)
    ledger.close()
    levels = {
        text.partition("worker on ")[2].split()[0]: level for level, text in said(server.url, paths)[1:]
    }
    assert levels == {"same": "ok", "other": "FAIL", "old": "warn"}
    assert data_mark(paths) == data_mark(paths) != data_mark(other)
