"""The main job over HTTP, the way the panel does it: character, photos, training, proof, picture. Standard library only."""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: A test host's certificate is its own.
UNCHECKED = ssl._create_unverified_context()
ENDED = ("completed", "failed", "cancelled")
#: Between two looks: hundreds of tests wait for a server's start, which takes a tenth of a second.
LOOK_S = 0.03


class ApiError(RuntimeError):
    """An error answer: `status` and the envelope's `error`."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(f"{status} {error.get('code')}: {error.get('message')} {error.get('hint')}")
        self.status = status
        self.error = error


@dataclass
class Api:
    """Isengard's HTTP API at `url`; every change carries `correlation_id`."""

    url: str
    correlation_id: str = "journey"
    headers: dict[str, str] = field(default_factory=dict)

    def call(
        self, method: str, path: str, body: Any = None, *, data: bytes | None = None, kind: str = ""
    ) -> Any:
        headers = {"X-Isengard": "1", "X-Correlation-ID": self.correlation_id, **self.headers}
        if body is not None:
            data, kind = json.dumps(body).encode(), "application/json"
        if kind:
            headers["Content-Type"] = kind
        request = urllib.request.Request(
            f"{self.url}/isengard{path}", data=data, method=method, headers=headers
        )
        try:
            with urllib.request.urlopen(request, timeout=60, context=UNCHECKED) as response:
                content = response.read()
                json_type = "json" in response.headers.get("Content-Type", "")
                return json.loads(content) if json_type else content
        except urllib.error.HTTPError as refusal:
            raise ApiError(refusal.code, _error_of(refusal.read())) from refusal

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, {} if body is None else body)

    def patch(self, path: str, body: Any) -> Any:
        return self.call("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self.call("DELETE", path)

    def person(self, photos: Iterable[Path], name: str = "Ann Example", **more: Any) -> Any:
        """Somebody with these photos."""
        made = self.post("/characters", {"name": name, "consent": True, **more})
        for photo in photos:
            self.upload(made["id"], photo)
        return made

    def upload(self, character_id: str, file: Path, name: str | None = None) -> Any:
        """One photo as the panel sends it."""
        return self.upload_all(character_id, {name or file.name: file})

    def upload_all(self, character_id: str, files: dict[str, Path]) -> Any:
        """Several in one request, by their names."""
        boundary = uuid.uuid4().hex
        data = b""
        for name, file in files.items():
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="photo"; filename="{name}"\r\n\r\n'
            data += head.encode() + file.read_bytes() + b"\r\n"
        path = f"/characters/{character_id}/photos"
        data += f"--{boundary}--\r\n".encode()
        return self.call("POST", path, data=data, kind=f"multipart/form-data; boundary={boundary}")

    def from_picture(self, order: Any, **files: bytes) -> Any:
        """Pictures that start from another one; `picture` and `mask` are sent along."""
        boundary, data = uuid.uuid4().hex, b""
        for name, content in {"order": json.dumps(order).encode(), **files}.items():
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'
            data += head.encode() + content + b"\r\n"
        data += f"--{boundary}--\r\n".encode()
        kind = f"multipart/form-data; boundary={boundary}"
        return self.call("POST", "/generations/from-picture", data=data, kind=kind)

    def wait_until_ready(self, timeout_s: float = 60) -> dict[str, Any]:
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                return self.get("/health")
            except (ApiError, OSError) as fault:
                if time.monotonic() > deadline or (
                    isinstance(fault, ApiError) and fault.error.get("code") != "starting"
                ):
                    raise
                time.sleep(LOOK_S)

    def wait_for(self, path: str, timeout_s: float, states: tuple[str, ...] = ENDED) -> dict[str, Any]:
        """The job or generation once its state is one of `states`."""
        deadline = time.monotonic() + timeout_s
        while True:
            thing = self.get(path)
            if thing["state"] in states:
                return thing
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"{path} is still {thing['state']} after {timeout_s} s: {thing.get('progress')}"
                )
            time.sleep(LOOK_S)


def _error_of(content: bytes) -> dict[str, Any]:
    try:
        return json.loads(content)["error"]
    except (ValueError, KeyError, TypeError):
        return {"code": "no_envelope", "message": content[:300].decode(errors="replace"), "hint": ""}


@dataclass(frozen=True)
class Journey:
    """What came of it; `lora` and `images` are files."""

    character: dict[str, Any]
    job: dict[str, Any]
    version: dict[str, Any]
    generation: dict[str, Any]
    lora: Path
    images: list[Path]


def travel(
    api: Api,
    data: Path,
    photos: list[Path],
    *,
    training: dict[str, Any],
    picture: dict[str, Any],
    name: str = "Ann Example",
    trigger_word: str | None = None,
    timeout_s: float = 120,
) -> Journey:
    """From photos to a picture; AssertionError or ApiError where the main job does not work.

    Without `trigger_word` the character gets one of its own, another one every time.
    """
    chosen = {"trigger_word": trigger_word} if trigger_word else {}
    character = api.person(photos, name, **chosen)
    check = api.post("/training/preflight", {"character_id": character["id"], **training})
    assert check["ok"], check["findings"]
    job = api.post("/training/jobs", {"character_id": character["id"], **training})
    job = api.wait_for(f"/training/jobs/{job['id']}", timeout_s)
    assert job["state"] == "completed", job["error"]
    version = api.get(f"/characters/{character['id']}/versions")["items"][-1]
    request = {"characters": [{"id": character["id"]}], "prompt": "portrait photo of {trigger}", **picture}
    generation = api.post("/generations", request)
    generation = api.wait_for(f"/generations/{generation['id']}", timeout_s)
    assert generation["state"] == "completed", generation["error"]
    images = [data / "outputs" / generation["id"] / image["file"] for image in generation["images"]]
    lora = data / "models" / version["file"]
    missing = [file for file in (lora, *images) if not file.is_file()]
    assert not missing, f"not on disk: {missing}"
    return Journey(character, job, version, generation, lora, images)


def wait_for_proof(api: Api, character_id: str, timeout_s: float = 60) -> dict[str, Any]:
    """The newest version once its picture proof is no longer pending."""
    deadline = time.monotonic() + timeout_s
    while True:
        version = api.get(f"/characters/{character_id}/versions")["items"][-1]
        if version["proof"]["image"] != "pending":
            return version
        if time.monotonic() > deadline:
            raise TimeoutError(f"the picture proof is still pending after {timeout_s} s")
        time.sleep(LOOK_S)
