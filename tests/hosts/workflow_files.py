"""Writes what we ship for ComfyUI's canvas: templates with their pictures (workflows/) and blueprints (subgraphs/). Run after a recipe, a node, a family
or our version changed:

    python tests/hosts/workflow_files.py object_info.json     (what a ComfyUI with this pack answers at /object_info)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


def main() -> None:
    sys.path[:0] = [str(TESTS), str(TESTS.parent)]
    import boot

    boot.load()
    from hosts import recipe_thumbnails, subgraph_blueprints, workflow_twins

    known = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    workflow_twins.write(known)
    recipe_thumbnails.write()
    subgraph_blueprints.write(known)


if __name__ == "__main__":
    main()
