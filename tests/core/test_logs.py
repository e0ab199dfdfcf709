from __future__ import annotations

import gzip
import json
import logging
from datetime import timedelta
from pathlib import Path

import pytest
from isengard.core.correlation import correlated
from isengard.core.logs import daily_handler, setup_logging


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
    clock.advance(23 * 86_400)
    logger.info("day 31")
    assert sorted(file.name for file in folder.iterdir()) == [
        "2026-01-09.log.gz",
        "2026-01-10.log.gz",
        "2026-02-02.log",
        "notes.txt",
    ]


def logs_of_the_last(paths, clock, days):
    folder = paths.logs / "api"
    folder.mkdir(exist_ok=True)
    for ago in range(1, days + 1):
        day = (clock.now() - timedelta(days=ago)).date().isoformat()
        (folder / f"{day}.log").write_text("{}")


def files(paths):
    return {file.name.partition(".")[0] for file in (paths.logs / "api").iterdir()}


@pytest.mark.parametrize("begun", [False, True], ids=["wrong at the start", "wrong since"])
def test_a_clock_that_is_a_month_ahead_deletes_no_log_on_its_first_day(paths, clock, logger, begun):
    logs_of_the_last(paths, clock, 28)
    before = files(paths)
    if begun:
        logger.info("right")
    clock.moment += timedelta(days=31)
    logger.info("ahead")
    assert before <= files(paths)
    clock.moment -= timedelta(days=31)
    logger.info("right again")
    clock.advance(86_400)
    logger.info("a day later")
    assert before <= files(paths)
    clock.advance(3 * 86_400)
    logger.info("four days later")
    assert len(before & files(paths)) == 26, "the rest is older than 30 days"


def test_who_comes_back_after_weeks_keeps_the_logs_a_day_longer(paths, clock, logger):
    logs_of_the_last(paths, clock, 20)
    clock.moment += timedelta(days=40)
    logger.info("back")
    assert len(files(paths)) == 21
    clock.advance(86_400)
    logger.info("and there the next day")
    assert len(files(paths)) == 2


def test_an_old_log_that_cannot_be_packed_or_deleted_keeps_no_line_away(paths, clock, logger, monkeypatch):
    """Another program shows it (Windows), or the disk is full: every line of that day was lost."""
    folder = paths.logs / "api"
    folder.mkdir()
    (folder / "2025-01-01.log").write_text("old")
    (folder / "2025-12-24.log").write_text("older than a week")
    real = Path.unlink

    def in_use(file, missing_ok=False):
        if file.name.startswith("2025-01"):
            raise PermissionError(13, "The process cannot access the file", str(file))
        real(file, missing_ok)

    monkeypatch.setattr(Path, "unlink", in_use)
    logger.info("said")
    assert [line["message"] for line in lines_of(paths, "2026-01-02")] == ["said"]
    assert (folder / "2025-01-01.log").exists() and (folder / "2025-12-24.log.gz").exists()
    monkeypatch.setattr(Path, "unlink", real)
    clock.moment += timedelta(days=1)
    logger.info("the next day")
    assert not (folder / "2025-01-01.log").exists()


def lines_of(paths, day):
    return [json.loads(line) for line in (paths.logs / "api" / f"{day}.log").read_text().splitlines()]


def test_what_is_redacted_leaves_a_whole_line(paths, logger):
    """`password=` took the rest of the line with it, and a Windows path left a broken escape: both lines were lost."""
    try:
        raise ValueError(r"C:\Users\Bob\a.png and password=x")
    except ValueError:
        logger.exception("tried password=secret", extra={"context": {"at": Path("/home/alice/x"), "n": 1}})
    (line,) = lines(paths)
    assert line["message"] == "tried password=***" and line["context"]["n"] == 1
    assert line["context"]["at"] == "/[HOME]/x" and "Traceback" in line["context"]["exception"]
    assert not [told for told in ("secret", "Bob", "=x", "alice") if told in json.dumps(line)]


def test_half_a_character_is_written_too(paths, clock):
    """A panel's line may hold one; the log refused it, and with it the request that caused it."""
    record = logging.LogRecord("isengard.panel", logging.INFO, "", 0, "clicked \ud83d", (), None)
    daily_handler("api", paths.logs, clock).handle(record)
    assert lines(paths)[0]["message"] == "clicked \ud83d"


def test_a_data_folder_that_was_taken_away_is_not_made_again(paths, clock, logger, capsys):
    """At the first line of the next day an empty one stood where a disk had been."""
    logger.info("one")
    away = paths.root.rename(paths.root.with_name("away"))
    clock.advance(86_400)
    logger.info("two")
    assert not paths.root.exists()
    away.rename(paths.root)
    logger.info("three")
    assert [line["message"] for line in lines(paths)] == ["one", "three"]


@pytest.mark.parametrize("days", [10, 400])
def test_an_old_log_that_cannot_be_tidied_keeps_no_line_from_being_written(paths, clock, logger, days):
    """From its first day on, nothing was logged any more: each line tried to tidy first."""
    day = (clock.now() - timedelta(days=days)).date().isoformat()
    (paths.logs / "api" / f"{day}.log").mkdir(parents=True)
    older = (clock.now() - timedelta(days=60)).date().isoformat()
    (paths.logs / "api" / f"{older}.log.gz").write_bytes(b"")
    yesterday = (clock.now() - timedelta(days=1)).date().isoformat()
    (paths.logs / "api" / f"{yesterday}.log").write_bytes(b"")
    logger.info("Isengard is ready")
    assert (paths.logs / "api" / "2026-01-02.log").read_text().count("Isengard is ready") == 1
    assert not (paths.logs / "api" / f"{older}.log.gz").exists()
