"""Things that tests and the demo need once: the tiny model, real photographs, the test-owned AI-Toolkit folder."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

from .comfyui import comfyui_folder
from .environments import AI_TOOLKIT, HOST, READY, cache_root, exclusive, say, unpacked

HOSTS = Path(__file__).resolve().parent
CHECKPOINT = "tiny_sd15.safetensors"
#: The same weights as somebody's own merge; nothing but its name says that it is for drawings.
DRAWN_CHECKPOINT = "anime_of_mine.safetensors"
#: Under this name the shipped workflows for Stable Diffusion 1.5 find it by themselves.
USUAL_NAME = "v1-5-pruned-emaonly.safetensors"


def tiny_models() -> Path:
    """A folder with tiny_sd15.safetensors and diffusers/; made once for each version of its maker."""
    maker = HOSTS / "tiny_models.py"
    folder = cache_root() / f"tiny-{hashlib.sha256(maker.read_bytes()).hexdigest()[:12]}"
    with exclusive(cache_root() / "tiny.lock"):
        if not (folder / READY).exists():
            say(f"making the tiny model in {folder}")
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            tokenizer = comfyui_folder() / "comfy" / "sd1_tokenizer"
            subprocess.run([str(HOST.ensure()), str(maker), str(folder), str(tokenizer)], check=True)
            (folder / READY).write_text("{}")
    return folder


def put_checkpoint(base: Path, name: str = CHECKPOINT) -> str:
    """The tiny model among a ComfyUI's checkpoints; the name its loader shows."""
    folder = base / "models" / "checkpoints"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / name).exists():
        (folder / name).symlink_to(tiny_models() / CHECKPOINT)
    return name


def put_drawn_checkpoint(base: Path) -> Path:
    """A second checkpoint, somebody's own merge; its metadata differ, and so does its hash."""
    file = base / "models" / "checkpoints" / DRAWN_CHECKPOINT
    with (tiny_models() / CHECKPOINT).open("rb") as source, file.open("wb") as target:
        header = json.loads(source.read(int.from_bytes(source.read(8), "little")))
        header["__metadata__"] = {"format": "pt", "modelspec.title": "Mine"}
        text = json.dumps(header).encode()
        target.write(len(text).to_bytes(8, "little") + text)
        shutil.copyfileobj(source, target)
    return file


def checkpoint_sha256() -> str:
    return hashlib.sha256((tiny_models() / CHECKPOINT).read_bytes()).hexdigest()


def ai_toolkit_folder(where: Path) -> Path:
    """A folder that looks like AI-Toolkit 0.12 and trains with the registry's fork (tests/hosts/aitk_fork)."""
    AI_TOOLKIT.ensure()
    where.mkdir(parents=True, exist_ok=True)
    for file in (HOSTS / "aitk_fork").iterdir():
        target = where / file.name
        if file.name != "__pycache__" and not target.exists():
            target.symlink_to(file)
    # the fork reads diffusers folders only: which folder stands for which checkpoint, by file name
    names = (CHECKPOINT, DRAWN_CHECKPOINT, USUAL_NAME)
    bases = dict.fromkeys(names, str(tiny_models() / "diffusers"))
    (where / "bases.json").write_text(json.dumps(bases))
    return where


def photograph() -> Path:
    """A real photograph of a person (NASA, public domain) out of a public wheel; unpacked, never imported."""
    file = unpacked("scikit-image", "photographs") / "skimage" / "data" / "astronaut.png"
    if not file.is_file():
        raise SystemExit(f"the photograph is missing: {file}")
    return file


def portraits(where: Path, count: int = 6) -> list[Path]:
    """`count` different crops of the astronaut's photograph, as somebody's pictures of one person."""
    where.mkdir(parents=True, exist_ok=True)
    script = HOSTS / "portraits.py"
    subprocess.run([str(HOST.ensure()), str(script), str(photograph()), str(where), str(count)], check=True)
    return sorted(where.glob("*.jpg"))


def other_people() -> dict[str, Path]:
    """Photographs of other faces out of a public wheel: one man alone, and a group of six."""
    folder = unpacked("insightface==2.1", "other-people") / "insightface" / "data" / "images"
    return {"man": folder / "Tom_Hanks_54745.png", "group": folder / "t1.jpg"}


def real_environment(where: Path) -> dict[str, str]:
    """The settings of a host that trains for real on a CPU. Nothing is fetched: what a trainer reads of the hub is there by name."""
    hub = where.with_name(f"{where.name}-hub")
    subprocess.run([str(HOST.ensure()), str(HOSTS / "hub_stand_in.py"), str(hub)], check=True)
    return {
        "ISENGARD_MODE": "production",
        "ISENGARD_ALLOW_CPU": "1",
        "AI_TOOLKIT_DIR": str(ai_toolkit_folder(where)),
        "AI_TOOLKIT_PYTHON": str(AI_TOOLKIT.ensure()),
        "HF_HUB_CACHE": str(hub),
    }
