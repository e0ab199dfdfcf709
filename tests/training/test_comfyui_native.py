"""The native trainer's rules: slices, losses off a console, what is carried from slice to slice, graphs, sizes, and where ComfyUI is."""

from __future__ import annotations

import itertools

import numpy as np
import psutil
import pytest
from fakes.training_comfyui import MAIN, standing_in
from isengard.core.families.families import Families
from isengard.core.settings import Settings
from isengard.training.backends.comfyui_native import bars as bars_module
from isengard.training.backends.comfyui_native import failures, graphs, installation, pictures, weights
from isengard.training.backends.comfyui_native.backend import ComfyNativeBackend
from isengard.training.backends.comfyui_native.bars import Bars
from isengard.training.backends.comfyui_native.order import Order
from isengard.training.backends.comfyui_native.own_comfyui import OwnComfyUI
from isengard.training.backends.comfyui_native.records import records
from isengard.training.backends.comfyui_native.slices import FEWEST, LONGEST_S, next_slice
from support.soon import until
from support.training_fixtures import house, redis_url  # noqa: F401 - fixtures

MODULE = "diffusion_model.middle_block.0"
ORDER = Order(
    start={}, base="/models/tiny.safetensors", loader="checkpoint", stem="ann_1", steps=60, first_step=0, save_every=20, rank=4,
    alpha=4.0, learning_rate=1e-4, batch_size=1, resolution=[512], seed=7, prompts=["a", "b"], sample_steps=4, sample_guidance=1.0,
    low_vram=False,
)  # fmt: skip
NEW = graphs.TrainingNode(dict.fromkeys(("model", "existing_lora", "steps", "seed", "offloading"), None), 0)


@pytest.mark.parametrize(
    ("done", "steps", "save_every", "pace", "expected"),
    [
        (0, 60, 20, None, 20),
        (0, 1500, 150, None, 19),  # an even part of what is left until the save, about twenty
        (19, 1500, 150, 0.1, 131),  # then as long as it takes
        (150, 1500, 150, 0.5, 150),
        (150, 1500, 150, 1.4, 50),  # 64 steps fit in 90 s: three even parts of 150
        (150, 1500, 150, 60.0, 19),
        (1450, 1500, 1000, 0.1, 50),  # never beyond the end
        (25, 60, 20, 0.1, 15),  # saved on demand in between: back to the rhythm
        (59, 60, 1, 0.1, 1),
    ],
)
def test_slices_end_at_saves_and_last_no_longer_than_a_pause_waits(done, steps, save_every, pace, expected):
    assert next_slice(done, steps, save_every, pace) == expected


def test_slices_add_up_whatever_the_numbers():
    for steps, save_every, pace in itertools.product(
        (1, 39, 400), (1, 10, 57, 1000), (None, 0.01, 1.0, 100.0)
    ):
        done, saves = 0, []
        while done < steps:
            length = next_slice(done, steps, save_every, pace)
            assert length >= 1 and (pace is None or length * pace <= max(LONGEST_S, FEWEST * pace) + pace)
            done += length
            saves += [done] if done % save_every == 0 else []
        assert done == steps and saves == list(range(save_every, steps + 1, save_every))


def test_losses_are_those_that_the_bar_shows_last_before_it_moves():
    """The bar says 1 while it shows the loss of the second step, and once more 2 with the same loss before it knows the third's."""
    bars = Bars()
    bars.begin(40)
    said = "INFO: loading\n\rTraining LoRA:   0%|          | 0/3 [00:00<?, ?it/s]"
    for at, loss in (
        (0, "0.5000"),
        (1, "0.5000"),
        (1, "0.4000"),
        (2, "0.4000"),
        (2, "0.3000"),
        (3, "0.3000"),
    ):
        said += f"\rTraining LoRA:  33%|███▎      | {at}/3 [00:01<00:02,  1.5it/s, loss={loss}]"
    half = len(said) // 2 + 3
    bars.feed(said[:half])
    bars.feed(said[half:])
    assert bars.take() == [(41, 0.5), (42, 0.4)]
    bars.feed("\n")
    bars.finish()
    assert bars.take() == [(43, 0.3)] and bars.take() == []


