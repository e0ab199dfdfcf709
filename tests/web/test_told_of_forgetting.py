"""What forgetting somebody tells of the user's own files, which it leaves alone."""

from __future__ import annotations

import os

from isengard.core.privacy import text_search
from support.generation_records import draft


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
