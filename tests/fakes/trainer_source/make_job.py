"""Stands for tiny_run.py: only the configuration, no model."""

import json
import sys
from pathlib import Path

where = Path(sys.argv[1])
process = {"training_folder": str(where / "out")}
(where / "job.json").write_text(json.dumps({"config": {"name": "isengard_check", "process": [process]}}))
