"""What the routes below /languages answer, for openapi.json."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class Language(BaseModel):
    """A language of the panel: its code, what it calls itself, and which way it is written."""

    code: str
    name: str
    dir: Literal["ltr", "rtl"]


class LanguageList(BaseModel):
    """Every language that has a folder."""

    languages: list[Language]


class LanguageWords(Language):
    """A language with its words: `panel` by the panel's keys, `server` by the English sentence, gaps in braces."""

    panel: dict[str, str]
    server: dict[str, str]
