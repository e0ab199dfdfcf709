from __future__ import annotations

import gzip
import json
import logging
from datetime import timedelta

import pytest
from isengard.core.correlation import correlated
from isengard.core.logs import setup_logging


@pytest.fixture
def logger(paths, clock):
    handler = setup_logging("api", paths.logs, "INFO", clock)
    yield logging.getLogger("isengard.test")
    logging.getLogger("isengard").removeHandler(handler)


def lines(paths):
    files = sorted((paths.logs / "api").glob("*.log"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def test_the_specifications_format(paths, clock, logger):
    with correlated("ui-1"):
        logger.info("Training job started", extra={"context": {"job_id": "job_1", "character": "sarah"}})
    assert lines(paths) == [
        {
            "timestamp": "2026-01-02T03:04:05.000Z",
            "level": "INFO",
            "service": "api",
            "correlation_id": "ui-1",
            "message": "Training job started",
            "context": {"logger": "isengard.test", "job_id": "job_1", "character": "sarah"},
        }
    ]


def test_secrets_and_home_folders_never_reach_the_file(paths, logger):
    logger.warning(
        "failed with hf_abcDEF123 in /home/alice/photos",
        extra={
            "context": {
                "url": "http://x/?token=abc&y=1",
                "path": "C:\\Users\\Bob\\a.png",
                "key": "sk-live-42",
            }
        },
    )
    text = (paths.logs / "api" / "2026-01-02.log").read_text()
    assert not [secret for secret in ("abcDEF123", "alice", "token=abc", "Bob", "live-42") if secret in text]


def test_an_exception_is_kept_on_one_line(paths, logger):
    try:
        raise ValueError("hf_abc boom")
    except ValueError:
        logger.exception("It failed")
    (line,) = lines(paths)
    assert "ValueError" in line["context"]["exception"] and "hf_abc" not in json.dumps(line)


def test_compressed_after_7_days_deleted_after_30(paths, clock, logger):
    folder = paths.logs / "api"
    logger.info("day 0")
    (folder / "notes.txt").write_text("not ours")
    clock.moment += timedelta(days=7)
    logger.info("day 7")
    assert (folder / "2026-01-02.log").exists()
    clock.moment += timedelta(days=1)
    logger.info("day 8")
    assert not (folder / "2026-01-02.log").exists()
    assert json.loads(gzip.decompress((folder / "2026-01-02.log.gz").read_bytes()))["message"] == "day 0"
    clock.moment += timedelta(days=23)
    logger.info("day 31")
    assert sorted(file.name for file in folder.iterdir()) == [
        "2026-01-09.log.gz",
        "2026-01-10.log.gz",
        "2026-02-02.log",
        "notes.txt",
    ]
