"""The pencil's program: counts strokes, then leaves a LoRA."""

import json
import sys
import time
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

job_dir, steps, rank = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
for step in range(1, steps + 1):
    time.sleep(0.02)
    (job_dir / "strokes.json").write_text(json.dumps({"step": step}))
(job_dir / "out").mkdir(exist_ok=True)
key = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q"
ones = np.full((rank, 320), 0.01, dtype=np.float16)
save_file(
    {f"{key}.lora_down.weight": ones, f"{key}.lora_up.weight": ones.T.copy()},
    job_dir / "out" / "pencil.safetensors",
)
