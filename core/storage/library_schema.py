"""The schema of isengard.db as an ordered list: append only, a released migration never changes."""

from __future__ import annotations

from .database import Migration

LIBRARY_MIGRATIONS: list[Migration] = [
    (
        "0001_characters_and_photos",
        """
CREATE TABLE character (
  id TEXT PRIMARY KEY, slug TEXT NOT NULL UNIQUE, deleted_at TEXT, record TEXT NOT NULL);
CREATE TABLE photo (
  id TEXT PRIMARY KEY, character_id TEXT NOT NULL REFERENCES character(id) ON DELETE CASCADE,
  sha256 TEXT NOT NULL, pixel_hash TEXT NOT NULL, deleted_at TEXT, record TEXT NOT NULL);
CREATE INDEX photo_of_character ON photo(character_id, deleted_at, id)
""",
    ),
    (
        "0002_generations",
        """
CREATE TABLE generation (
  id TEXT PRIMARY KEY, recipe TEXT NOT NULL, state TEXT NOT NULL, purpose TEXT NOT NULL,
  deleted_at TEXT, record TEXT NOT NULL);
CREATE INDEX generation_by_state ON generation(state);
CREATE TABLE generation_character (
  generation_id TEXT NOT NULL REFERENCES generation(id) ON DELETE CASCADE, character_id TEXT NOT NULL,
  PRIMARY KEY (character_id, generation_id))
""",
    ),
]
