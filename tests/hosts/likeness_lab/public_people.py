"""Lays labelled photographs out of clones of three public repositories: a folder of photographs for each person, for `dev.py likeness`.

    python tests/hosts/likeness_lab/public_people.py CLONES FOLDER

CLONES holds a clone, bare or not, of each (its folder's name has the repository's in it): github.com/serengil/deepface, whose table tells
which of its photographs show one person; justadudewhohacks/face-api.js and ageitgey/face_recognition. People are numbers here, and
the photographs stay where they are laid: nothing of them belongs into a repository."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path, PurePosixPath

#: Photographs of one person by the letter that the person's number begins with: repository, folder there.
TABLE = ("deepface", "tests/unit/dataset", "face-recognition-pivot.csv")
FOLDERS = {"F": ("face-api.js", "examples/images"), "A": ("face_recognition", "examples/knn_examples/train")}
MORE = {
    "obama": ("obama1.jpg",),
    "alex_lacamoire": ("alex_lacamoire1.jpg",),
    "kit_harington": ("johnsnow_test1.jpg",),
}
PICTURES = (".jpg", ".jpeg", ".png")


def main(clones: Path, folder: Path) -> int:
    """SystemExit where a clone is missing."""
    people = {**_of_table(clones), **_of_folders(clones)}
    for name, photos in people.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number, (clone, file) in enumerate(photos):
            kept = folder / name / f"{number:02d}{PurePosixPath(file).suffix}"
            kept.write_bytes(_git(clone, "show", f"HEAD:{file}"))
    print(f"{sum(map(len, people.values()))} photographs of {len(people)} people in {folder}")
    return 0


def _of_table(clones: Path) -> dict[str, list[tuple[Path, str]]]:
    """People by what the table says of pairs."""
    name, folder, table = TABLE
    clone = _clone(clones, name)
    groups: list[set[str]] = []
    for row in csv.DictReader(_git(clone, "show", f"HEAD:{folder}/{table}").decode().splitlines()):
        if row["decision"] == "Yes":
            pair = {PurePosixPath(row[side]).name for side in ("file_x", "file_y")}
            joined = [group for group in groups if group & pair]
            groups = [group for group in groups if not group & pair] + [pair.union(*joined)]
    ordered = sorted(sorted(group, key=lambda one: (len(one), one)) for group in groups)
    return {
        f"D{number:02d}": [(clone, f"{folder}/{file}") for file in files]
        for number, files in enumerate(ordered, 1)
    }


def _of_folders(clones: Path) -> dict[str, list[tuple[Path, str]]]:
    """People who have a folder each."""
    found: dict[str, list[tuple[Path, str]]] = {}
    for letter, (name, folder) in FOLDERS.items():
        clone = _clone(clones, name)
        listed = _git(clone, "ls-tree", "-r", "--name-only", "HEAD", f"{folder}/").decode().splitlines()
        people: dict[str, list[tuple[Path, str]]] = {}
        for path in (PurePosixPath(line) for line in listed):
            if path.suffix in PICTURES and len(path.relative_to(folder).parts) == 2:
                people.setdefault(path.parent.name, []).append((clone, str(path)))
        for person, files in MORE.items() if letter == "A" else ():
            people[person] += [(clone, f"{PurePosixPath(folder).parent}/test/{file}") for file in files]
        found |= {f"{letter}{number:02d}": people[name] for number, name in enumerate(sorted(people), 1)}
    return found


def _clone(clones: Path, name: str) -> Path:
    """Its folder of git: of a clone, or of what holds one."""
    for each in sorted(clones.glob(f"*{name}*")):
        for git in (each, each / ".git", each / "repo"):
            if (git / "HEAD").is_file():
                return git
    raise SystemExit(f"{clones} has no clone of {name}.")


def _git(clone: Path, *words: str) -> bytes:
    return subprocess.run(["git", "--git-dir", str(clone), *words], check=True, capture_output=True).stdout


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), Path(sys.argv[2])))
