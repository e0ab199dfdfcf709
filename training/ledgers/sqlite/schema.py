"""Tables of jobs.db. A job is one JSON document beside the columns that are searched or fenced."""

from __future__ import annotations

from ....core.storage.database import Migration

_FIRST = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO meta VALUES ('epoch', lower(hex(randomblob(8))));
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO counter VALUES ('seq', 0);
INSERT INTO counter VALUES ('position', 0);
CREATE TABLE job (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  needs TEXT NOT NULL,
  state TEXT NOT NULL,
  priority INTEGER NOT NULL,
  position INTEGER NOT NULL,
  character_id TEXT,
  attempt INTEGER NOT NULL,
  tries_from INTEGER NOT NULL DEFAULT 0,
  owner TEXT NOT NULL DEFAULT '',
  beat INTEGER NOT NULL DEFAULT 0,
  document TEXT NOT NULL
);
CREATE INDEX job_line ON job (state, priority DESC, position);
CREATE INDEX job_character ON job (character_id);
CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  document TEXT NOT NULL
);
CREATE INDEX event_subject ON event (subject_kind, subject_id);
CREATE TABLE worker (id TEXT PRIMARY KEY, beat INTEGER NOT NULL, document TEXT NOT NULL)
"""

MIGRATIONS: tuple[Migration, ...] = (("0001_jobs_events_workers", _FIRST),)
