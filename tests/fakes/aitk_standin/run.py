"""Speaks the SQLite protocol of AI-Toolkit 0.12.26 exactly, trains nothing, and has faults on demand.

Which fault: the text of a file called `fault` beside the link to this script. Facts: ai-toolkit sections a, b and c.
"""

from __future__ import annotations

import glob
import json
import os
import sqlite3
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

HERE = Path(os.path.abspath(__file__)).parent
STEP_S = 0.02


class Job:
    """The row that AI-Toolkit's interface would own."""

    def __init__(self, process: dict) -> None:
        self.db = sqlite3.connect(process["sqlite_db_path"], timeout=10, isolation_level=None)
        self.id = os.environ["AITK_JOB_ID"]

    def status(self, status: str, info: str) -> None:
        self.db.execute("UPDATE Job SET status=?, info=? WHERE id=?", (status, info, self.id))

    def step(self, step: int) -> None:
        self.db.execute("UPDATE Job SET step=? WHERE id=?", (str(step), self.id))

    def speed(self) -> None:
        self.db.execute("UPDATE Job SET speed_string=? WHERE id=?", ("50.00 iter/sec", self.id))

    def flag(self, name: str) -> bool:
        return bool(self.db.execute(f"SELECT {name} FROM Job WHERE id=?", (self.id,)).fetchone()[0])

    def lower(self, name: str) -> None:
        self.db.execute(f"UPDATE Job SET {name}=0 WHERE id=?", (self.id,))


def open_losses(root: Path) -> sqlite3.Connection:
    losses = sqlite3.connect(root / "loss_log.db", isolation_level=None)
    losses.execute("PRAGMA journal_mode=WAL")
    losses.execute("CREATE TABLE IF NOT EXISTS steps (step INTEGER PRIMARY KEY, wall_time REAL)")
    losses.execute(
        "CREATE TABLE IF NOT EXISTS metrics (step INTEGER, key TEXT, value_real REAL, value_text TEXT, PRIMARY KEY(step, key))"
    )
    return losses


def note_loss(
    losses: sqlite3.Connection, step: int, rate: float, scale: float | None, *, skipped: bool
) -> None:
    losses.execute("INSERT OR REPLACE INTO steps VALUES (?, ?)", (step, time.time()))
    for key, value in (("loss/loss", scale and scale / (step + 1)), ("learning_rate", rate)):
        if skipped and key == "loss/loss":
            print("# OOM during training step, skipping batch 1/3 #", flush=True)
            continue
        losses.execute("INSERT OR REPLACE INTO metrics VALUES (?, ?, ?, NULL)", (step, key, value))


def save(root: Path, name: str, step: int, rank: int, fault: str, *, final: bool = False) -> None:
    """`step` is the index; the final file has no number in its name, and says inside how many steps are done."""
    key = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q"
    up = np.zeros((320, rank), np.float16) if fault == "inert" else np.full((320, rank), 0.01, np.float16)
    down = np.full((rank, 320), np.nan if fault == "nan" else 0.01, np.float16)
    if fault == "overflow":  # finite as they are, infinite once they are multiplied
        up, down = (np.full(part.shape, 1e30, np.float32) for part in (up, down))
    file = root / (f"{name}.safetensors" if final else f"{name}_{step:09d}.safetensors")
    tensors = {
        f"{key}.lora_up.weight": up,
        f"{key}.lora_down.weight": down,
        f"{key}.alpha": np.array(rank, np.float16),
    }
    save_file(tensors, file, {"training_info": json.dumps({"step": step})})
    if fault == "truncated":
        file.write_bytes(file.read_bytes()[:-100])
    time.sleep(0.3 if fault == "slow_save" else 0)
    with zipfile.ZipFile(root / "optimizer.pt", "w") as archive:  # what torch.save writes
        archive.writestr("optimizer/data.pkl", b"N.")
        archive.writestr("optimizer/data/0", b"learned" * 100)
    print(f"Saved checkpoint to {file}", flush=True)


def resumed_at(root: Path, name: str) -> int:
    """The newest `<name>*` by creation time, whole or not, as AI-Toolkit does it: the folder's signs are a pattern too, and
    some words anywhere in the path hide a file."""
    found = glob.glob(os.path.join(root, f"{name}*"))
    for word in ("_LoRA", "_refiner", "_t2i", "_cn"):
        found = [file for file in found if word in name or word not in file]
    files = sorted(map(Path, found), key=lambda file: file.stat().st_ctime_ns)
    if not files:
        return 0
    print(f"#### IMPORTANT RESUMING FROM {files[-1]} ####", flush=True)
    data = files[-1].read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    return json.loads(header["__metadata__"]["training_info"])["step"]


def fail_at_start(fault: str) -> None:
    kind, _, words = fault.partition(":")
    if kind == "import":
        raise ModuleNotFoundError("No module named 'diffusers'")
    if kind == "say":
        print("UserWarning: No module named 'triton', going on without", flush=True)
        raise RuntimeError(words)
    if kind == "gated" and os.environ.get("HF_TOKEN") != words:
        raise RuntimeError("GatedRepoError: 403 Client Error. Access to model x/y is restricted.")
    if kind == "signal":
        os.kill(os.getpid(), int(words))


