"""What befalls the native trainer from outside: a port that is taken, a full disk, files that are renamed, an updated ComfyUI, a pause that
cannot wait."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import numpy as np
import pytest
from fakes.training_comfyui import MAIN, standing_in
from isengard.core.errors import NotReadyError
from isengard.core.families.families import Families
from isengard.core.settings import Settings
from isengard.training.backends.comfyui_native import backend as native_backend
from isengard.training.backends.comfyui_native import own_comfyui, weights
from isengard.training.backends.comfyui_native.backend import ComfyNativeBackend
from isengard.training.backends.comfyui_native.installation import find
from isengard.training.backends.comfyui_native.order import Order
from isengard.training.backends.comfyui_native.own_comfyui import OwnComfyUI
from isengard.training.backends.comfyui_native.run import Run, StopAsked
from safetensors.numpy import save_file
from support.frozen_trainings import comfyui_trainer, training, with_a_photo


@pytest.fixture
def backend(paths):
    paths.create()
    return comfyui_trainer(paths)


@pytest.fixture
def base(tmp_path):
    file = tmp_path / "models" / "tiny.safetensors"
    file.parent.mkdir()
    module = "model.diffusion_model.input_blocks.1.1.proj_in"
    save_file(
        {f"{module}.weight": np.zeros((8, 8), np.float32), f"{module}.bias": np.zeros(8, np.float32)}, file
    )
    return file


@pytest.fixture
def job_dir(paths):
    return with_a_photo(paths)


def start(backend, job_dir, wanted):
    plan = backend.plan(job_dir, wanted, resume=False)
    log = (job_dir / "trainer.log").open("ab")
    return subprocess.Popen(plan.argv, cwd=plan.cwd, env=plan.env, stdout=log, stderr=log)


def error_of(backend, job_dir, wanted):
    process = start(backend, job_dir, wanted)
    return backend.outcome(job_dir, wanted, process.wait(180)).error


def wait_until(true):
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_base_that_is_renamed_is_named_before_the_start_and_while_it_trains(backend, job_dir, base):
    wanted = training(base_path=str(base), steps=4000, save_every=20)
    process = start(backend, job_dir, wanted)
    wait_until(lambda: backend.checkpoints(job_dir, wanted))
    base.rename(base.with_name("renamed.safetensors"))
    error = backend.outcome(job_dir, wanted, process.wait(180)).error
    assert error.code == "base_model_missing" and "Retry" in error.hint
    with pytest.raises(NotReadyError, match=r"tiny\.safetensors"):
        backend.plan(job_dir, wanted, resume=True)
    base.with_name("renamed.safetensors").rename(base)
    backend.plan(job_dir, wanted, resume=True)


def test_training_nodes_that_nobody_knows_are_told_as_that(paths, backend, job_dir, base):
    (paths.root / "fault").write_text("no_node")
    error = error_of(backend, job_dir, training(base_path=str(base)))
    assert error.code == "training_nodes_changed" and "Update Isengard" in error.hint


@pytest.fixture
def another_server():
    """A program that has our port, answers all that it is asked, and is no ComfyUI of ours."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            data = json.dumps({"system": {"argv": ["main.py"]}, "devices": [{"type": "cuda"}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_a_port_that_somebody_takes_is_left_to_them(paths, backend, tmp_path, monkeypatch, another_server):
    free = own_comfyui._free_port
    ports = iter([another_server, another_server])
    monkeypatch.setattr(own_comfyui, "_free_port", lambda: next(ports, None) or free())
    found, _ = find(paths)
    ours = OwnComfyUI(vars(found), tmp_path / "comfyui", lambda _: None)
    ours.prepare({"loras": [tmp_path]})
    with ours:
        assert ours.wait_until_up(lambda: None) is True
        assert ours._port != another_server


def test_one_that_ends_by_itself_is_not_started_for_ever(paths, backend, tmp_path):
    script = tmp_path / "main.py"
    script.write_text("raise SystemExit(3)")
    standing_in(paths, script=[str(script)])
    found, _ = find(paths)
    ours = OwnComfyUI(vars(found), tmp_path / "comfyui", lambda _: None)
    ours.prepare({"loras": [tmp_path]})
    with ours, pytest.raises(own_comfyui.Ended, match="code 3"):
        ours.wait_until_up(lambda: None)


class FullDisk(io.RawIOBase):
    def writable(self):
        return True

    def write(self, data):
        raise OSError(28, "No space left on device")


