"""`dev.py compare BEFORE [AFTER]`: the same photos and seed trained by two versions of this pack, and what came of each.

The protection rule of the specification asks for it before anything that is trained changes. Each version is a git
revision or a folder and runs inside a ComfyUI of its own, through its public HTTP API, so that versions may differ in
everything else. Where the weights differ, BEFORE is trained once more: what it differs from itself is chance, and the
verdict is about the rest. Standard library only.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import comfyui, fixtures
from .demo import REAL_PICTURE, REAL_TRAINING
from .environments import PACK, say
from .journey import Api, travel
from .lora_proof import difference

Tensors = dict[str, list[float]]
#: safetensors dtype -> (bytes a value, struct code); bf16 is read as the upper half of a float32
_DTYPES = {"F16": (2, "e"), "F32": (4, "f"), "BF16": (2, "H")}
#: the same for both: a word of its own for each would be another caption
TRIGGER_WORD = "annqvx"
#: what differs with every run and says nothing about the training
_PER_RUN = ("name", "training_folder", "sqlite_db_path", "folder_path", "image_path")
#: One repetition measures chance roughly: weights must be this many times further apart to be called different.
MORE_THAN_CHANCE = 2.0


@dataclass(frozen=True)
class Trained:
    """What one version made of the photos: `losses` by step, `config` as its trainer was told it."""

    label: str
    adapter: str
    config: dict[str, Any]
    losses: dict[int, float]
    tensors: Tensors
    picture: Path
    seconds: float


def compare(before: str, after: str, *, repeat: bool = True) -> int:
    """Print the comparison; 0 when everything trained, whatever they differ in."""
    scratch = Path(tempfile.mkdtemp(prefix="isengard-compare-"))
    try:
        photos = fixtures.portraits(scratch / "photos")
        environment = fixtures.real_environment(scratch / "ai-toolkit")
        if os.environ.get("AI_TOOLKIT_DIR"):
            given = ("AI_TOOLKIT_DIR", "AI_TOOLKIT_PYTHON")
            environment |= {name: os.environ[name] for name in given if os.environ.get(name)}

        def trained(version: str, place: str) -> Trained:
            say(f"training with {version} ...")
            pack = _checked_out(version, scratch / place / "pack")
            return _train(version, pack, scratch / place, photos, environment)

        one, other = trained(before, "before"), trained(after, "after")
        again = trained(before, "again") if repeat and one.tensors != other.tensors else None
        for line in [*report(one, other), *verdict(one, other, again)]:
            say(line)
        return 0
    finally:
        if not os.environ.get("ISENGARD_KEEP"):
            shutil.rmtree(scratch, ignore_errors=True)
        subprocess.run(["git", "worktree", "prune"], cwd=PACK, check=False)


def _checked_out(version: str, folder: Path) -> Path:
    """A folder as it is, or the files of a git revision."""
    if Path(version).is_dir():
        return Path(version).resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    command = ["git", "worktree", "add", "--quiet", "--detach", str(folder), version]
    done = subprocess.run(command, cwd=PACK, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{version!r} is neither a folder nor a git revision here: {done.stderr.strip()}")
    return folder


def _train(label: str, pack: Path, folder: Path, photos: list[Path], environment: dict[str, str]) -> Trained:
    base = comfyui.make_base(folder / "host", pack=pack)
    fixtures.put_checkpoint(base)
    server = comfyui.start(base, environment={**environment, "ISENGARD_IDLE_S": "3"})
    try:
        api = Api(server.url, "compare")
        api.wait_until_ready()
        found = travel(
            api, server.data, photos, training=REAL_TRAINING, picture=REAL_PICTURE, trigger_word=TRIGGER_WORD
        )
        job_id = found.job["id"]
        written = (server.data / "jobs" / job_id / "config.json").read_text(encoding="utf-8")
        config = json.loads(written.replace(str(folder), "."))
        backends = {item["name"]: item for item in api.get("/training/backends")["items"]}
        return Trained(
            label=label,
            adapter=backends["ai_toolkit"]["version"],
            config=config,
            losses={p["step"]: p["loss"] for p in api.get(f"/training/jobs/{job_id}/loss")["items"]},
            tensors=read_tensors(found.lora),
            picture=_kept(found.images[0], folder / "picture.png"),
            seconds=found.job["progress"]["seconds_per_step"] or 0.0,
        )
    finally:
        server.stop()


def _kept(picture: Path, target: Path) -> Path:
    shutil.copyfile(picture, target)
    return target


def report(before: Trained, after: Trained) -> list[str]:
    """Lines for a commit message: versions, what the trainer was told differently, loss, weights, picture."""
    lines = [
        f"before: {before.label} (adapter {before.adapter})",
        f"after:  {after.label} (adapter {after.adapter})",
    ]
    changes = list(config_changes(before.config, after.config))
    lines.append(f"config: {len(changes)} difference(s)" if changes else "config: the same")
    lines += [f"  {path}: {json.dumps(old)} -> {json.dumps(new)}" for path, old, new in changes]
    lines += [_loss_line(before, after), *_weight_lines(before.tensors, after.tensors)]
    lines.append(
        f"picture: mean difference {difference(before.picture, after.picture):.3f} of 255 at the same seed"
    )
    lines.append(f"pace:   {before.seconds:.2f} -> {after.seconds:.2f} s a step")
    return lines


def verdict(before: Trained, after: Trained, again: Trained | None) -> list[str]:
    """In words whether AFTER differs by more than chance; `again` is BEFORE trained once more."""
    if before.tensors == after.tensors:
        return ["verdict: the same. Not one weight differs."]
    if again is None:
        return ["verdict: different, and BEFORE was not trained twice, so whether by chance is not known."]
    if before.tensors == again.tensors:
        return [
            "chance: none. BEFORE trained twice gives the same weights.",
            "verdict: AFTER trains something else.",
        ]
    chance, found = apart(before.tensors, again.tensors), apart(before.tensors, after.tensors)
    lines = [
        f"chance: BEFORE trained twice is {chance:.3f} apart from itself, "
        f"picture {difference(before.picture, again.picture):.3f} of 255"
    ]
    if before.tensors.keys() != after.tensors.keys():
        return [*lines, "verdict: AFTER trains something else: its LoRA has other tensors."]
    times = f"{found:.3f} apart, {found / chance:.1f} times as far as chance"
    if found > MORE_THAN_CHANCE * chance:
        return [*lines, f"verdict: AFTER trains something else ({times})."]
    return [*lines, f"verdict: no difference beyond chance ({times})."]


def config_changes(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(dotted path, old, new) of every value that differs; None where one side has none."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            if key not in _PER_RUN:
                yield from config_changes(before.get(key), after.get(key), f"{path}.{key}".lstrip("."))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from config_changes(old, new, f"{path}[{index}]")
    elif before != after:
        yield path, before, after


def _loss_line(before: Trained, after: Trained) -> str:
    """A trainer without a loss database is followed by its bars: a loss may then stand one step off."""
    shared = sorted(before.losses.keys() & after.losses.keys())
    if not shared:
        return "loss:   no step in common"
    tail = shared[-max(1, len(shared) // 4) :]
    means = [sum(side.losses[step] for step in tail) / len(tail) for side in (before, after)]
    seen = (
        f"{len(shared)} steps" if len(shared) >= shared[-1] - 1 else f"the {len(shared)} steps seen in bars"
    )
    apart = max(abs(before.losses[step] - after.losses[step]) for step in shared)
    return f"loss:   last quarter {means[0]:.4f} -> {means[1]:.4f}, at most {apart:.4f} apart over {seen}"


def _weight_lines(before: Tensors, after: Tensors) -> list[str]:
    lost, new = before.keys() - after.keys(), after.keys() - before.keys()
    lines = [f"weights: {len(before)} -> {len(after)} tensors"]
    if lost or new:
        lines.append(f"  only before: {len(lost)}, only after: {len(new)}")
    shared = [name for name in before if name in after and len(before[name]) == len(after[name])]
    ones = [value for name in shared for value in before[name]]
    others = [value for name in shared for value in after[name]]
    cosine, ratio = likeness(ones, others)
    return [
        *lines,
        f"  cosine {cosine:.6f}, size ratio {ratio:.4f} ({'identical' if ones == others else 'different'})",
    ]


def apart(ones: Tensors, others: Tensors) -> float:
    """The length of the difference of what both have, as a share of the first's; infinite where they share nothing."""
    shared = [name for name in ones if len(others.get(name, ())) == len(ones[name])]
    size = math.sqrt(sum(value * value for name in shared for value in ones[name]))
    pairs = (pair for name in shared for pair in zip(ones[name], others[name], strict=True))
    return math.sqrt(sum((a - b) ** 2 for a, b in pairs)) / size if size else math.inf


def likeness(ones: list[float], others: list[float]) -> tuple[float, float]:
    """(cosine, |others| / |ones|); zeros for nothing to compare."""
    sizes = [math.sqrt(sum(value * value for value in side)) for side in (ones, others)]
    if not all(sizes):
        return 0.0, 0.0
    dot = sum(a * b for a, b in zip(ones, others, strict=True))
    return dot / (sizes[0] * sizes[1]), sizes[1] / sizes[0]


def read_tensors(file: Path) -> Tensors:
    """Every tensor's values; ValueError for a dtype no LoRA has."""
    data = file.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    body, found = data[8 + length :], {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            found[name] = _values(body[begin:end], entry["dtype"])
    return found


def _values(content: bytes, dtype: str) -> list[float]:
    if dtype not in _DTYPES:
        raise ValueError(f"a LoRA has no {dtype} tensors")
    size, code = _DTYPES[dtype]
    values = struct.unpack(f"<{len(content) // size}{code}", content)
    if dtype == "BF16":
        return list(
            struct.unpack(f"<{len(values)}f", b"".join(struct.pack("<I", value << 16) for value in values))
        )
    return list(values)
