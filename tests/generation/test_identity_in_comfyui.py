"""What a LoRA does in a real ComfyUI on the tiny SD1.5: reproducible, seen, refused on the wrong base, read once."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from hosts import fixtures
from hosts.journey import ApiError
from isengard.core.marks.source_types import TRAINED
from isengard.core.marks.xmp import said_in
from isengard.generation.image.recipes import RecipeFolder
from PIL import Image
from safetensors.numpy import save_file
from support.identity_fixtures import (
    SMALL,
    change,
    computed,
    entry_of,
    file_of,
    free,
    made,
    on_canvas,
)
from support.loras import FLUX, SDXL, TINY, publish, tensors

#: The first ones fill caches and what the allocator keeps; what still grows after them is a leak.
WARM_UP, IN_A_ROW = (10, 50) if os.environ.get("ISENGARD_TEST_FULL") else (5, 8)
pytestmark = [pytest.mark.slow, pytest.mark.e2e]


def test_a_fixed_seed_gives_the_same_pixels_again(server, api, ann):
    first = file_of(server, made(api, ann))
    free(server)
    again = made(api, ann)
    assert "KSampler" in computed(server, again), "it was really computed again"
    assert change(first, file_of(server, again)) == 0.0


def test_trigger_strength_and_checkpoint_each_change_the_picture(server, api, ann):
    plain = file_of(server, made(api, ann))
    others = [
        made(api, ann, prompt="photo of a woman"),
        made(api, ann, strength=0.5),
        made(api, ann, strength=0.0),
        made(api, ann, checkpoint=10),
    ]
    for other in others:
        assert change(plain, file_of(server, other)) > 1.0


def test_only_what_depends_on_it_is_computed_again(server, api, ann):
    """Another seed: neither loader nor encoder. Another checkpoint or strength: the base stays loaded."""
    made(api, ann, prompt="a cup of tea", checkpoint=10)
    ends = {"VAEDecode", "IsengardSaveImage", "KSampler"}
    assert computed(server, made(api, ann, prompt="a cup of tea", checkpoint=10, seed=12)) == ends
    lora = {*ends, "IsengardApplyIdentity", "CLIPTextEncode"}
    assert computed(server, made(api, ann, prompt="a cup of tea", checkpoint=20, seed=12)) == lora
    assert computed(server, made(api, ann, prompt="a cup of tea", checkpoint=20, strength=0.4)) == lora


def test_a_lora_file_is_read_once_whatever_the_strength(server, api, ann, versions):
    version = publish(versions, ann, 30, base=fixtures.CHECKPOINT)
    for strength in (1.0, 0.9, 0.8):
        made(api, ann, checkpoint=30, strength=strength)
    lines = [line for line in our_log(server) if line["message"] == "LoRA read"]
    assert [line["context"]["file"] for line in lines].count(version.file.split("/")[1]) == 1


def test_a_lora_of_the_user_s_own_draws_from_where_it_lies(server, api):
    """Found in ComfyUI's folder, known by what it says and by the model that it fits; forgetting the person leaves it."""
    file = server.base / "models" / "loras" / "people" / "gil.safetensors"
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors(TINY, 5), file, metadata={"ss_output_name": "gil"})
    (name,) = [one["name"] for one in api.get("/outside-loras")["items"]]
    told = api.get(f"/outside-loras/facts?name={quote(name)}")
    assert (told["title"], told["family"], told["fitting"]) == ("gil", "sd15", ["sd15"])
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    gil = api.post("/outside-loras", {"lora": name, "family": "sd15", "name": "Gil", "trigger_word": "gilx"})
    assert gil["versions"][0]["proof"]["fit"] == "fits"
    with_it, without = (file_of(server, made(api, gil, strength=strength)) for strength in (1.0, 0.0))
    assert change(with_it, without) > 1.0
    with Image.open(with_it) as picture:
        assert said_in(picture.info) == TRAINED and "gilx" in picture.info["prompt"]
    assert f"models/loras/{name}" in api.post(f"/characters/{gil['id']}/forget")["report"]["elsewhere"]
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


