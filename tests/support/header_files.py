"""Files of ComfyUI's by their headers and names, right and neighbouring ones, whole and quantised, and what each is: facts, no
code. test_base_choice.py holds the records against them, docs/model-checks.md shows what comes of it.
"""

from __future__ import annotations

FLUX1 = {
    "double_blocks.0.img_attn.qkv.weight": (9216, 3072),
    "img_in.weight": (3072, 64),
    "guidance_in.in_layer.weight": (3072, 256),
}
KLEIN_4B = {"double_stream_modulation_img.lin.weight": (18432, 3072), "img_in.weight": (3072, 128)}
KLEIN_4B |= {"double_blocks.0.img_attn.qkv.weight": (9216, 3072)}
KLEIN_9B = {**KLEIN_4B, "img_in.weight": (4096, 128)}
Z_IMAGE = {"cap_embedder.0.weight": (2560,), "noise_refiner.0.attention.qkv.weight": (11520, 3840)}
CHROMA = {"distilled_guidance_layer.in_proj.weight": (5120, 64), "img_in.weight": (3072, 64)}
CHROMA |= {"double_blocks.0.img_attn.qkv.weight": (9216, 3072)}
QWEN = {"txt_norm.weight": (3584,), "img_in.weight": (3072, 64), "proj_out.weight": (64, 3072)}
QWEN |= {"transformer_blocks.0.attn.add_q_proj.weight": (3072, 3072)}
RADIANCE = {"nerf_blocks.0.param_generator.weight": (49152, 3072), "img_in_patch.weight": (3072, 3, 16, 16)}
KREA2 = {"txtfusion.projector.weight": (1, 12)}
CONV, ATTENTION = "model.diffusion_model.input_blocks.0.0.weight", "transformer_blocks.0.attn2.to_k.weight"
SD15 = {CONV: (320, 4, 3, 3), f"model.diffusion_model.input_blocks.1.1.{ATTENTION}": (320, 768)}
SDXL = {CONV: (320, 4, 3, 3), f"model.diffusion_model.input_blocks.4.1.{ATTENTION}": (640, 2048)}


def without(shapes, *keys):
    return {key: shape for key, shape in shapes.items() if key not in keys}