def test_a_log_that_cannot_be_written_does_not_keep_comfyui_waiting(paths, backend, tmp_path, monkeypatch):
    """Its console fills a pipe of 64 KB otherwise, and it stands still."""
    script = tmp_path / "main.py"
    script.write_text("import sys\nfor n in range(4000): print('x' * 100)\nraise SystemExit(3)")
    standing_in(paths, script=[str(script)])
    found, _ = find(paths)
    heard = []
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=FullDisk(), flush=lambda: None))
    ours = OwnComfyUI(vars(found), tmp_path / "comfyui", heard.append)
    ours.prepare({"loras": [tmp_path]})
    with ours, pytest.raises(own_comfyui.Ended, match="code 3"):
        ours.wait_until_up(lambda: None)
    wait_until(lambda: sum(map(len, heard)) >= 4000 * 101)


def test_a_pause_that_cannot_wait_for_its_slice_keeps_those_before(backend, job_dir, base):
    """Slices of twenty steps may last longer than the two minutes that a pause has."""
    wanted = training(base_path=str(base))
    backend.plan(job_dir, wanted, resume=False)
    run = Run(job_dir, Order.read(job_dir))
    run.save_what_was_asked()
    name = "diffusion_model.input_blocks.1.1.proj_in"
    pairs = {f"{name}.lora_up.weight": np.ones((8, 4), np.float32), f"{name}.lora_down.weight": np.ones((4, 8), np.float32)}  # fmt: skip
    run._keep(weights.Learned(20, pairs))
    run.save_what_was_asked()
    assert not list((job_dir / "out").iterdir()), "nobody asked for it"
    backend.save_now(job_dir)
    run.save_what_was_asked()
    assert [one.name for one in (job_dir / "out").iterdir()] == ["ann_00000000_000020.safetensors"]


def test_a_stop_in_the_first_slice_of_a_pause_saves_nothing(backend, job_dir, base):
    wanted = training(base_path=str(base))
    backend.plan(job_dir, wanted, resume=False)
    run = Run(job_dir, Order.read(job_dir))
    run._keep(weights.Learned(0, {"a.lora_up.weight": np.zeros((8, 4), np.float32)}))
    backend.save_now(job_dir)
    backend.stop(job_dir, 0)
    with pytest.raises(StopAsked):
        run._heed()
    run.save_what_was_asked()
    assert not list((job_dir / "out").iterdir())


def test_pictures_that_cannot_be_kept_do_not_end_a_training(backend, job_dir, base, monkeypatch):
    backend.plan(job_dir, training(base_path=str(base), sample_prompts=["a"]), resume=False)
    run = Run(job_dir, Order.read(job_dir))
    images = {"save0": {"images": [{"subfolder": "", "filename": "not_there.png"}]}}
    monkeypatch.setattr(run._comfyui, "run", lambda graph, obey: images)
    run._draw("ann")
    assert not list((job_dir / "samples").iterdir())


@pytest.mark.parametrize(
    ("name", "tensors", "codes"),
    [
        ("base-Q4_K_M.gguf", None, ["base_model_quantised"]),
        ("svdq.safetensors", {"a.qweight": np.zeros((2, 2), np.int8)}, ["base_model_quantised"]),
        ("bnb.safetensors", {"a.weight": np.zeros((4, 1), np.uint8), "a.weight.absmax": np.zeros(1, np.float32)}, ["base_model_quantised"]),
        ("plain.safetensors", {"a.weight": np.zeros((2, 2), np.float16)}, []),
        ("gone.safetensors", None, []),
    ],
)  # fmt: skip
def test_a_base_that_only_another_packs_loader_reads_is_refused(backend, tmp_path, name, tensors, codes):
    file = tmp_path / name
    if tensors is not None:
        save_file(tensors, file)
    found = [one for one in backend.preflight(training(base_path=str(file))) if one.severity == "error"]
    assert [one.code for one in found] == codes
    assert all(name in one.message for one in found)


@pytest.mark.parametrize(("device", "options", "asked"), [("xpu:0 Intel Arc", [], 1), ("cpu", ["--cpu"], 0)])
def test_a_gpu_that_only_comfyui_knows_is_asked_of_the_users_comfyui(
    paths, job_dir, base, monkeypatch, device, options, asked
):
    """Others are lent by the worker, which asks for them itself."""
    calls = []
    monkeypatch.setattr(native_backend, "gpus", list)
    monkeypatch.setattr(native_backend, "free_comfyui", calls.append)
    standing_in(paths, script=[str(MAIN)], device=device, options=options)
    backend = ComfyNativeBackend(Settings(allow_cpu=True), paths, Families())
    backend.plan(job_dir, training(base_path=str(base)), resume=False)
    assert len(calls) == asked
    monkeypatch.setattr(native_backend, "gpus", lambda: ["one"])
    backend.plan(job_dir, training(base_path=str(base)), resume=False)
    assert len(calls) == asked
