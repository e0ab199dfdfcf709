"""What ComfyUI's own tokenizers make of prompts: the words with their weights, embeddings as `<name>`.

    prompt_tokens.py COMFYUI_FOLDER ASKED.json      ASKED: {"embeddings": FOLDER, "prompts": {kind: [text]}}

Prints {kind: [[[piece, weight], ...]]}; kinds that this ComfyUI does not have are left out.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

folder, asked = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
sys.argv = [sys.argv[0], "--cpu"]
sys.path[:0] = [str(folder), str(Path(__file__).resolve().parents[1])]

import torch  # noqa: E402
from hosts.comfyui_launcher import define_missing_operators  # noqa: E402

_operators = define_missing_operators()

import comfy.options  # noqa: E402

comfy.options.enable_args_parsing()

#: kind -> module, tokenizer, the part that reads words
KINDS = {
    "sd15": ("comfy.sd1_clip", "SD1Tokenizer", "l"),
    "sdxl": ("comfy.sdxl_clip", "SDXLTokenizer", "g"),
    "flux1_dev": ("comfy.text_encoders.flux", "FluxTokenizer", "t5xxl"),
    "chroma": ("comfy.text_encoders.pixart_t5", "PixArtTokenizer", "t5xxl"),
    "z_image": ("comfy.text_encoders.z_image", "ZImageTokenizer", "qwen3_4b"),
    "qwen_image": ("comfy.text_encoders.qwen_image", "QwenImageTokenizer", "qwen25_7b"),
    "flux2_klein_4b": ("comfy.text_encoders.flux", "KleinTokenizer", "qwen3_4b"),
    "krea2": ("comfy.text_encoders.krea2", "Krea2Tokenizer", "qwen3vl_4b"),
}


def tokenizer_of(module: str, name: str) -> Any:
    try:
        return getattr(importlib.import_module(module), name)(embedding_directory=asked["embeddings"])
    except (ImportError, AttributeError):
        return None


def read(tokenizer: Any, part: str, text: str) -> list[list[Any]]:
    """The pieces in order; neighbours of one weight are joined into the text that the model reads."""
    inner = getattr(tokenizer, part, None) or getattr(tokenizer, f"clip_{part}", None) or tokenizer
    found: list[list[Any]] = []
    ids: list[int] = []
    weight = None

    def close() -> None:
        if ids:
            found.append([inner.tokenizer.decode(ids, skip_special_tokens=False), weight])
            ids.clear()

    for batch in tokenizer.tokenize_with_weights(text)[part]:
        for token, of, *_ in batch:
            if torch.is_tensor(token):
                close()
                found.append([f"<{int(token[0])}>", round(of, 4)])
                continue
            if of != weight:
                close()
            ids.append(int(token))
            weight = round(of, 4)
        close()
    return found


answer = {}
for kind, texts in asked["prompts"].items():
    module, name, part = KINDS[kind]
    tokenizer = tokenizer_of(module, name)
    if tokenizer is not None:
        answer[kind] = [read(tokenizer, part, text) for text in texts]
print(json.dumps(answer))
