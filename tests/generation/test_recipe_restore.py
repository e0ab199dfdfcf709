"""A recipe of the user's comes back out of the trash, words and all."""

from __future__ import annotations

import contextlib

import pytest
from isengard.core import atomic
from isengard.core.clock import SystemClock
from isengard.core.errors import ConflictError, NotFoundError
from isengard.generation.image.recipes import RecipeFolder
from isengard.generation.image.user_recipes import RecipeDraft, UserRecipes
from support.bad_recipes import PORTRAIT


@pytest.fixture
def own(paths):
    return UserRecipes(paths, SystemClock())


def test_the_newest_of_that_name_comes_back_with_its_words(own, paths):
    for label in ("Evening", "EVENING"):
        name = own.add(RecipeDraft(name=label, graph=PORTRAIT), set())
        own.remove(name)
    other = own.add(RecipeDraft(name="Late evening", graph=PORTRAIT), set())
    own.remove(other)
    own.restore("evening")
    assert own.names() == ["evening"] and RecipeFolder(own=own).get("evening").label == "EVENING"
    with pytest.raises(ConflictError):
        own.restore("evening")
    own.remove("evening")
    own.restore("evening")
    own.restore(other)
    assert own.names() == ["evening", "late-evening"]


@pytest.mark.parametrize("name", ["nothing", "", "../x", "..", ".*", "a/b", "x\x00"])
def test_what_is_not_in_the_trash_does_not_come_back(own, paths, name):
    own.remove(own.add(RecipeDraft(name="Evening", graph=PORTRAIT), set()))
    with pytest.raises(NotFoundError):
        own.restore(name)
    assert own.names() == []


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("renames", [0, 1])
def test_one_cut_off_on_its_way_is_there_with_its_words_or_not_at_all(own, paths, monkeypatch, renames):
    name = own.add(RecipeDraft(name="Evening", description="Warm light.", graph=PORTRAIT), set())

    def cut_off(call):
        left, replace = [renames], atomic.replace

        def once(source, target):
            if not left[0]:
                raise Killed
            left[0] -= 1
            replace(source, target)

        with monkeypatch.context() as patch, contextlib.suppress(Killed):
            patch.setattr(atomic, "replace", once)
            call(name)

    cut_off(own.remove)
    if own.names():
        assert RecipeFolder(own=own).get(name).description == "Warm light."
        own.remove(name)
    cut_off(own.restore)
    if not own.names():
        own.restore(name)
    assert RecipeFolder(own=own).get(name).description == "Warm light."
