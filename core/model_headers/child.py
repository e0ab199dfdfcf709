"""The reading child: JSON lines in, JSON lines out. Run as `python -I <absolute path>/child.py`; must not import the package.

First line out: {"ready": true}. Request {file}: a path of ComfyUI's. Answer {shapes, quantised, metadata} of a whole
safetensors file, {} (of a GGUF {quantised}) for another kind of file that looks whole, or {fault}: why it is not.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

#: Address space of this process: a header that needs more is refused by the operating system.
MAX_MEMORY_BYTES = 1024**3
_BEGINNING = 512
#: What a model says of itself; training notes and thumbnails in the metadata are much longer.
_ABOUT, _ABOUT_LENGTH = "modelspec.", 1000


def _sibling(name: str) -> Any:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.py")  # noqa: PTH100, PTH118, PTH120
    spec = importlib.util.spec_from_file_location(f"isengard_model_{name}", path)
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))


def _look(path: Path, header: Any, quantised: Any) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            fault = _other_than_a_model(stream.read(_BEGINNING))
        if fault:
            return {"fault": fault}
        if not header.is_safetensors(path):
            return _archive(path)
        described = header.read(path, header.BASE)
        shapes = quantised.logical_shapes(path, described)
        kind = quantised.quantisation(path, described)
        return {"shapes": shapes, "quantised": kind, "metadata": _about(described.metadata)}
    except header.NotWhole as fault_found:
        return {"fault": fault_found.text, "values": fault_found.values}
    except OSError as refused:
        reason = refused.strerror or str(refused)
        return {"fault": "it cannot be opened ({reason})", "values": {"reason": reason}}
    except MemoryError:
        return {"fault": "its header is too large to be read"}


def _other_than_a_model(beginning: bytes) -> str:
    """What often lies under a model's name and is not one."""
    if not beginning:
        return "it is empty"
    if beginning.startswith(b"version https://git-lfs"):
        return "it is a Git LFS pointer; the model itself was not downloaded"
    if beginning.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        return "it is a web page, such as a site's login or error page"
    return ""


def _about(metadata: dict[str, str]) -> dict[str, str]:
    return {key: text[:_ABOUT_LENGTH] for key, text in metadata.items() if key.startswith(_ABOUT)}


def _archive(path: Path) -> dict[str, Any]:
    """PyTorch's own files are ZIPs, whose directory stands at the end; they are never opened further."""
    with path.open("rb") as stream:
        magic = stream.read(4)
        cut = magic == b"PK\x03\x04" and not zipfile.is_zipfile(stream)
    if magic == b"GGUF":
        return {"quantised": "GGUF"}
    return {"fault": "it ends too early"} if cut else {}


def main() -> None:
    _limit_memory()
    header, quantised = _sibling("header"), _sibling("quantised")
    out = sys.stdout
    out.write('{"ready": true}\n')
    out.flush()
    for line in sys.stdin:
        out.write(json.dumps(_look(Path(json.loads(line)["file"]), header, quantised)) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
