"""A pack without nodes, for test hosts only: a text encoder gets the depth and the inner width that its file has.

ComfyUI fixes both for T5 and Qwen3, but `model_options` may change an encoder's configuration under the name by which it hangs
in the model (`t5xxl_model_config` ...). No loader fills that in; this does, from the shapes in the file.
"""

from functools import partial

import comfy.sd
from comfy.text_encoders import qwen_vl

NODE_CLASS_MAPPINGS: dict = {}
#: Names under which ComfyUI hangs Qwen's encoders.
QWEN = ("qwen3_4b", "qwen3_8b", "qwen3vl_4b", "qwen25_7b")
_load = comfy.sd.load_text_encoder_state_dicts
_EYE = qwen_vl.Qwen2VLVisionTransformer


def _count(tensors, pattern):
    number = 0
    while pattern.format(number) in tensors:
        number += 1
    return number


def _t5(tensors):
    first = "encoder.block.0.layer.{}"
    inner = first.format(1) + ".DenseReluDense.wi_0.weight"
    if inner not in tensors:
        return {}
    heads = tensors[first.format(0) + ".SelfAttention.q.weight"].shape[0] // 64
    layers = _count(tensors, "encoder.block.{}.layer.1.DenseReluDense.wi_0.weight")
    return {
        "t5xxl_model_config": {
            "num_layers": layers,
            "d_ff": tensors[inner].shape[0],
            "num_heads": heads,
        }
    }


def _qwen(tensors):
    for root in ("model.", "model.language_model."):
        if f"{root}layers.0.self_attn.q_proj.weight" in tensors:
            rows = {
                part: tensors[f"{root}layers.0.{part}.weight"].shape[0]
                for part in ("self_attn.q_proj", "self_attn.k_proj", "mlp.gate_proj")
            }
            config = {
                "num_hidden_layers": _count(tensors, root + "layers.{}.mlp.gate_proj.weight"),
                "intermediate_size": rows["mlp.gate_proj"],
                "num_attention_heads": rows["self_attn.q_proj"] // 128,
                "num_key_value_heads": rows["self_attn.k_proj"] // 128,
            }
            return {f"{name}_model_config": config for name in QWEN}
    return {}


def _eye(tensors):
    """Qwen2.5-VL's eye, whose depth no option changes, is as deep as the file's."""
    layers = _count(tensors, "visual.blocks.{}.norm1.weight")
    if layers:
        inner = tensors["visual.blocks.0.mlp.gate_proj.weight"].shape[0]
        qwen_vl.Qwen2VLVisionTransformer = partial(_EYE, num_layers=layers, intermediate_size=inner)


def load(state_dicts=(), *arguments, model_options=None, **more):
    """Stand before ComfyUI's function of the same arguments."""
    options = dict(model_options or {})
    for tensors in state_dicts:
        options |= _t5(tensors) | _qwen(tensors)
        _eye(tensors)
    return _load(list(state_dicts), *arguments, model_options=options, **more)


comfy.sd.load_text_encoder_state_dicts = load
