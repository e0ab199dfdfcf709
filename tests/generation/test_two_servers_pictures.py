"""Pictures of two ComfyUIs that share one data folder."""

from __future__ import annotations

from dataclasses import replace

from isengard.core.generations.generation_sidecars import PROOF_MARK
from isengard.core.storage import server_turn
from isengard.core.storage.server_turn import ServerTurn
from support.generation_fixtures import publish, request, until, with_comfy


def test_nobody_ends_the_pictures_of_a_server_that_lives(house, monkeypatch):
    """A second ComfyUI of the same folder knows nothing of the first one's queue. It takes them up once the first is gone."""
    publish(house, 10)
    mine, others = ServerTurn(house.paths, "a"), ServerTurn(house.paths, "b")
    mine.begin()
    monkeypatch.setattr(server_turn, "_ENDS_WITHIN_S", 0.0)
    others.begin()
    house.service.turn = mine
    second = replace(house.service, turn=others, _tasks={})
    proof = house.paths.outputs / ("gen_" + "0" * 26)
    proof.mkdir()
    (proof / PROOF_MARK).touch()

    async def scenario(comfy):
        comfy.hold = True
        made = await house.service.create(request(house), "c")
        await until(house, made.id, "running")
        await second.recover()
        assert not second._tasks and proof.exists()
        for task in [*house.service._tasks.values()]:
            task.cancel()
        await comfy.restart()
        await second.take_up()
        assert not second._tasks
        mine.end()
        await second.take_up()
        return await until(house, made.id, "failed")

    assert with_comfy(house, scenario).error.code == "comfyui_restarted"
    others.end()
