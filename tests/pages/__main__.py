"""`python tests/pages` with the host environment's Python: writes every page and says which changed."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    sys.path.insert(0, str(ROOT / "tests"))
    spec = importlib.util.spec_from_file_location("isengard_boot", ROOT / "boot.py")
    boot = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(boot)
    boot.load()
    from pages import PAGES

    for name, render in PAGES.items():
        file, text = ROOT / name, render()
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            print(f"[pages] wrote {name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
