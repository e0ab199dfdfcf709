"""A copy of this pack that is one version ahead: every stored record, and every frozen document, has one more field."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: What the newer version calls its field. Its value is drawn anew for each record: one that was lost never comes back by chance.
LATER = "later"
_LEFT_OUT = (".git", "__pycache__", "docs", "node_modules", "benchmarks", "e2e", ".*")
_FIELD = "    later: str = Field(default_factory=lambda: secrets.token_hex(8))\n"
_FROZEN = {
    "training/interface.py": "ResolvedTraining",
    "training/captioning/interface.py": "Captioning",
}


def make(folder: Path) -> Path:
    """The copy, at `folder`."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*_LEFT_OUT), symlinks=True)
    base = folder / "core" / "records" / "base.py"
    text = base.read_text(encoding="utf-8")
    text = text.replace("import re\n", "import re\nimport secrets\n", 1)
    text = re.sub(r"^from pydantic import ", "from pydantic import Field, ", text, count=1, flags=re.M)
    allowed = '    model_config = ConfigDict(extra="allow")\n'
    assert text.count(allowed) == 1
    base.write_text(text.replace(allowed, f"{allowed}\n{_FIELD}"), encoding="utf-8")
    for name, record in _FROZEN.items():
        file = folder / name
        text = file.read_text(encoding="utf-8")
        changed = re.sub(
            rf"(class {record}:\n.*?)(\n    def to_json)",
            r'\1    later: str = "later"\n\2',
            text,
            count=1,
            flags=re.S,
        )
        assert changed != text
        file.write_text(changed, encoding="utf-8")
    return folder
