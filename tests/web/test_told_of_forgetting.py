"""What forgetting somebody tells of the user's own files, which it leaves alone."""

from __future__ import annotations

import json
import os

from isengard.core.privacy import text_search
from isengard.core.records.generation import GeneratedImage
from isengard.core.records.generation_states import GenerationState
from PIL.PngImagePlugin import PngInfo
from support.generation_records import draft
from support.pictures import drawing


def test_a_saved_workflow_is_told_however_many_files_we_have_beside_it(server, api, monkeypatch):
    """Our folder lies in ComfyUI's, before the workflows: with fifty thousand files of ours nobody looked into them."""
    monkeypatch.setattr(text_search, "MAX_FILES", 3)
    services = server.services
    ann = api.post("/characters", {"name": "Ann", "trigger_word": "annqvx"})
    assert services.paths.root.is_relative_to(services.host.user_directory)
    workflow = services.host.user_directory / "default" / "workflows" / "mine.json"
    workflow.parent.mkdir(parents=True)
    workflow.write_text('"annqvx"')
    os.utime(workflow, (1_000, 1_000))
    for _ in range(4):
        services.generations.store.create(draft(ann["id"], state="completed"), [])
    assert api.get(f"/characters/{ann['id']}/forget")["report"]["elsewhere"] == [
        "user/default/workflows/mine.json"
    ]


def test_files_of_ours_are_told_in_words(server, api):
    """An album was `albums/alb_….json`: nobody could tell which."""
    services = server.services
    ann, bob = (api.post("/characters", {"name": name}) for name in ("Ann", "Bob"))
    album, other = (
        api.post("/albums", {"name": f"{ann['trigger_word']} in {place}"}) for place in ("Rome", "Bonn")
    )
    api.delete(f"/albums/{other['id']}")
    graph = {"1": {"class_type": "Note", "inputs": {"text": ann["trigger_word"]}}}
    for folder, name in (("recipes", "Walk.json"), ("trash/recipes", "20261130101112000000-Old walk.json")):
        file = services.paths.root / folder / name
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_text(json.dumps(graph))
    store = services.generations.store
    made = store.create(draft(bob["id"], people=[ann["id"]], state=GenerationState.COMPLETED), [])
    photos = []
    for n in range(2):
        drawing(n).save(services.paths.generation(made.id) / f"000{n}.png")
        store.add_image(made.id, GeneratedImage(n=n, file=f"000{n}.png", width=64, height=64, seed=1))
        use = {"character_id": bob["id"], "use": "reference"}
        photos.append(api.post(f"/generations/{made.id}/images/{n}/photo", use))
    services.photos.delete(photos[1]["id"])
    info = PngInfo()
    info.add_text("prompt", f"beside {ann['trigger_word']}")
    alone = store.create(draft(bob["id"], state=GenerationState.COMPLETED), [])
    drawing(2).save(services.paths.generation(alone.id) / "0000.png", pnginfo=info)
    report = api.get(f"/characters/{ann['id']}/forget")["report"]
    words = {file: report["told"][file]["words"] for file in [*report["elsewhere"], *report["others"]]}
    when = alone.created_at[:16].replace("T", " ")
    assert words == {
        f"albums/{album['id']}.json": f"The album {album['name']}",
        f"albums/{other['id']}.json": f"The album {other['name']}, in the trash",
        "recipes/Walk.json": "The workflow Walk",
        "trash/recipes/20261130101112000000-Old walk.json": "The workflow Old walk, in the trash",
        f"outputs/{alone.id}/0000.png": f"A picture of Bob, {when}",
        f"uploads/{bob['id']}/{photos[0]['file']}": "A photo of Bob",
        f"trash/photos/{photos[1]['file']}": "A photo of Bob, in the trash",
    }
    said = report["told"][f"albums/{album['id']}.json"]["said"]["words"]
    assert said == {"text": "The album {name}", "values": {"name": album["name"]}}
