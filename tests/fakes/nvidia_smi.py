"""Stands for NVIDIA's program: answers its CSV questions from a file, so that a GPU can be full, new or absent in a test.

`state.json` beside it: {"gpus": [{uuid, name, memory.total, memory.free, ...}], "processes": [{uuid, pid, process_name,
used_gpu_memory}], "unknown": [fields an older driver refuses]}; memory in MiB.
"""

import json
import os
import sys

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "state.json")) as stream:
    state = json.load(stream)
options = dict(argument.lstrip("-").partition("=")[::2] for argument in sys.argv[1:])
kind = "query-gpu" if "query-gpu" in options else "query-compute-apps"
fields = options[kind].split(",")
if set(fields) & set(state.get("unknown", [])):
    print(f'Field "{fields[-1]}" is not a valid field to query.')
    sys.exit(2)
for row in state["gpus" if kind == "query-gpu" else "processes"]:
    if options.get("id", row["uuid"]) == row["uuid"]:
        print(", ".join(str(row[field]) for field in fields))
