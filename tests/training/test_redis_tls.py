"""Redis by TLS with an authority of its own and a user who may use our keys alone: everything works, and faults are said."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hosts.authority import Authority
from hosts.comfyui import free_port
from hosts.redis_server import RedisServer
from isengard.core.records.job_states import JobState
from isengard.core.records.training import Overrides, TrainingRequest
from isengard.training.doctor.redis_checks import redis_findings
from support.training_waits import wait_for

pytestmark = [pytest.mark.slow]
PASSWORD = "of-a-test-alone"
#: What the README asks of a user for us.
RULES = ("on", f">{PASSWORD}", "~isengard:*", "~huey.*", "+@read", "+@write", "+@connection", "+@scripting")


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """`url`: how we are let in."""
    ours, other = (Authority(tmp_path_factory.mktemp(name)) for name in ("authority", "another"))
    port = free_port()
    server = RedisServer(
        tmp_path_factory.mktemp("redis"),
        *("--tls-port", str(port), "--tls-auth-clients", "no", "--tls-ca-cert-file", str(ours.ca)),
        *("--tls-cert-file", str(ours.certificate), "--tls-key-file", str(ours.key)),
        *("--user", "isengard", *RULES),
    )
    url = f"rediss://isengard:{PASSWORD}@localhost:{port}/0?ssl_ca_certs={ours.ca}"
    yield SimpleNamespace(url=url, port=port, ours=ours, other=other)
    server.close()


@pytest.fixture
def redis_url(tls):
    return tls.url


def test_a_worker_trains_and_the_doctor_is_content(house, ann, start_worker, tls):
    overrides = Overrides(steps=40, save_every=20, sample_prompts=[])
    job = house.training.submit(TrainingRequest(character_id=ann.id, overrides=overrides), "tls")
    house.doorbell.ring(job.id, job.attempt)
    assert house.doorbell.waiting() == {(job.id, 0)}
    start_worker(ISENGARD_FAST_TEST_S="0.5")
    assert wait_for(house.ledger, job.id).state is JobState.COMPLETED
    assert house.doorbell.waiting() == set() and house.ledger.last_seq() > 5
    house.ledger.forget_events([job.id])
    assert [level for level, _ in redis_findings(tls.url, house.paths)][:1] == ["ok"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda tls: tls.url.replace(str(tls.ours.ca), str(tls.other.ca)), "not from an authority that this"),
        (lambda tls: tls.url.partition("?")[0], "?ssl_ca_certs=/path/ca.pem"),
        (lambda tls: tls.url.replace("localhost", "127.0.0.1"), "is for another name"),
        (lambda tls: tls.url.replace("ca.pem", "none.pem"), "cannot be read"),
        (lambda tls: tls.url.replace("ca.pem", "names"), "cannot be read"),
        (lambda tls: tls.url.replace(PASSWORD, "wrong"), "rejected the password"),
        (lambda tls: tls.url.replace("rediss://", "redis://").partition("?")[0], "cannot be reached"),
    ],
)
def test_what_is_wrong_is_said(paths, tls, change, words):
    ((level, text),) = redis_findings(change(tls), paths)
    assert level == "FAIL" and words in text and PASSWORD not in text, text
    assert str(tls.ours.ca.parent) not in text