def test_the_pace_is_that_between_two_steps_and_a_single_one_tells_none(monkeypatch):
    """A bar stands at 0 of 1 with the loss of the step that it calls done at once: that is no step of no time."""
    now = [100.0]
    monkeypatch.setattr(bars_module.time, "monotonic", lambda: now[0])
    bars = Bars()
    for moves, expected in ((((130, 0), (130, 1)), None), (((8, 0), (0, 1), (5, 2), (5, 3)), 5.0)):
        bars.begin(0)
        for seconds, at in moves:
            now[0] += seconds
            bars.feed(f"Training LoRA: 1%|#| {at}/3 [00:01<00:02,  1.5s/it, loss=0.5]\r")
        assert bars.pace == expected


def test_a_loss_that_is_no_number_is_told_as_one():
    bars = Bars()
    bars.feed("Training LoRA:  33%|#| 0/1 [00:01<00:02,  1.5s/it, loss=nan]\n")
    bars.finish(patience_s=0)
    ((step, loss),) = bars.take()
    assert step == 1 and np.isnan(loss)


def of_node(step, up, bias):
    down = np.ones((4, 8), np.float32)
    pairs = {f"{MODULE}.lora_up.weight": np.full((8, 4), up, np.float32), f"{MODULE}.lora_down.weight": down}
    return weights.Learned(
        step, {**pairs, f"{MODULE}.alpha": np.array(3.5, np.float32)}, {f"{MODULE}.diff_b": np.full(8, bias, np.float32)}
    )  # fmt: skip


def test_a_training_begins_with_what_changes_nothing_and_is_the_same_for_the_same_seed():
    begun = weights.begun(of_node(1, 0.3, 0.1), alpha=16.0, seed=5)
    assert not begun.pairs[f"{MODULE}.lora_up.weight"].any() and begun.shifts == {} and begun.step == 0
    assert begun.pairs[f"{MODULE}.alpha"] == 16.0
    down = begun.pairs[f"{MODULE}.lora_down.weight"]
    assert 0 < np.abs(down).max() <= 1 / np.sqrt(8)
    again = weights.begun(of_node(1, 0.9, 0.9), alpha=16.0, seed=5).pairs[f"{MODULE}.lora_down.weight"]
    assert (again == down).all()


