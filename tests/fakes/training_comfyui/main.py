"""The stand-in's program, started by the native trainer as ComfyUI is. A file `fault` in the folder it is started in makes it fail."""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

#: The modules that it trains, as ComfyUI names them, with a norm and a bias beside.
MODULE, RANK_OF = "diffusion_model.input_blocks.1.1.proj_in", 8
STEP_S = 0.005
INPUTS = {
    "model": ["MODEL"],
    "latents": ["LATENT"],
    "positive": ["CONDITIONING"],
    "existing_lora": [["[None]"], {"default": "[None]"}],
    "steps": ["INT", {"default": 16}],
    "rank": ["INT", {"default": 8}],
    "algorithm": [["LoRA", "LoKr"], {"default": "LoRA"}],
    "learning_rate": ["FLOAT", {"default": 0.0005}],
    "seed": ["INT", {"default": 0}],
    "bucket_mode": ["BOOLEAN", {"default": False}],
}
OUTPUT = ["LORA_MODEL", "LOSS_MAP", "INT"]

history: dict[str, dict] = {}


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name in (
        "listen",
        "port",
        "base-directory",
        "extra-model-paths-config",
        "database-url",
        "preview-method",
    ):
        parser.add_argument(f"--{name}")
    for name in (
        "cpu",
        "disable-all-custom-nodes",
        "disable-api-nodes",
        "disable-auto-launch",
        "disable-metadata",
        "cache-classic",
    ):
        parser.add_argument(f"--{name}", action="store_true")
    return parser.parse_args()


def fault() -> str:
    file = Path("fault")
    return file.read_text() if file.exists() else ""


def not_in_list(name: str, value: str) -> dict:
    """What ComfyUI says of a file that it does not find."""
    error = {"type": "value_not_in_list", "message": "Value not in list", "details": f"{name}: '{value}' not in []", "extra_info": {"input_name": name}}  # fmt: skip
    return {
        "error": {"type": "prompt_outputs_failed_validation"},
        "node_errors": {"base": {"errors": [error]}},
    }


def run(base: Path, folders: dict, prompt_id: str, graph: dict) -> None:
    try:
        outputs = _train(base, folders, graph) if "train" in graph else _draw(base, graph)
        history[prompt_id] = {"status": {"status_str": "success", "messages": []}, "outputs": outputs}
    except (RuntimeError, ValueError, OSError, KeyError) as wrong:
        told = {"exception_type": type(wrong).__name__, "exception_message": str(wrong), "traceback": []}
        status = {"status_str": "error", "messages": [["execution_error", told]]}
        history[prompt_id] = {"status": status, "outputs": {}}


def _train(base: Path, folders: dict, graph: dict) -> dict:
    asked = graph["train"]["inputs"]
    steps, rank = asked["steps"], asked["rank"]
    before = {}
    if asked["existing_lora"] != "[None]":
        (file,) = [Path(one["loras"]) / asked["existing_lora"] for one in folders.values() if "loras" in one and (Path(one["loras"]) / asked["existing_lora"]).is_file()]  # fmt: skip
        before = load_file(file)
    for step in range(steps):
        if fault() == "oom" and steps > 1:
            raise RuntimeError("Allocation on device: out of memory")
        time.sleep(STEP_S)
        sys.stderr.write(
            f"\rTraining LoRA:  10%|#   | {step}/{steps} [00:01<00:09,  9.9it/s, loss={0.5 - step / 1e5:.4f}]"
        )
        sys.stderr.flush()
    sys.stderr.write(f"\rTraining LoRA: 100%|####| {steps}/{steps} [00:01<00:00,  9.9it/s, loss=0.1]\n")
    sys.stderr.flush()
    bias = np.full(RANK_OF, 0.001 * steps, np.float32)
    tensors = _learned(before, asked["algorithm"], rank, steps)
    name = f"slice_{graph['save']['inputs']['steps']}_steps_00001_.safetensors"
    save_file({**tensors, f"{MODULE}.diff_b": bias}, base / "output" / name)
    return {}


def _learned(before: dict, algorithm: str, rank: int, steps: int) -> dict:
    """The two matrices a little further; a LoKr's rank is how many blocks a side has."""
    shapes = {".lora_up.weight": (RANK_OF, rank), ".lora_down.weight": (rank, RANK_OF)}
    if algorithm == "LoKr":
        shapes = {".lokr_w2": (RANK_OF // rank, RANK_OF // rank), ".lokr_w1": (rank, rank)}
    (learns, shape), (other, small) = shapes.items()
    return {
        f"{MODULE}{learns}": before.get(f"{MODULE}{learns}", np.zeros(shape, np.float32)) + 0.001 * steps,
        f"{MODULE}{other}": before.get(f"{MODULE}{other}", np.ones(small, np.float32)),
        f"{MODULE}.alpha": np.array(1.0, np.float32),
    }


def _draw(base: Path, graph: dict) -> dict:
    outputs = {}
    for name, node in graph.items():
        if node["class_type"] == "SaveImage":
            file = base / "output" / f"{node['inputs']['filename_prefix']}_00001_.png"
            file.write_bytes(b"\x89PNG")
            outputs[name] = {"images": [{"filename": file.name, "subfolder": "", "type": "output"}]}
    return outputs


def main() -> None:
    asked = options()
    base = Path(asked.base_directory)
    folders = json.loads(Path(asked.extra_model_paths_config).read_text())
    (base.parent / "comfyui.pid").write_text(str(os.getpid()))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/system_stats":
                self.answer({"system": {"argv": sys.argv}, "devices": [{"type": "cpu"}]})
            elif self.path.startswith("/object_info/"):
                node = {"input": {"required": INPUTS}, "output": OUTPUT}
                self.answer({} if fault() == "no_node" else {self.path.rpartition("/")[2]: node})
            else:
                prompt_id = self.path.rpartition("/")[2]
                self.answer({prompt_id: history[prompt_id]} if prompt_id in history else {})

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = body["prompt"]["base"]["inputs"]["ckpt_name"]
            looked = [Path(one["checkpoints"]) for one in folders.values() if "checkpoints" in one]
            if name and not any((folder / name).is_file() for folder in looked):
                self.answer(not_in_list("ckpt_name", name), status=400)
                return
            prompt_id = f"{time.monotonic_ns()}"
            threading.Thread(target=run, args=(base, folders, prompt_id, body["prompt"]), daemon=True).start()
            self.answer({"prompt_id": prompt_id})

        def answer(self, value, status=200):
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            """Nothing: ComfyUI says nothing of requests either."""

    ThreadingHTTPServer(("127.0.0.1", int(asked.port)), Handler).serve_forever()


if __name__ == "__main__":
    main()
