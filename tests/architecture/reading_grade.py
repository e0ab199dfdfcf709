"""`python tests/architecture/reading_grade.py REVISION ...`: how hard the panel's and the server's English is to read, by public formulas, at each revision.

Needs `pip install textstat==0.7.4` (newer ones download a dictionary). Judged are the sentences among the words, those that end
with a full stop, as one text; a gap counts as one short word. Labels are counted, and left out: the formulas are made for sentences.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_WORDS = re.compile(r'^\s*[A-Za-z_]\w*: "((?:[^"\\]|\\.)*)",?$', re.MULTILINE)
_GAP = re.compile(r"\{\w+\}")


def main(revisions: list[str]) -> None:
    """Print a row for each revision."""
    import textstat

    print("revision | strings | sentences | words a sentence | Flesch-Kincaid grade | Flesch reading ease")
    for revision in revisions:
        for name, texts in (("panel", panel_words(revision)), ("server", server_words(revision))):
            sentences = [
                _GAP.sub("it", text) for text in texts if text.endswith((".", "?", "!")) and " " in text
            ]
            if not sentences:
                continue
            whole = " ".join(sentences)
            counted = textstat.sentence_count(whole)
            ratios = (
                textstat.lexicon_count(whole) / counted,
                textstat.flesch_kincaid_grade(whole),
                textstat.flesch_reading_ease(whole),
            )
            print(
                f"{revision}, {name} | {len(texts)} | {counted} | {' | '.join(f'{ratio:.1f}' for ratio in ratios)}"
            )


def panel_words(revision: str) -> list[str]:
    """The panel's English strings as that revision had them."""
    listed = _git("ls-tree", "-r", "--name-only", revision, "js/locales").splitlines()
    files = [name for name in listed if Path(name).name.startswith("en") and name.endswith(".js")]
    return [word for name in files for word in _WORDS.findall(_git("show", f"{revision}:{name}"))]


def server_words(revision: str) -> list[str]:
    """The server's sentences; none where they stood in its code alone."""
    file = "locales/en/server.json"
    there = _git("ls-tree", "-r", "--name-only", revision, file)
    return list(json.loads(_git("show", f"{revision}:{file}"))) if there else []


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main(sys.argv[1:] or ["HEAD"])
