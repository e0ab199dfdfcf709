"""Two versions of the pack over one data folder: a worker outlives an update, and a person may go back to the version before."""

from __future__ import annotations

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
import redis
from support import live_server, newer_version
from support.ledger_fixtures import redis_server  # noqa: F401 - fixture
from support.newer_version import LATER, ROOT
from support.soon import WITHIN_S, until
from support.training_fixtures import draw_photo

pytestmark = pytest.mark.slow
QUICK = {
    "ISENGARD_MODE": "fast-test",
    "ISENGARD_FAST_TEST_S": "1",
    "ISENGARD_LOOK_S": "0.3",
    "ISENGARD_IDLE_S": "60",
}


@pytest.fixture(scope="module")
def versions(tmp_path_factory):
    return {"now": ROOT, "newer": newer_version.make(tmp_path_factory.mktemp("newer") / "isengard")}


@pytest.fixture(params=["sqlite", "redis"])
def url(request):
    if request.param == "sqlite":
        return ""
    url = request.getfixturevalue("redis_server").url
    redis.Redis.from_url(url).flushall()
    return url


@pytest.fixture
def start(tmp_path, versions, url):
    """Starts a server or a worker of a version; `start.data` is their folder."""
    started = []

    class Start:
        data = tmp_path / "user" / "__isengard"

        def server(self, version):
            server = live_server.ServerProcess(tmp_path, pack=versions[version], REDIS_URL=url, **QUICK)
            started.append(server.kill)
            return server

        def worker(self, version):
            """Before any job is there, so that no server starts one of its own."""
            env = {**os.environ, **QUICK, "DATA_DIR": str(self.data), "REDIS_URL": url}
            boot = versions[version] / "boot.py"
            worker = subprocess.Popen([sys.executable, "-I", str(boot), "worker", "--until-idle"], env=env)
            started.append(lambda: (worker.kill(), worker.wait()))
            return worker

    yield Start()
    for end in started:
        end()


def stored(start, url, job_id):
    """A job as its ledger keeps it."""
    if url:
        return json.loads(redis.Redis.from_url(url).hget(f"isengard:job:{job_id}", "document"))
    database = sqlite3.connect(start.data / "jobs.db")
    return json.loads(database.execute("SELECT document FROM job WHERE id=?", (job_id,)).fetchone()[0])


def rows(start, table):
    database = sqlite3.connect(start.data / "isengard.db")
    return [json.loads(row[0]) for row in database.execute(f"SELECT record FROM {table} ORDER BY id")]


def person(api, folder):
    made = api.post("/characters", {"name": "Ann", "trigger_word": "annqvx", "consent": True})
    for seed in range(3):
        api.upload(made["id"], draw_photo(folder / f"{seed}.jpg", seed))
    return made["id"]


def train(api, character_id, **wanted):
    body = {"character_id": character_id, "preset": "quick", "overrides": {"steps": 20}, **wanted}
    return api.post("/training/jobs", body)["id"]


def changes_heard(server, character_id, seconds=WITHIN_S):
    """How many changes of a person the thread that follows the events hands on."""
    line = http.client.HTTPConnection("127.0.0.1", server.told["port"], timeout=seconds)
    line.request("GET", "/isengard/events")
    answer, heard = line.getresponse(), 0
    server.api.patch(f"/characters/{character_id}", {"notes": str(time.time())})
    deadline = time.monotonic() + seconds
    while not heard and time.monotonic() < deadline:
        heard += answer.readline().count(b'"character.changed"')
    line.close()
    return heard


def assert_nothing_was_lost(start):
    assert not list(start.data.rglob("*.corrupt-*"))
    said = "".join(log.read_text() for log in start.data.glob("logs/*/*.log"))
    for words in ("left out", "cannot be read", "stumbled", "goes on", "Traceback", "set aside"):
        assert words not in said, said


@pytest.mark.parametrize(
    "server_is, worker_is", [pytest.param("now", "newer", marks=pytest.mark.full), ("newer", "now")]
)
def test_a_worker_of_one_version_serves_the_server_of_the_other(start, url, tmp_path, server_is, worker_is):
    server = start.server(server_is)
    api, worker = server.api, start.worker(worker_is)
    ann = person(api, tmp_path)
    until(lambda: api.get("/training/workers")["items"])
    job_id = train(api, ann)
    submitted = stored(start, url, job_id)
    done = api.wait_for(f"/training/jobs/{job_id}", 60)
    assert (done["state"], done["attempt"]) == ("completed", 1), done["error"]
    api.post(f"/characters/{ann}/captions", {"plan": "captioner", "overwrite": True})
    captioned = api.get("/training/jobs?kind=captioning")["items"][0]["id"]
    assert api.wait_for(f"/training/jobs/{captioned}", 60)["state"] == "completed"
    until(lambda: all(photo["caption"] for photo in api.get(f"/characters/{ann}/photos")["items"]))
    assert_what_was_later_is_there(start, api, stored(start, url, job_id), submitted, worker_is)
    assert changes_heard(server, ann) == 1, "nobody follows the events any more"
    assert worker.poll() is None and len(api.get("/training/workers")["items"]) == 1
    server.close()
    worker.send_signal(signal.SIGTERM)
    worker.wait(60)
    assert_nothing_was_lost(start)


def assert_what_was_later_is_there(start, api, document, submitted, worker_is):
    """The older of the two has written the newer one's documents since: their fields are as they were."""
    if worker_is == "now":
        assert document[LATER] == submitted[LATER]
        return
    (sidecar,) = start.data.glob("models/*/*.json")
    before = json.loads(sidecar.read_text())["version"]
    (checkpoint,) = (one for one in document["checkpoints"] if one["step"] == before["step"])
    assert checkpoint[LATER] and checkpoint["proof"][LATER] and before[LATER]
    character = api.get("/characters")["items"][0]["id"]
    api.post(f"/characters/{character}/versions/pick", {"file": before["file"]})
    after = json.loads(sidecar.read_text())["version"]
    assert after["picked"] and {**after, "picked": False} == before


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_version_before_reads_and_rewrites_what_the_newer_one_has_stored(start, tmp_path):
    server = start.server("newer")
    ann = person(server.api, tmp_path)
    server.close()
    before = {table: rows(start, table) for table in ("character", "photo")}
    assert all(record[LATER] for records in before.values() for record in records)
    server = start.server("now")
    (photo, *_) = server.api.get(f"/characters/{ann}/photos")["items"]
    server.api.patch(f"/characters/{ann}", {"notes": "as before"})
    server.api.patch(f"/characters/{ann}/photos/{photo['id']}", {"caption": "annqvx smiles"})
    server.close()
    for table, records in before.items():
        assert [one[LATER] for one in rows(start, table)] == [one[LATER] for one in records]
    sidecar = json.loads((start.data / "uploads" / ann / "character.json").read_text())
    assert sidecar["character"][LATER] == before["character"][0][LATER]
    assert {one[LATER] for one in sidecar["photos"]} == {one[LATER] for one in before["photo"]}
    server = start.server("newer")
    assert server.api.get(f"/characters/{ann}")["notes"] == "as before"
    server.close()
    assert_nothing_was_lost(start)
