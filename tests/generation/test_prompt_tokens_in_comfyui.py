"""The same prompts through ComfyUI's own tokenizers: each family weighs, unescapes and puts embeddings in as our table says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hosts.comfyui import comfyui_folder
from safetensors.torch import save_file
from support.prompt_cases import CASES, FAMILIES, sent, text_of

#: Every day the table itself holds what is sent (test_prompt_texts.py).
pytestmark = [pytest.mark.slow, pytest.mark.full]
SCRIPT = Path(__file__).resolve().parents[1] / "hosts" / "prompt_tokens.py"
KINDS = ("sd15", "sdxl", "flux1_dev", "chroma", "z_image", "qwen_image", "flux2_klein_4b", "krea2")
ONE_TEXT = [case for case in CASES if not case.get("refused") and "{red|" not in text_of(case)]


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """{kind: {case: pieces}} of the texts that the pipeline sends."""
    folder = tmp_path_factory.mktemp("tokens")
    (folder / "embeddings").mkdir()
    for number, name in ((11, "easynegative"), (12, "bad")):
        embedding = {
            width: torch.full((1, size), float(number)) for width, size in (("clip_l", 768), ("clip_g", 1280))
        }
        save_file(embedding, str(folder / "embeddings" / f"{name}.safetensors"))
    texts = {kind: [sent(kind, text_of(case))[0][0] for case in ONE_TEXT] for kind in KINDS}
    asked = folder / "asked.json"
    asked.write_text(json.dumps({"embeddings": str(folder / "embeddings"), "prompts": texts}))
    command = [sys.executable, str(SCRIPT), str(comfyui_folder()), str(asked)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    answer = json.loads(done.stdout.splitlines()[-1])
    return {
        kind: dict(zip([case["name"] for case in ONE_TEXT], found, strict=True))
        for kind, found in answer.items()
    }


def weights(pieces):
    return {weight for _, weight in pieces}


def words(pieces, weight=None):
    """What is read at a weight, without the tokenizer's own marks and blanks; CLIP reads small letters."""
    said = "".join(text for text, of in pieces if weight is None or of == weight)
    return said.replace("</w>", "").replace(" ", "").lower()


def test_every_release_reads_at_least_the_families_of_the_oldest(read):
    assert {"sd15", "sdxl", "flux1_dev", "chroma", "z_image", "qwen_image"} <= read.keys()


def test_families_that_weigh_do_and_the_others_read_plain_words(read):
    for kind, found in read.items():
        if FAMILIES.get(kind).prompting.weights:
            assert words(found["weights"], 1.2) == "smile" and words(found["weights"], 0.8) == "freckles", (
                kind
            )
            assert words(found["a smiley before a weight"], 1.3) == "smile", kind
            assert ":)" in words(found["a smiley before a weight"], 1.0), kind
            assert words(found["a bracket that is never closed"], 1.2) == "annqvx", kind
        else:
            assert all(weights(pieces) == {1.0} for pieces in found.values()), kind
            assert "smile,freckles" in words(found["weights"]) and "1.2" not in words(found["weights"]), kind


def test_brackets_that_are_meant_are_read_as_the_characters(read):
    for kind, found in read.items():
        for case, part in (
            ("times and ratios", "(at10:30),a(16:9)still"),
            ("escaped brackets", "marilyn(actress)"),
        ):
            assert weights(found[case]) == {1.0} and part in words(found[case]), (kind, case)
            assert "\\" not in words(found[case]), (kind, case)


def test_embeddings_are_found_where_the_model_has_a_place_for_them(read):
    for kind in ("sd15", "sdxl"):
        for case, number in (("an embedding", 1), ("embeddings without blanks", 2)):
            names = [text for text, _ in read[kind][case] if text.startswith("<1")]
            assert names == ["<11>", "<12>"][:number], (kind, case)
            assert "embedding" not in words(read[kind][case]), (kind, case)
        assert ["<11>", 1.1] in read[kind]["an embedding"]


def test_nothing_is_cut_off_two_thousand_words(read):
    for kind, found in read.items():
        assert words(found["2,000 words"]).count("oak") == 667, kind


def test_other_scripts_reach_the_models_that_know_them(read):
    written = {case["name"]: text_of(case).replace("{trigger}", "annqvx").replace(" ", "") for case in CASES}
    for kind in ("z_image", "qwen_image"):
        for case in ("Chinese", "right to left", "emoji"):
            assert written[case] in words(read[kind][case]), (kind, case)
