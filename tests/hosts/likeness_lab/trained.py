"""A LoRA trained for too long on few photos beside a normal one, by the real trainer on the tiny Stable Diffusion 1.5: what the rules say
of every save. `python tests/hosts/likeness_lab/trained.py`, with the test environment's Python.

The tiny model's weights are random: no face can be found in what it draws, so the rules must say that nothing can be measured. How far
each save moves whole pictures is told beside it, and whether they come nearer to a photo it was trained on than to one held back."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from statistics import mean

TESTS = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TESTS))
#: (photos, steps, learning rate): the second sees each of its two photos 80 times.
TRAININGS = {"normal": (6, 24, 0.002), "over-trained": (2, 160, 0.004)}
SAVES, SCENES, PATIENCE_S = 4, ("portrait", "full_body", "outfit"), 1800


def main() -> int:
    import conftest  # noqa: F401 - makes this checkout the package `isengard`
    from hosts import comfyui, fixtures
    from hosts.journey import Api

    base = Path(tempfile.mkdtemp(prefix="isengard-trained-"))
    try:
        comfyui.make_base(base)
        fixtures.put_checkpoint(base)
        photos = fixtures.portraits(base / "photos", 8)
        server = comfyui.start(base, environment=fixtures.real_environment(base / "ai-toolkit"))
        try:
            _put_face_tools(server.data)
            api = Api(server.url)
            api.wait_until_ready()
            for name in TRAININGS:
                print("\n".join(_told(api, server.data, name, photos)), flush=True)
        finally:
            server.stop()
    finally:
        shutil.rmtree(base, ignore_errors=True)
    return 0


def _put_face_tools(data: Path) -> None:
    from support.face_fixtures import ready_face_tools

    (data / "backends").mkdir(parents=True, exist_ok=True)
    (data / "backends" / "faces").symlink_to(ready_face_tools())


def _told(api, data: Path, name: str, photos: list[Path]) -> list[str]:
    """Train one person, draw its wall, and say a line a save."""
    from hosts.demo import REAL_TRAINING

    count, steps, rate = TRAININGS[name]
    person = api.person(photos[:count], f"Ann {name}", class_word="woman")
    more = {"steps": steps, "learning_rate": rate, "save_every": steps // SAVES}
    wanted = {**REAL_TRAINING, "overrides": {**REAL_TRAINING["overrides"], **more}}
    job = api.post("/training/jobs", {"character_id": person["id"], **wanted})
    job = api.wait_for(f"/training/jobs/{job['id']}", PATIENCE_S)
    assert job["state"] == "completed", job["error"]
    for checkpoint in api.get(f"/training/jobs/{job['id']}/checkpoints")["items"]:
        api.post(f"/training/jobs/{job['id']}/checkpoints/{checkpoint['step']}/publish")
    pictures = _wall(api, data, person)
    known = {version["step"]: version for version in api.get(f"/characters/{person['id']}")["versions"]}
    lines = [
        f"{name}: {count} photos, {steps} steps, learning rate {rate}",
        "save  pictures  faces  likeness  faults             chosen  change  nearer to a trained photo",
    ]
    for step, version in known.items():
        shown = [one for one in pictures if one[0] == step]
        scores, faces = version["scores"], sum(verdict != "not_measurable" for _, _, _, verdict in shown)
        lines.append(
            f"{step:>4}{len(shown):>10}{faces:>7}{scores.get('likeness', '-'):>10}  {','.join(version['faults']) or '-':<19}"
            f"{'yes' if version['nearest'] else 'no':<8}{_moved(pictures, shown, photos, count)}"
        )
    return lines


def _wall(api, data: Path, person) -> list[tuple[int, str, Path, str]]:
    """(step, scene, picture, verdict), step 0 for those without a LoRA."""
    from hosts.demo import REAL_PICTURE
    from isengard.core.faces.scenes import SCENES as PROMPTS
    from isengard.core.faces.scenes import seed_of

    steps = [version["step"] for version in api.get(f"/characters/{person['id']}")["versions"]]
    orders = [(step, scene, 1.0) for step in steps for scene in SCENES]
    orders += [(steps[-1], scene, 0.0) for scene in SCENES]
    found = []
    for step, scene, strength in orders:
        use = {"id": person["id"], "checkpoint": step, "strength": strength}
        prompt = PROMPTS[scene].replace("{class}", "woman")
        order = {
            **REAL_PICTURE,
            "characters": [use],
            "prompt": prompt,
            "seed": seed_of(scene),
            "purpose": "grid",
        }
        found.append((step if strength else 0, scene, api.post("/generations", order)["id"]))
    return [(step, scene, *_made(api, data, made)) for step, scene, made in found]


def _made(api, data: Path, made: str) -> tuple[Path, str]:
    import time

    ended = api.wait_for(f"/generations/{made}", PATIENCE_S)
    assert ended["state"] == "completed", ended["error"]
    deadline = time.monotonic() + PATIENCE_S
    while not (image := api.get(f"/generations/{made}")["images"][0])["likeness"]:
        assert time.monotonic() < deadline, "not measured"
        time.sleep(0.2)
    return data / "outputs" / made / image["file"], image["likeness"]["verdict"]


def _moved(pictures, shown, photos: list[Path], count: int) -> str:
    """How far whole pictures moved from those without the LoRA, and how many came nearer to a trained photo than to a held-back one."""
    import numpy
    from PIL import Image

    def pixels(file: Path):
        with Image.open(file) as image:
            return numpy.asarray(image.convert("RGB").resize((32, 32)), float)

    bare = {scene: pixels(file) for step, scene, file, _ in pictures if step == 0}
    changes, nearer = [], 0
    for _, scene, file, _ in shown:
        drawn = pixels(file)
        changes.append(float(numpy.abs(drawn - bare[scene]).mean()))
        gains = [_gain(bare[scene], drawn, pixels(photo)) for photo in photos]
        nearer += max(gains[:count]) > max(gains[6:])
    return f"{mean(changes):6.1f}  {nearer} of {len(shown)}"


def _gain(before, after, photo) -> float:
    """How much more a picture correlates with a photo than it did without the LoRA."""
    import numpy

    def alike(picture) -> float:
        return float(numpy.corrcoef(picture.ravel(), photo.ravel())[0, 1])

    return alike(after) - alike(before)


if __name__ == "__main__":
    raise SystemExit(main())
