"""Stands for AI-Toolkit in tests of its installation: "trains" by writing a LoRA where the configuration says. Standard library only."""

import json
import struct
import sys
from pathlib import Path

import toml  # noqa: F401 - the one package of the test's lock: proof that the environment is the one that was made

process = json.loads(Path(sys.argv[1]).read_text())["config"]
name, out = process["name"], Path(process["process"][0]["training_folder"])
header = {
    key: {"dtype": "F32", "shape": shape, "data_offsets": [at, at + 16]}
    for key, shape, at in (("m.lora_down.weight", [1, 4], 0), ("m.lora_up.weight", [4, 1], 16))
}
text = json.dumps(header).encode()
(out / name).mkdir(parents=True)
data = struct.pack("<Q", len(text)) + text + struct.pack("<8f", *range(1, 9))
(out / name / f"{name}.safetensors").write_bytes(data)
print("trained", sys.version.split()[0], sys.prefix)