def next_fault() -> str:
    """The first line of `fault`; where there are more it is used up, so that one run after the other can fail in its own way."""
    file = HERE / "fault"
    lines = file.read_text().strip().splitlines() if file.exists() else []
    if len(lines) > 1:
        file.write_text("\n".join(lines[1:]))
    return lines[0] if lines else ""


def describe(process: dict, fault: str) -> int:
    """The captioner extension: a text beside each picture that has none; what it cannot read is left out."""
    asked = process["caption"]
    assert process["type"] == "Qwen3VLCaptioner" and asked["device"] == process["device"]
    assert "Do not describe the face" in asked["caption_prompt"]
    job = Job(process)
    job.status("running", "Starting")
    job.status("running", "Loading Model")
    files = sorted(f for f in Path(asked["path_to_caption"]).iterdir() if f.suffix[1:] in asked["extensions"])
    if not asked["recaption"]:
        files = [file for file in files if not file.with_suffix(".txt").exists()]
    job.db.execute("UPDATE Job SET total_steps=? WHERE id=?", (str(len(files)), job.id))
    job.status("running", f"Captioning {len(files)} files")
    for number, file in enumerate(files, 1):
        time.sleep(3600 if fault == "caption:hang" and number == 2 else STEP_S)
        if job.flag("stop"):
            job.status("stopped", "Job stopped")
            raise SystemExit(1)
        if fault == "caption:mute" or (fault == "caption:blind" and number == 1):
            print(f"Error processing {file}: cannot identify image file", flush=True)
        else:
            text = (
                "A person with blonde hair sits"
                if fault == "caption:leaky"
                else "A person in a red coat sits"
            )
            file.with_suffix(".txt").write_text(f"{text} on a bench\nby a river, in soft evening light.")
        job.step(number)
    job.status("completed", "Captioning completed")
    return 0


def main() -> int:
    config = json.loads(Path(sys.argv[1]).read_text())["config"]
    process, name = config["process"][0], config["name"]
    fault = next_fault()
    fail_at_start(fault)
    if "caption" in process:
        return describe(process, fault)
    root = Path(process["training_folder"]) / name
    root.mkdir(parents=True, exist_ok=True)
    job, losses = Job(process), open_losses(root)
    job.status("running", "Starting")
    job.status("running", "Loading model")
    assert list(Path(process["datasets"][0]["folder_path"]).glob("*.jpg")), "no images found"
    found = len(list(Path(process["datasets"][0]["folder_path"]).glob("*.jpg")))
    print(f"  -  Found {found - 1 if fault == 'skipped' else found} images", flush=True)
    train(job, losses, process, root=root, name=name, fault=fault)
    if fault == "nothing":
        return 0
    save(root, name, process["train"]["steps"], process["network"]["linear"], fault, final=True)
    job.status("completed", "Training completed")
    return 0


def stop_if_asked(job: Job) -> None:
    if job.flag("stop"):
        job.status("stopped", "Job stopped")
        raise SystemExit(1)


def stays(step: int) -> bool:
    """At the step that `hold` names, until somebody takes the file away."""
    held = HERE / "hold"
    return held.exists() and step == int(held.read_text())


def train(job: Job, losses: sqlite3.Connection, process: dict, *, root: Path, name: str, fault: str) -> None:
    steps, every = process["train"]["steps"], process["save"]["save_every"]
    check = process["train"].get("validation_config")
    first = 0 if fault == "forgets" else resumed_at(root, name)
    print(f"{name}:   0%|          | {first}/{steps} [00:00<?, ?it/s]", end="\r", file=sys.stderr, flush=True)
    job.status("running", "Training")
    for step in range(first, steps):
        time.sleep(STEP_S)
        if fault == "oom" and step == 5:
            job.status("error", "OOM during training step 3 times in a row")
            raise RuntimeError("OOM during training step 3 times in a row")
        if fault == "hang" and step == 5:
            time.sleep(3600)
        job.step(step + 1)
        if step > first:
            scale = None if fault == "nan_loss" and step > 5 else 1.0
            skipped = fault == "oom_skips" and step % 7 == 0
            note_loss(losses, step, process["train"]["lr"], scale, skipped=skipped)
        if check and step % check["validate_every_n_steps"] == 0:
            losses.execute(
                "INSERT OR REPLACE INTO metrics VALUES (?, 'val/loss', ?, NULL)", (step, 2 / (step + 1))
            )
        job.speed()
        stop_if_asked(job)
        if job.flag("save_now") or (step > first and step % every == 0 and step < steps - 1):
            job.lower("save_now")
            job.status("running", "Saving model")
            save(root, name, step, process["network"]["linear"], fault)
            stop_if_asked(job)
            job.status("running", "Training")
        while stays(step):
            time.sleep(STEP_S)
            stop_if_asked(job)
            if job.flag("save_now"):
                job.lower("save_now")
                save(root, name, step, process["network"]["linear"], fault)


if __name__ == "__main__":
    sys.exit(main())
