"""File and function sizes, and the constructs we never use (STYLE section 9)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 40
FORBIDDEN_NAMES = {"manager", "helper", "helpers", "utils", "util", "common", "misc"}
#: The places that may catch everything: the worker's loop, the HTTP middleware, the loops that begin again, the boundary of plugins.
CATCH_ALL = {"core/plugins.py", "training/worker/worker.py", "web/http/errors.py", "core/loops.py"}
PRINTS = {"install.py", "dev.py", "training/doctor/doctor.py", "training/backends/fast_test/trainer.py"}
#: A docstring that begins with one of these says nothing when it stands alone after a search.
RIDDLES = {"what", "those", "where", "it", "they", "who", "whose", "one", "of"}


def files(*patterns: str) -> list[Path]:
    ignored = {"node_modules", "__pycache__", ".git"}
    found = [file for pattern in patterns for file in ROOT.rglob(pattern)]
    return sorted(file for file in found if not ignored & set(file.relative_to(ROOT).parts))


def test_no_file_is_too_long():
    long = {
        file.relative_to(ROOT).as_posix(): lines
        for file in files("*.py", "*.js", "*.mjs", "*.css")
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > MAX_FILE_LINES
    }
    assert not long, long


def test_no_function_is_too_long():
    long = []
    for file in files("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    long.append(f"{file.relative_to(ROOT)}:{node.lineno} {node.name} has {lines} lines")
    assert not long, "\n".join(long)


def test_public_docstrings_begin_with_a_verb_or_a_noun():
    wrong = []
    for file in product_python():
        name = file.relative_to(ROOT)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                words = (ast.get_docstring(node) or "").split()
                if not node.name.startswith("_") and words and words[0].strip(".,:;").lower() in RIDDLES:
                    wrong.append(f"{name.as_posix()}:{node.lineno} {node.name}: {' '.join(words[:8])}")
    assert not wrong, "\n".join(wrong)


def test_files_are_named_for_what_they_hold():
    assert not [file.name for file in files("*.py", "*.js") if file.stem in FORBIDDEN_NAMES]


def test_no_forbidden_constructs():
    wrong = []
    for file in product_python():
        name = file.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if problem := _problem(node, name):
                wrong.append(f"{name}:{node.lineno} {problem}")
    assert not wrong, "\n".join(wrong)


def product_python() -> list[Path]:
    return [file for file in files("*.py") if file.relative_to(ROOT).parts[0] != "tests"]


def _problem(node: ast.AST, file: str) -> str:
    if isinstance(node, ast.ExceptHandler):
        broad = node.type is None or _names_everything(node.type)
        reraises = any(isinstance(child, ast.Raise) for child in ast.walk(node))
        if broad and file not in CATCH_ALL and not reraises:
            return "catches everything"
        if len(node.body) == 1 and isinstance(node.body[0], ast.Pass):
            return "swallows an error"
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple) and _names_everything(node.value):
        return "gives everything that can be raised a name of its own"
    if isinstance(node, ast.Call):
        call = ast.unparse(node.func)
        if call in ("eval", "exec", "torch.load", "yaml.load", "os.system") or call.startswith("pickle."):
            return f"calls {call}"
        if call == "asyncio.to_thread":
            return "waits in ComfyUI's own threads (core/executor.py has ours)"
        if call == "print" and file not in PRINTS:
            return "prints"
        if any(word.arg == "shell" and getattr(word.value, "value", False) for word in node.keywords):
            return "uses a shell"
    return ""


def _names_everything(kinds: ast.expr) -> bool:
    """Whether an except clause with this type, or one of these types, catches every fault."""
    each = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]
    return any(isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException") for kind in each)


def test_python_files_hold_cp1252_text_only():
    """comfy-test's rule: Windows consoles and editors of users still assume this code page."""
    wrong = []
    for file in product_python():
        try:
            file.read_text(encoding="utf-8").encode("cp1252")
        except UnicodeEncodeError as fault:
            wrong.append(f"{file.relative_to(ROOT)}: {fault.object[fault.start]!r}")
    assert not wrong, "\n".join(wrong)


def test_javascript_never_parses_text_as_html():
    pattern = re.compile(
        r"\.(?:inner|outer)HTML\s*[+]?=|insertAdjacentHTML|document\.write|\beval\(|new Function\("
    )
    wrong = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in files("*.js")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_path_of_a_developers_machine():
    pattern = re.compile(r"(?<![\w.])/(?:home|Users|root|work)/[a-z]\w*|[A-Z]:\\\\Users\\\\[a-z]")
    own = Path(__file__).name
    wrong = [
        f"{file.relative_to(ROOT)}:{number} {line.strip()[:80]}"
        for file in files("*.py", "*.js", "*.json", "*.toml", "*.md")
        if file.name not in (own, "test_redaction.py", "test_logs.py")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not wrong, "\n".join(wrong)
