"""The GPU is handed over by ComfyUI: asked, waited for, measured, and told who holds it when it does not let go."""

from __future__ import annotations

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from isengard.training.doctor import doctor
from isengard.training.gpu.gpu_handover import Patience, hand_over, measure
from isengard.training.machine import gpus as machine_gpus
from isengard.training.machine import nvidia_smi
from support.gpu_fixtures import UUID, gpu  # noqa: F401 - fixture

GB = 10**9
MIB = 1024**2
QUICK = Patience(wait=1.2, look=0.05)


@pytest.fixture
def comfyui(paths, gpu):  # noqa: F811
    """A ComfyUI whose /free can be told what to do; run/server.json names it, with this test's pid."""
    asked, then = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(200)
            self.end_headers()
            for act in then:
                act()

        def log_message(self, *_):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    (paths.run / "server.json").write_text(json.dumps({"url": url, "pid": os.getpid(), "boot_id": "b"}))
    server.asked, server.then = asked, then
    yield server
    server.shutdown()
    server.server_close()


def holding(gpu, mib, free):  # noqa: F811
    gpu.set(
        free, ((os.getpid(), "/usr/bin/python3", mib), (4711, "C:\\apps\\blender, new\\blender.exe", 1200))
    )


def test_where_the_named_comfyui_is_on_another_machine_the_workers_own_is_asked(paths, comfyui, monkeypatch):
    from isengard.training.gpu.comfyui_memory import free_comfyui

    here = json.loads((paths.run / "server.json").read_text())["url"]
    (paths.run / "server.json").write_text(json.dumps({"url": "http://127.0.0.1:9", "pid": 1}))
    assert not free_comfyui(paths)
    monkeypatch.setenv("COMFYUI_URL", f"{here}/")
    assert free_comfyui(paths) and [path for path, _ in comfyui.asked] == ["/free"]
    (paths.run / "server.json").unlink()
    assert free_comfyui(paths) and len(comfyui.asked) == 2


def test_comfyui_is_asked_and_what_it_frees_is_measured(paths, gpu, comfyui):  # noqa: F811
    holding(gpu, 17_000, 5_000)
    comfyui.then.append(lambda: threading.Timer(0.3, lambda: holding(gpu, 400, 21_600)).start())
    use = hand_over(paths, UUID, 20 * GB, patience=Patience(wait=300, look=0.05))
    assert comfyui.asked == [("/free", {"unload_models": True, "free_memory": True})]
    assert use.enough and use.asked and 0.2 < use.waited_s < 100 and use.words() == ""
    assert use.gpu.free_bytes == 21_600 * MIB, "what nvidia-smi says, not what was hoped for"


def test_a_comfyui_that_does_not_let_go_is_named_and_a_restart_advised(paths, gpu, comfyui):  # noqa: F811
    holding(gpu, 17_000, 5_000)
    began = time.monotonic()
    use = hand_over(paths, UUID, 20 * GB, patience=QUICK)
    assert use.waited_s >= QUICK.wait and time.monotonic() - began < Patience().wait
    assert not use.enough and use.comfyui_holds
    assert use.words() == (
        "RTX 4090 has 4.9 GB of 23.4 GB free, but training needs about 18.6 GB. In use by: ComfyUI 16.6 GB, "
        "blender.exe 1.2 GB. Isengard asked ComfyUI to free its memory, but it didn't: restart ComfyUI."
    )


def test_where_others_hold_it_nobody_waits_for_comfyui(paths, gpu, comfyui):  # noqa: F811
    gpu.set(5_000, ((os.getpid(), "python3", 300), (4711, "/opt/blender", 17_000)))
    use = hand_over(paths, UUID, 20 * GB, patience=Patience(wait=300, look=0.05))
    assert 2 <= use.waited_s < 100 and use.comfyui_holds is False
    assert "blender 16.6 GB" in use.words() and use.words().endswith("Close other programs that use the GPU.")


def test_a_wish_to_stop_is_heard_while_waiting(paths, gpu, comfyui):  # noqa: F811
    holding(gpu, 17_000, 5_000)

    def stop():
        raise KeyError("cancelled")

    with pytest.raises(KeyError):
        hand_over(paths, UUID, 20 * GB, patience=Patience(wait=60), meanwhile=stop)


def test_what_the_system_does_not_tell_is_not_made_up(paths, gpu):  # noqa: F811
    gpu.set(5_000, ((4711, "C:\\x\\game.exe", "[N/A]"),), unknown=["compute_cap"])
    (paths.run / "server.json").write_text(json.dumps({"url": "", "pid": 4711}))
    use = measure(paths, UUID, 20 * GB)
    assert use.comfyui_holds is None and "Free ComfyUI's memory, and close" in use.words()
    assert "If it still holds some" in use.model_copy(update={"asked": True}).words()
    assert use.holders[0].bytes is None and use.who() == "ComfyUI"
    assert (use.gpu.compute, use.gpu.name) == ("", "RTX 4090"), "an older driver does not know compute_cap"


def test_without_a_gpu_there_is_nothing_to_hand_over(paths, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert nvidia_smi.gpus() == [] and measure(paths) is None and hand_over(paths) is None
    broken = tmp_path / "nvidia-smi"
    broken.write_text("#!/bin/sh\necho 'NVIDIA-SMI has failed'; exit 9\n")
    broken.chmod(0o755)
    assert nvidia_smi.gpus() == [] and nvidia_smi.gpu_processes(UUID) == []


def test_a_gpus_use_and_heat_are_read(gpu):  # noqa: F811
    assert nvidia_smi.gpus()[0].compute == "8.9"
    gpu.set(4_000)
    assert machine_gpus.GpuSensor(UUID).read() == {"vram_used_bytes": 20_000 * MIB, "temperature_c": 61}


def test_the_doctor_says_who_holds_the_gpu(paths, gpu):  # noqa: F811
    gpu.set(5_000, ((4711, "/opt/blender", 17_000),))
    said = [text for _, text in doctor.examined(paths)]
    assert "GPU RTX 4090: 4.9 GB of 23.4 GB free (in use by blender 16.6 GB)" in said