def test_what_a_node_begins_anew_is_added_up_and_kept_beside_what_it_goes_on_from(tmp_path):
    first = weights.after(weights.begun(of_node(1, 0, 0), alpha=4, seed=1), of_node(20, 0.1, 0.5))
    second = weights.after(first, of_node(40, 0.2, 0.25))
    for learned in (first, second):
        pairs, shifts = weights.keep(learned, tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {pairs, shifts} and "_40_steps_" in pairs
    asked = weights.load_file(tmp_path / pairs)
    assert asked[f"{MODULE}.weight.alpha"] == asked[f"{MODULE}.alpha"] == np.float32(3.5)
    kept = weights.kept(tmp_path)
    assert kept.step == 40 and (kept.shifts[f"{MODULE}.diff_b"] == 0.75).all()
    assert kept.pairs.keys() == second.pairs.keys() and kept.finite
    file = tmp_path / "ann_1_000040.safetensors"
    weights.save_checkpoint(kept, file)
    saved = weights.read(file, 40)
    assert {**saved.pairs, **saved.shifts}.keys() == {**kept.pairs, **kept.shifts}.keys()
    assert weights.load_file(file)[f"{MODULE}.diff_b"].dtype == np.float16
    (tmp_path / pairs).write_bytes(b"half")
    assert weights.kept(tmp_path) is None


@pytest.mark.parametrize(("before", "step"), [(20, 40), (80, 100)])
def test_the_newest_of_two_is_gone_on_from_where_a_kill_left_the_one_before(tmp_path, before, step):
    """Its shifts may have been removed already."""
    first = weights.after(weights.begun(of_node(1, 0, 0), alpha=4, seed=1), of_node(before, 0.1, 0.5))
    pairs, _ = weights.keep(first, tmp_path)
    left = (tmp_path / pairs).read_bytes()
    weights.keep(weights.after(first, of_node(step, 0.2, 0.25)), tmp_path)
    (tmp_path / pairs).write_bytes(left)
    kept = weights.kept(tmp_path)
    assert kept.step == step and (kept.shifts[f"{MODULE}.diff_b"] == 0.75).all()


def test_a_norm_that_the_node_found_and_nothing_was_learned_of_is_not_saved(tmp_path):
    node, unused = of_node(20, 0.1, 0.5), "diffusion_model.norm_final.diff"
    saved_by_node = {**node.pairs, **node.shifts, unused: np.zeros(8, np.float32)}
    (tmp_path / "node.safetensors").write_bytes(weights.save(saved_by_node))
    read = weights.read(tmp_path / "node.safetensors", 20)
    assert read.shifts.keys() == node.shifts.keys() and read.pairs.keys() == node.pairs.keys()


def test_a_slice_asks_for_what_this_release_knows_and_goes_on_with_all_that_was_learned():
    graph = graphs.slice_of(ORDER, NEW, steps=20, done=40, going_on="p", shifts="s", on_cpu=True)
    trained = graph["train"]["inputs"]
    assert trained == {
        "model": ["shifts", 0], "existing_lora": "p", "steps": 20, "seed": 7 + 40_000, "offloading": False,
    }  # fmt: skip
    assert graph["shifts"]["inputs"]["lora_name"] == "s"
    assert graph["base"]["inputs"] == {"ckpt_name": "tiny.safetensors"}
    first = graphs.slice_of(ORDER, NEW, steps=1, done=0, going_on="", shifts="", on_cpu=True)
    assert "shifts" not in first and first["train"]["inputs"]["existing_lora"] == "[None]"
    required = {name: ["INT", {"default": 16}] for name in ("latents", "positive", "steps", "rank")}
    more = {"model": ["MODEL"], "learning_rate": ["FLOAT"], "existing_lora": [["[None]"]]}
    described = {"input": {"required": {**required, **more}}, "output": ["MODEL", "LORA_MODEL"]}
    old = graphs.TrainingNode.of({graphs.TRAINER: described})
    for lacks in (
        {},
        {graphs.TRAINER: {**described, "output": ["MODEL"]}},
        {graphs.TRAINER: {"output": ["LORA_MODEL"]}},
    ):
        with pytest.raises(ValueError, match="no TrainLoraNode that Isengard knows"):
            graphs.TrainingNode.of(lacks)
    assert graphs.slice_of(ORDER, old, steps=1, done=0, going_on="", shifts="", on_cpu=True)["save"][
        "inputs"
    ]["lora"] == ["train", 1]
    data = {name for name in graph if name not in ("train", "save", "shifts")}
    assert data <= graphs.samples_of(ORDER, "x", ORDER.prompts, 256).keys(), (
        "else ComfyUI forgets it between two slices"
    )


@pytest.mark.parametrize(
    ("size", "resolution", "expected"),
    [
        ((512, 512), 512, (512, 512)),
        ((4000, 3000), 512, (576, 448)),
        ((3000, 4000), 1024, (896, 1152)),
        ((300, 200), 1024, (320, 192)),  # never enlarged beyond the grid
        ((4000, 10), 512, (3968, 64)),
        ((20, 20), 512, (64, 64)),
    ],
)
def test_photos_keep_their_form(size, resolution, expected):
    assert pictures.fitted(*size, resolution) == expected


def test_one_photo_is_there_twice_and_each_resolution_has_its_own(tmp_path):
    from PIL import Image

    (tmp_path / "of").mkdir()
    Image.new("RGB", (90, 70)).save(tmp_path / "of" / "0001.jpg")
    (tmp_path / "of" / "0001.txt").write_text("ann, a woman")
    assert pictures.prepare(tmp_path / "of", tmp_path / "one", [64]) == 2
    assert pictures.prepare(tmp_path / "of", tmp_path / "two", [64, 128]) == 2
    for folder in ("one", "two"):
        assert [file.read_text() for file in sorted((tmp_path / folder).glob("*.txt"))] == [
            "ann, a woman"
        ] * 2


def test_where_comfyui_is_not_known_or_too_old_it_is_said(paths):
    paths.create()
    assert installation.find(paths)[1].state == "unsupported"
    standing_in(paths)
    found, state = installation.find(paths)
    assert (state.state, state.version, found.on_cpu) == ("ready", "0.33.0", True)
    for changes in ({"version": "0.3.10"}, {"version": "unknown"}, {"python": "/none"}, {"script": []}, {"script": ["none.py"]}, {"flags": 1}):  # fmt: skip
        standing_in(paths, **changes)
        found, state = installation.find(paths)
        assert found is None and state.state == "unsupported" and state.detail.endswith("."), changes
    standing_in(paths, script=[MAIN.name], folder=str(MAIN.parent), device="cuda:0 AMD", options=[])
    assert installation.find(paths)[0].on_cpu is False


def test_what_it_can_train_is_in_its_records_and_on_a_processor_only_who_allowed_it(paths):
    paths.create()
    standing_in(paths)
    families = Families()
    strict, allowed = (
        ComfyNativeBackend(Settings(allow_cpu=allow), paths, families) for allow in (False, True)
    )
    told = strict.capabilities()
    assert told.families == list(records()) and told.needs == "cpu" and told.tagline and told.about
    assert told.loads_as_comfyui
    for key, record in records().items():
        one_file = families.get(key).trains_from == "file"
        assert (record.loader == "checkpoint") == one_file and bool(record.clip) != one_file

    class Wanted:
        base_path, family, route = str(MAIN), "sd15", ""

        def settings(self, family):
            return family.trainer

    assert (strict.state().state, allowed.state().state) == ("unsupported", "ready")
    assert strict.state().detail.startswith("ComfyUI computes on the processor here")
    assert [one.code for one in strict.preflight(Wanted())] == ["gpu_missing"] and not allowed.preflight(
        Wanted()
    )
    standing_in(paths, version="0.3.10")
    (finding,) = allowed.preflight(Wanted())
    assert finding.code == "backend_missing" and finding.said["message"].values["comfyui"] == "0.3.10"


def test_where_no_gpu_is_seen_it_is_found_as_who_can_train(house):  # noqa: F811
    """On a GPU that only ComfyUI knows; nobody is found where ComfyUI is on the processor, or is not known."""
    assert house.training.without_gpu() == {}
    standing_in(house.paths)
    assert house.training.without_gpu() == {}
    standing_in(house.paths, device="xpu:0 Intel(R) Arc(TM) A770", options=[])
    assert house.training.without_gpu() == dict.fromkeys(records(), "ComfyUI")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("torch.OutOfMemoryError: CUDA out of memory. Tried", "gpu_out_of_memory"),
        ("RuntimeError: [enforce fail] DefaultCPUAllocator: can't allocate memory", "memory_out"),
        ("OSError: [Errno 28] No space left on device", "disk_full"),
        ("ERROR: Could not detect model type of: /m/x.safetensors", "base_model_unusable"),
        ("PIL.UnidentifiedImageError: cannot identify image file", "dataset_empty"),
        ("something else", "trainer_failed"),
    ],
)
def test_failures_speak_our_words(said, code):
    assert failures.explain(["loading", said], 1).code == code
    assert failures.explain(["loading"], 137).code == "trainer_killed"


def test_a_comfyui_of_ours_ends_with_whoever_started_it(paths, tmp_path):
    """However that ends: the pipe to it ends too."""
    paths.create()
    standing_in(paths)
    found, _ = installation.find(paths)
    ours = OwnComfyUI(vars(found), tmp_path / "comfyui", lambda _: None)
    ours.prepare({"loras": [tmp_path / "state", tmp_path / "out"]})
    with ours:
        assert ours.wait_until_up(lambda: None) is True
        process = psutil.Process(int((tmp_path / "comfyui.pid").read_text()))
        ours._process.stdin.close()  # as the system does with what a process leaves that is gone
        until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)