#: (file, its tensors, family it is a base of, why it is taken; or the model it is set aside as)
FILES = [
    ("flux1-dev.safetensors", FLUX1, "flux1_dev", "name"),
    ("flux1-dev-fp8.safetensors", FLUX1, "flux1_dev", "like_name"),
    ("my-flux-merge.safetensors", FLUX1, "flux1_dev", "tensors"),
    ("flux1-dev-kontext_fp8_scaled.safetensors", FLUX1, "flux1_dev", "last: FLUX.1 Kontext"),
    ("flux1-kontext-dev.safetensors", FLUX1, "flux1_dev", "last: FLUX.1 Kontext"),
    ("flux1-krea-dev_fp8_scaled.safetensors", FLUX1, "flux1_dev", "last: FLUX.1 Krea"),
    ("flux1-schnell.safetensors", without(FLUX1, "guidance_in.in_layer.weight"), "", ""),
    ("flux1-fill-dev.safetensors", {**FLUX1, "img_in.weight": (3072, 384)}, "", ""),
    ("flux1-canny-dev.safetensors", {**FLUX1, "img_in.weight": (3072, 128)}, "", ""),
    ("flux1-depth-dev.safetensors", {**FLUX1, "img_in.weight": (3072, 128)}, "", ""),
    ("Chroma1-HD-fp8mixed.safetensors", CHROMA, "chroma", "name"),
    ("sub/Chroma1-HD.safetensors", CHROMA, "chroma", "like_name"),
    ("chroma-unlocked-v50.safetensors", CHROMA, "chroma", "tensors"),
    ("Chroma1-HD-Flash.safetensors", CHROMA, "chroma", "last: Chroma1-Flash"),
    ("Chroma1-Base.safetensors", CHROMA, "chroma", "last: Chroma1-Base"),
    ("chroma-radiance-x0.safetensors", {**without(CHROMA, "img_in.weight"), **RADIANCE}, "", ""),
    ("qwen_image_2512_fp8_e4m3fn.safetensors", QWEN, "qwen_image", "name"),
    ("qwen_image_2512_bf16.safetensors", QWEN, "qwen_image", "like_name"),
    ("Qwen-Image-2512-nvfp4.safetensors", QWEN, "qwen_image", "like_name"),
    ("qwen merge of mine.safetensors", QWEN, "qwen_image", "tensors"),
    ("qwen_image_fp8_e4m3fn.safetensors", QWEN, "qwen_image", "last: the first Qwen-Image"),
    ("qwen_image_distill_full_fp8_e4m3fn.safetensors", QWEN, "qwen_image", "last: a model for few steps"),
    ("qwen_image_edit_2509_fp8_e4m3fn.safetensors", QWEN, "qwen_image", "never: Qwen-Image-Edit"),
    ("qwen_image_edit_2511_fp8mixed.safetensors", {**QWEN, "__index_timestep_zero__": (0,)}, "", ""),
    ("Qwen-Image-Edit-2511-fp8.safetensors", {**QWEN, "__index_timestep_zero__": (0,)}, "", ""),
    ("qwen_image_layered_fp8mixed.safetensors", {**QWEN, "time_text_embed.addition_t_embedding.weight": (2, 3072)}, "", ""),
    ("mage_flow.safetensors", {**QWEN, "txt_norm.weight": (2560,), "img_in.weight": (3072, 128)}, "", ""),
    ("flux-2-klein-4b.safetensors", KLEIN_4B, "flux2_klein_4b", "name"),
    ("flux-2-klein-4b-fp8.safetensors", KLEIN_4B, "flux2_klein_4b", "like_name"),
    ("sub/FLUX-2-Klein-4B-NVFP4.safetensors", KLEIN_4B, "flux2_klein_4b", "like_name"),
    ("flux-2-klein-base-4b.safetensors", KLEIN_4B, "flux2_klein_4b", "never: FLUX.2 Klein 4B base"),
    ("flux-2-klein-base-4b-fp8.safetensors", KLEIN_4B, "flux2_klein_4b", "never: FLUX.2 Klein 4B base"),
    ("a klein of mine.safetensors", KLEIN_4B, "flux2_klein_4b", "tensors"),
    ("flux-2-klein-9b-fp8.safetensors", KLEIN_9B, "flux2_klein_9b", "name"),
    ("flux-2-klein-9b.safetensors", KLEIN_9B, "flux2_klein_9b", "like_name"),
    ("flux-2-klein-base-9b-fp8.safetensors", KLEIN_9B, "flux2_klein_9b", "never: FLUX.2 Klein 9B base"),
    ("flux-2-klein-9b-kv-fp8.safetensors", KLEIN_9B, "flux2_klein_9b", "last: FLUX.2 Klein 9B KV"),
    ("flux2_dev_fp8mixed.safetensors", {**KLEIN_4B, "img_in.weight": (6144, 128)}, "", ""),
    ("z_image_turbo_bf16.safetensors", Z_IMAGE, "z_image", "name"),
    ("z_image_turbo_nvfp4.safetensors", Z_IMAGE, "z_image", "like_name"),
    ("Z-Image-Turbo-fp8.safetensors", Z_IMAGE, "z_image", "like_name"),
    ("z_image_bf16.safetensors", Z_IMAGE, "z_image", "never: Z-Image base"),
    ("z-image-base-fp8.safetensors", Z_IMAGE, "z_image", "never: Z-Image base"),
    ("z_image_de_turbo_v1_bf16.safetensors", Z_IMAGE, "z_image", "never: Z-Image De-Turbo"),
    ("model_turbo_of_mine.safetensors", Z_IMAGE, "z_image", "tensors"),
    ("lumina_2.safetensors", {"cap_embedder.0.weight": (2304,), "noise_refiner.0.attention.qkv.weight": (4608, 2304)}, "", ""),
    ("krea2_turbo_fp8_scaled.safetensors", KREA2, "krea2", "name"),
    ("krea2_turbo_bf16.safetensors", KREA2, "krea2", "like_name"),
    ("Krea-2-Turbo-nvfp4.safetensors", KREA2, "krea2", "like_name"),
    ("krea2_raw_bf16.safetensors", KREA2, "krea2", "never: Krea 2 Raw"),
    ("raw.safetensors", KREA2, "krea2", "never: Krea 2 Raw"),
    ("a krea of mine.safetensors", KREA2, "krea2", "tensors"),
    ("v1-5-pruned-emaonly.safetensors", SD15, "sd15", "name"),
    ("dreamshaper_8.safetensors", SD15, "sd15", "tensors"),
    ("dreamshaper_8LCM.safetensors", SD15, "sd15", "last: a model for few steps"),
    ("sd-v1-5-inpainting.safetensors", {**SD15, CONV: (320, 9, 3, 3)}, "", ""),
    ("instruct-pix2pix.safetensors", {**SD15, CONV: (320, 8, 3, 3)}, "", ""),
    ("v2-1_768.safetensors", {CONV: (320, 4, 3, 3), f"model.diffusion_model.input_blocks.1.1.{ATTENTION}": (320, 1024)}, "", ""),
    ("sd_xl_base_1.0.safetensors", SDXL, "sdxl", "name"),
    ("juggernautXL_hyperreal.safetensors", SDXL, "sdxl", "tensors"),
    ("juggernautXL_lightning.safetensors", SDXL, "sdxl", "last: a model for few steps"),
    ("Hyper-SDXL-8steps.safetensors", SDXL, "sdxl", "last: a model for few steps"),
    ("sdxl-inpainting.safetensors", {**SDXL, CONV: (320, 9, 3, 3)}, "", ""),
    ("sd_xl_refiner_1.0.safetensors", {CONV: (384, 4, 3, 3), f"model.diffusion_model.input_blocks.4.1.{ATTENTION}": (768, 1280)}, "", ""),
]  # fmt: skip