def our_log(server):
    files = sorted((server.data / "logs" / "api").glob("*.log"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("modules", [FLUX, SDXL], ids=["flux", "sdxl"])
def test_a_lora_for_another_base_is_refused_before_sampling(server, api, versions, modules):
    """Its record says sd15, as a file copied by hand might: the node looks at names and sizes."""
    eve = api.post("/characters", {"name": "Eve"})
    publish(versions, eve, 10, modules, base=fixtures.CHECKPOINT)
    body = {**SMALL, "characters": [{"id": eve["id"]}], "prompt": "{trigger}"}
    done = api.wait_for(f"/generations/{api.post('/generations', body)['id']}", 60)
    assert (done["state"], done["error"]["code"]) == ("failed", "node_failed"), done["error"]
    assert (
        "another kind of model" in done["error"]["message"]
        and "IsengardApplyIdentity" in done["error"]["message"]
    )
    entry = entry_of(server, done)
    failure = next(m[1] for m in entry["status"]["messages"] if m[0] == "execution_error")
    graph = entry["prompt"][2]
    assert "KSampler" not in {graph[key]["class_type"] for key in failure["executed"]}


def test_what_a_node_refuses_is_told_in_the_language_that_is_chosen(server, api, versions):
    """By ComfyUI, which shows the words of a node as they come, and in the panel."""
    hal = api.post("/characters", {"name": "Hal"})
    publish(versions, hal, 10, FLUX, base=fixtures.CHECKPOINT)
    body = {**SMALL, "characters": [{"id": hal["id"]}], "prompt": "{trigger}"}
    api.patch("/settings", {"language": "de"})
    try:
        done = api.wait_for(f"/generations/{api.post('/generations', body)['id']}", 60)
    finally:
        api.patch("/settings", {"language": "auto"})
    told = "Diese Person wurde für eine andere Art von Modell trainiert"
    messages = entry_of(server, done)["status"]["messages"]
    assert (
        told
        in next(message[1] for message in messages if message[0] == "execution_error")["exception_message"]
    )
    assert (done["error"]["code"], told in done["error"]["message"]) == ("node_failed", True), done["error"]


def test_a_lora_of_another_family_is_refused_before_anything_is_sent(api, versions):
    fay = api.post("/characters", {"name": "Fay"})
    publish(versions, fay, 10, FLUX, family="flux1_dev")
    with pytest.raises(ApiError) as caught:
        api.post("/generations", {**SMALL, "characters": [{"id": fay["id"]}], "prompt": "{trigger}"})
    assert (caught.value.status, caught.value.error["code"]) == (400, "wrong_family")
    assert "Stable Diffusion 1.5" in caught.value.error["message"]


def chained(people):
    """The SD1.5 recipe's graph with several people one after the other, as one makes it on the canvas."""
    graph = json.loads(json.dumps(RecipeFolder().get("sd15-identity").graph))
    graph["1"]["inputs"]["ckpt_name"] = fixtures.CHECKPOINT
    graph["3"]["inputs"].update(prompt="two people", width=64, height=64, steps=4, guidance=1.0, seed=11)
    graph["3"]["inputs"].pop("trigger_1")
    model, clip = ["1", 0], ["1", 1]
    for number, person in enumerate(people, 20):
        graph[str(number)] = {"class_type": "IsengardCharacter", "inputs": {"character": person["slug"]}}
        inputs = {
            "model": model,
            "clip": clip,
            "character": [str(number), 0],
            "checkpoint": "last",
            "strength": 1.0,
        }
        graph[str(number + 10)] = {"class_type": "IsengardApplyIdentity", "inputs": inputs}
        model, clip = [str(number + 10), 0], [str(number + 10), 1]
    graph["8"]["inputs"]["model"], graph["5"]["inputs"]["clip"] = model, clip
    del graph["2"], graph["4"]
    graph["6"]["inputs"]["clip"] = clip
    return graph


def test_two_loras_at_once_differ_from_each_alone(server, ann, bob):
    both, one, other = (on_canvas(server, chained(people)) for people in ([ann, bob], [ann], [bob]))
    for first, second in ((both, one), (both, other), (one, other)):
        assert change(first, second) > 1.0


def test_of_somebody_trained_for_two_models_the_connected_one_decides(server, api, versions):
    gil = api.post("/characters", {"name": "Gil"})
    publish(versions, gil, 10, base=fixtures.CHECKPOINT)
    publish(versions, gil, 20, FLUX, family="flux1_dev")
    last, fitting = chained([gil]), chained([gil])
    fitting["30"]["inputs"]["checkpoint"] = "10"
    assert change(on_canvas(server, last), on_canvas(server, fitting)) == 0


def test_a_cancel_in_the_middle_leaves_no_file(server, api, ann):
    use = {"id": ann["id"]}
    body = {
        **SMALL,
        "characters": [use],
        "prompt": "x",
        "width": 512,
        "height": 512,
        "steps": 200,
        "count": 2,
    }
    asked = api.post("/generations", body)
    api.wait_for(f"/generations/{asked['id']}", 60, ("running",))
    time.sleep(0.5)
    api.post(f"/generations/{asked['id']}/cancel")
    done = api.wait_for(f"/generations/{asked['id']}", 30)
    assert done["state"] == "cancelled" and done["images"] == []
    folder = server.data / "outputs" / asked["id"]
    assert [file.name for file in folder.iterdir() if file.suffix != ".json"] == []
    assert server.get("/queue") == {"queue_running": [], "queue_pending": []}


@pytest.mark.full
def test_pictures_in_a_row_leak_no_memory(server, api, ann, capsys):
    for seed in range(WARM_UP):
        made(api, ann, seed=seed, strength=0.4 + seed / 1000)
    before = resident_bytes(server.pid)
    for seed in range(100, 100 + IN_A_ROW):
        made(api, ann, seed=seed, strength=0.5 + seed / 1000)
    after = resident_bytes(server.pid)
    with capsys.disabled():
        print(f"\n[memory] {before / 1e6:.0f} MB, {after / 1e6:.0f} MB {IN_A_ROW} pictures later")
    assert after <= 1.05 * before


def resident_bytes(pid):
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
