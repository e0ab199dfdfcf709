"""ComfyUI is asked past any proxy and with TLS as it has it, by the worker, by forgetting, and by pictures alike."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psutil
import pytest
from hosts.authority import Authority
from isengard.core.comfyui_http import ask, checks_certificate, on_this_machine
from isengard.core.errors import NotReadyError
from isengard.generation.image.comfy_client import ComfyClient
from isengard.training.gpu.comfyui_memory import free_comfyui
from support.web_server import WebServer

NOWHERE = "http://127.0.0.1:9"
OTHERS = "prompt of somebody else"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """Its certificate names `localhost`: never the 127.0.0.1 that ComfyUI is asked at."""
    return Authority(tmp_path_factory.mktemp("authority"))


class Answers(BaseHTTPRequestHandler):
    """The routes of ComfyUI that are asked outside of making pictures."""

    history: dict = {}

    def _answer(self, value: object) -> None:
        content = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self):
        self.server.asked.append((self.path, None, self.headers.get("Authorization")))
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "/history")
            self.end_headers()
            return
        self._answer(
            {"queue_running": [], "queue_pending": []} if self.path == "/queue" else self.server.history
        )

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, body, self.headers.get("Authorization")))
        self._answer({})

    def log_message(self, *_):
        return


@pytest.fixture(params=["http", "https"])
def comfyui(request, authority, monkeypatch):
    """On this machine, with a certificate of its own; the environment names a proxy that is not there."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, NOWHERE)
    monkeypatch.delenv("no_proxy", raising=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    if request.param == "https":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority.certificate, authority.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.asked, server.history = [], {}
    server.url = f"{request.param}://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_worker_frees_its_memory(comfyui, paths):
    (paths.run / "server.json").write_text(json.dumps({"url": comfyui.url, "pid": 1, "boot_id": "b"}))
    assert free_comfyui(paths)
    assert comfyui.asked == [("/free", {"unload_models": True, "free_memory": True}, None)]


def test_a_worker_opens_a_guarded_one_with_the_token_of_the_owner(comfyui, paths, monkeypatch):
    monkeypatch.setenv("ISENGARD_GUARD_COMFYUI", "1")
    paths.secrets_file.write_text('token = "of-the-owner-alone"\n')
    (paths.run / "server.json").write_text(json.dumps({"url": comfyui.url, "pid": 1, "boot_id": "b"}))
    assert free_comfyui(paths)
    assert [sent for _, _, sent in comfyui.asked] == ["Bearer of-the-owner-alone"]


def test_pictures_ask_it_too(comfyui):
    async def scenario():
        client = ComfyClient(lambda: comfyui.url, lambda _: "ours")
        try:
            await client.free()
        finally:
            await client.close()

    asyncio.run(scenario())
    assert [(path, sent) for path, _, sent in comfyui.asked] == [("/free", "Bearer ours")]


def test_forgetting_reaches_its_history(comfyui, tmp_path):
    """Of the ComfyUI that makes the pictures; our own token is not for it."""
    environment = {
        "ISENGARD_MODE": "fast-test",
        "COMFYUI_URL": comfyui.url,
        "ISENGARD_TOKEN": "for-us-alone-123",
    }
    server = WebServer(tmp_path, environment=environment)
    try:
        while server.services is None:
            threading.Event().wait(0.05)
        ann = server.services.characters.create(draft())
        comfyui.history = {"a": {"prompt": f"photo of {ann.trigger_word}"}, "b": {"prompt": OTHERS}}
        asyncio.run(server.services.forgetting.forget(ann.id))
    finally:
        server.close()
    memory = ("/free", {"unload_models": True, "free_memory": True}, None)
    assert [asked for asked in comfyui.asked if asked[0] in ("/history", "/free")][-2:] == [
        ("/history", {"delete": ["a"]}, None),
        memory,
    ]


def draft():
    from isengard.core.records.character import CharacterDraft

    return CharacterDraft(name="Ann", trigger_word="annqvx")


def test_a_redirect_is_not_followed_and_rubbish_is_no_answer(comfyui):
    with pytest.raises(NotReadyError) as caught:
        ask("GET", f"{comfyui.url}/away", token="ours")
    assert caught.value.code == "comfyui_unreachable" and len(comfyui.asked) == 1
    with pytest.raises(NotReadyError):
        ask("GET", f"{comfyui.url.replace('https', 'http')}:1/away")


def test_a_certificate_is_checked_on_every_other_machine():
    own = [
        entry.address
        for entries in psutil.net_if_addrs().values()
        for entry in entries
        if "." in entry.address
    ]
    assert own and all(on_this_machine(address) for address in [*own, "localhost", "127.8.8.8", "::1"])
    for host in ("192.0.2.7", "comfyui.example", "localhost.example", "2001:db8::1", ""):
        assert not on_this_machine(host)
    assert checks_certificate("https://comfyui.example:8188") and not checks_certificate("https://[::1]:8188")
