"""A trainer stays in its folder: what the rest of the product has to know of it, it says itself (`training/interface.py`)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from architecture.test_layers import ROOTS, product_files

ROOT = Path(__file__).resolve().parents[2]
BACKENDS = ROOT / "training" / "backends"
TRAINERS = sorted(file.parent.name for file in BACKENDS.glob("*/__init__.py"))
#: Who else may name one, and what for. Nobody names the trainer that came second; the next one needs no line here either.
ALSO = {
    "ai_toolkit": {
        "web/compose.py": "the trainer of production mode",
        "training/worker/setup_command.py": "what `boot.py setup` sets up where nothing is named",
        "web/services/storage/storage_meter.py": "how much disk it takes is a row of its own",
    },
    "fast_test": {
        "web/compose.py": "the trainer of practice mode",
        "generation/image/fast_test/__init__.py": "practice mode's way of making pictures has the same name",
    },
}


def named_in(file: Path) -> set[str]:
    """The names that Python code mentions: imported, or as a text of its own."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
        if isinstance(node, ast.ImportFrom):
            found |= {alias.name for alias in node.names} | set((node.module or "").split("."))
    return found


@pytest.mark.parametrize("trainer", TRAINERS)
def test_a_trainer_is_named_where_the_program_is_put_together_and_nowhere_else(trainer):
    others = [file for file in product_files() if not file.is_relative_to(BACKENDS / trainer)]
    naming = {file.relative_to(ROOT).as_posix() for file in others if trainer in named_in(file)}
    assert {"web/app.py", "training/worker/main.py"} <= naming, "one line in each"
    assert naming - ROOTS == ALSO.get(trainer, {}).keys()


@pytest.mark.parametrize("trainer", TRAINERS)
def test_the_panel_and_the_records_name_no_trainer(trainer):
    """Whole words: `fast_test` is a setting as well, and may stand in a longer one."""
    texts = [
        *(ROOT / "js").rglob("*.js"),
        *(ROOT / "core").rglob("*.toml"),
        *(ROOT / "workflows").rglob("*.json"),
    ]
    naming = [
        file for file in texts if re.search(rf"""["'`]{trainer}["'`]""", file.read_text(encoding="utf-8"))
    ]
    assert naming == []


def test_no_trainer_knows_another():
    for trainer in TRAINERS:
        named = {name for file in (BACKENDS / trainer).rglob("*.py") for name in named_in(file)}
        assert named & set(TRAINERS) <= {trainer}, trainer
