"""What nodes tell people, in the language of who reads ComfyUI: it shows the words of a node as they come."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from ...core.errors import IsengardError
from ...core.said import joined, said
from ..context import current, running_in

if TYPE_CHECKING:
    from ..ports import ComfyUI

_Asked = ParamSpec("_Asked")
_Given = TypeVar("_Given")


def in_words(sentence: str) -> str:
    """The sentence as it is shown on a node; English while the server, which knows the language, is starting."""
    if running_in() is None:
        return sentence
    try:
        speech = current().server.speech
    except IsengardError:
        return sentence
    return speech.say(sentence)


def tell(host: ComfyUI, sentence: str, node_id: str | None) -> None:
    """Show a line on a node, where it is one of a graph."""
    if node_id is not None:
        host.say(in_words(sentence), node_id)


def reason_in_words(error: IsengardError) -> str:
    """Say what happened and what to do about it."""
    return in_words(joined(said(error.message), said(error.hint)))


def telling(execute: Callable[_Asked, _Given]) -> Callable[_Asked, _Given]:
    """Let what a node refuses be told in the reader's language; the English stays in the traceback."""

    @functools.wraps(execute)
    def told(*asked: _Asked.args, **named: _Asked.kwargs) -> _Given:
        try:
            return execute(*asked, **named)
        except IsengardError as error:
            words = reason_in_words(error)
            if words == str(error):
                raise
            raise type(error)(error.code, words) from error

    return told
