"""What no panel sends: numbers, bytes and addresses that are none. Each is refused in our words; none is a fault of ours."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import time
import urllib.error
import urllib.request
import zlib

import pytest
from hosts.journey import ApiError
from support.bad_recipes import PORTRAIT
from support.pictures import drawing
from support.soon import until

BIG = "9" * 5000
PART = "--B\r\nContent-Disposition: form-data; name=photo; filename=a.jpg\r\n"


@pytest.fixture
def ask(server):
    def ask(method, path, data=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        sent = {"X-Isengard": "1", "X-Correlation-ID": "odd-1", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, f"/isengard{path}", data, sent)
        answer = connection.getresponse()
        content = answer.read()
        told = json.loads(content)["error"] if answer.status >= 400 and content else {}
        assert answer.headers["X-Correlation-ID"] == "odd-1"
        assert not told or (told["hint"] and told["correlation_id"] == "odd-1")
        return answer.status, told.get("code", ""), answer.headers

    return ask


def test_numbers_that_are_none(ask, server, api):
    epoch = server.services.ledger.epoch
    for path, code in (
        (f"/characters?limit={BIG}", "bad_limit"),
        (f"/logs?limit={BIG}", "bad_number"),
        (f"/training/presets?photos={BIG}", "bad_number"),
        ("/training/presets?photos=501", "bad_number"),
        ("/generations?limit=", "bad_limit"),
        ("/generations?limit=201", "bad_limit"),
        ("/generations?purpose=", "bad_purpose"),
        ("/training/jobs?state=queued,asleep", "bad_state"),
        ("/training/jobs?limit=0", "bad_limit"),
        ("/training/jobs/job_00000000000000000000000000/log?tail=5001", "bad_number"),
        ("/logs?service=nobody", "bad_service"),
        ("/training/presets?family=none", "family_unknown"),
        ("/characters?deleted=yes", "bad_query"),
    ):
        assert ask("GET", path)[:2] == (400, code)
    with http_stream(server, f"/events?since={epoch}-{BIG}") as stream:
        assert [stream.readline() for _ in range(2)][1] == b"event: reset\n"
    character = api.post("/characters", {"name": "Ann"})
    assert api.patch(f"/characters/{character['id']}", {"class_word": ""})["class_word"] == "person"


def http_stream(server, path):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", f"/isengard{path}")
    return connection.getresponse()


def test_bytes_that_are_none(ask, api, server):
    person = f"/characters/{api.post('/characters', {'name': 'Ann'})['id']}/photos"
    form = {"Content_Type": "multipart/form-data; boundary=B"}
    deep = '{"a":' + "[" * 900 + "]" * 900 + "}"
    assert ask("POST", "/characters", b"{}", Content_Encoding="gzip")[:2] == (415, "content_encoding")
    assert ask("POST", person, b"--B\r\nno header\r\n\r\nx\r\n--B--", **form)[:2] == (400, "bad_multipart")
    long_header = f"{PART}X: {'a' * 100_000}\r\n\r\nx\r\n--B--"
    assert ask("POST", person, long_header, **form)[:2] == (400, "bad_multipart")
    assert ask("POST", person, b"x", Content_Encoding="gzip", **form)[:2] == (415, "content_encoding")
    assert ask("POST", "/session", r'{"token": "\ud800"}')[:2] == (401, "token_wrong")
    assert ask("POST", "/characters", b"{}", Origin="http://[::1")[:2] == (403, "cross_site")
    assert ask("PATCH", "/settings", r'{"\ud800": "x"}')[:2] == (400, "setting_not_editable")
    half = json.dumps({"message": "\ud800", "context": 1})
    assert ask("POST", "/logs", f'{{"lines": [{half.replace("1", deep)}]}}')[0] == 204
    assert list(server.services.paths.tmp.iterdir()) == []


def test_half_a_character_is_refused_in_every_field(ask, api):
    ann = f"/characters/{api.post('/characters', {'name': 'Ann'})['id']}"
    assert ask("PATCH", ann, r'{"cover_photo_id": "\ud800"}')[:2] == (400, "bad_request")
    assert ask("POST", "/generations", r'{"recipe": "x", "characters": [{"id": "\ud800"}], "prompt": ""}')[
        :2
    ] == (
        400,
        "bad_request",
    )
    assert ask("POST", "/training/jobs", r'{"character_id": "\ud800"}')[:2] == (400, "bad_request")
    assert ask("POST", f"{ann}/versions/pick", r'{"file": "\ud800"}')[:2] == (400, "bad_request")


@pytest.mark.parametrize("value", ["NaN", "[NaN]", "-Infinity", "1e999", r'"\ud83d"'])
def test_a_workflow_as_comfyui_writes_it_into_its_pictures_is_taken(ask, server, value):
    graph = json.dumps(PORTRAIT).replace(
        '"class_type": "KSampler"', f'"class_type": "KSampler", "is_changed": {value}'
    )
    assert value in graph
    assert ask("POST", "/recipes", f'{{"name": "Noted", "graph": {graph}}}')[0] == 201
    half = graph.replace('"Request"', r'"\ud83d"')
    assert ask("POST", "/recipes", f'{{"name": "Half", "graph": {half}}}')[:2] == (400, "recipe_invalid")
    assert sorted(file.name for file in server.services.paths.recipes.iterdir()) == ["noted.json", "noted.md"]


def test_photos_before_an_upload_broke_off_are_told(ask, api, server, tmp_path):
    ann, file = api.post("/characters", {"name": "Ann"}), tmp_path / "a.jpg"
    drawing(1).save(file)
    body = f"{PART}\r\n".encode() + file.read_bytes() + f"\r\n{PART}\r\nhalf".encode()
    before, form = server.services.ledger.last_seq(), {"Content_Type": "multipart/form-data; boundary=B"}
    assert ask("POST", f"/characters/{ann['id']}/photos", body, **form)[:2] == (400, "bad_multipart")
    assert api.get(f"/characters/{ann['id']}")["photo_count"] == 1
    told = [event.data["change"] for event in server.services.ledger.events_after(before)]
    assert told == ["photos"]


def test_uploads_without_a_type_or_a_body_are_refused_in_words(api, server):
    person = f"/characters/{api.post('/characters', {'name': 'Ann'})['id']}/photos"
    for path in (person, "/characters/import"):
        for kind in (None, "multipart/form-data", "multipart/form-data; boundary="):
            for body in (None, b"", b"x"):
                status, code = bare(server, path, body, kind)
                assert (status, code) in ((415, "content_type"), (400, "bad_multipart")), (path, kind, body)


def bare(server, path, body, kind):
    """Without the headers that http.client adds by itself."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request(
        "POST", f"/isengard{path}", body, {"X-Isengard": "1"} | ({"Content-Type": kind} if kind else {})
    )
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())["error"]["code"]


def test_a_compressed_gigabyte_is_refused_and_never_unpacked(api, server):
    person = api.post("/characters", {"name": "Ann"})["id"]
    packer = zlib.compressobj(9, wbits=31)
    first, again = (packer.compress(bytes(16 * 1024**2)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in "ab")
    bomb = first + 63 * again
    used = time.process_time()  # the server is in this process
    for path, kind in (
        ("/characters", "application/json"),
        (f"/characters/{person}/photos", "multipart/form-data; boundary=B"),
    ):
        head = f"POST /isengard{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Isengard: 1\r\nContent-Type: {kind}"
        head += f"\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", server.port), 10) as line:
            line.sendall(head.encode())
            answer = line.recv(4096)
            assert b" 415 " in answer and b"content_encoding" in answer
            with contextlib.suppress(ConnectionError):
                line.sendall(bomb)
                assert line.recv(10) == b""
    assert time.process_time() - used < 0.5


def test_a_body_that_does_not_come_is_not_waited_for(api, server, monkeypatch):
    from isengard.web.http import pace

    monkeypatch.setattr(pace, "PATIENCE_S", 0.3)
    person = api.post("/characters", {"name": "Ann"})["id"]
    began = time.monotonic()
    for path, kind, body in (
        ("/characters", "application/json", '{"name":'),
        (f"/characters/{person}/photos", "multipart/form-data; boundary=B", PART),
        (f"/characters/{person}/photos", "multipart/form-data; boundary=B", f"{PART}\r\nhalf of it"),
    ):
        head = f"POST /isengard{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Isengard: 1\r\nContent-Type: {kind}"
        with socket.create_connection(("127.0.0.1", server.port), 10) as line:
            line.sendall(f"{head}\r\nContent-Length: 5000\r\n\r\n{body}".encode())
            answer = line.recv(4096)
            assert b" 408 " in answer and b"body_slow" in answer
    assert time.monotonic() - began < 5
    assert list(server.services.paths.tmp.iterdir()) == []


def test_addresses_that_are_none(ask):
    assert ask("GET", "/nope")[:2] == (404, "route_unknown")
    status, code, headers = ask("PUT", "/characters", b"{}")
    assert (status, code, headers["Allow"]) == (405, "method_not_allowed", "GET, POST")
    assert ask("HEAD", "/health")[0] == 200


def test_settings_are_all_written_or_none_and_never_bar_the_next_start(ask, api, server, monkeypatch):
    monkeypatch.delenv("ISENGARD_MODE")
    before = {item["name"]: item["value"] for item in api.get("/settings")["items"]}
    for token in ("\\u0000", "\\ud800", "two words", "\\u00fc"):
        body = f'{{"log_level": "ERROR", "hf_token": "{token}"}}'
        assert ask("PATCH", "/settings", body)[:2] == (400, "bad_setting"), token
    assert ask("PATCH", "/settings", '{"log_level": "ERROR", "language": "x"}')[:2] == (400, "bad_setting")
    assert {item["name"]: item["value"] for item in api.get("/settings")["items"]} == before
    server.services.paths.settings_file.write_text("mode = [broken")
    assert api.get("/diagnostics")[:2] == b"PK"


def test_what_is_no_training_is_neither_continued_nor_made_smaller(ask, api, server):
    job = api.post("/training/backends/ai_toolkit/setup", {"action": "check"})
    server.services.ledger.order(job["id"], "cancel")
    path = f"/training/jobs/{job['id']}"
    until(lambda: api.get(path)["state"] == "cancelled")
    assert ask("POST", f"{path}/continue", b'{"steps": 5}')[:2] == (409, "not_a_training")
    assert ask("POST", f"{path}/continue", b'{"steps": 0}')[:2] == (400, "bad_request")
    assert ask("POST", f"{path}/retry", b'{"smaller": true}')[:2] == (409, "not_a_training")


def test_a_page_that_is_closed_puts_no_traceback_on_comfyuis_console(server, api, caplog):
    """Each reload of the panel did, and each upload that was broken off."""
    stream = socket.create_connection(("127.0.0.1", server.port))
    stream.sendall(b"GET /isengard/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert b"200 OK" in stream.recv(100)
    half = socket.create_connection(("127.0.0.1", server.port))
    kind = "X-Isengard: 1\r\nContent-Type: application/json\r\nContent-Length: 9"
    half.sendall(f"POST /isengard/characters HTTP/1.1\r\nHost: 127.0.0.1\r\n{kind}\r\n\r\n{{".encode())
    for connection in (half, stream):
        connection.close()
    for _ in range(4):
        api.post("/characters", {"name": "Ann"})
        time.sleep(0.15)
    assert not [record for record in caplog.records if record.name == "aiohttp.server"]


def test_a_data_folder_that_is_gone_takes_nothing_in_and_says_so(server, api, tmp_path, capfd):
    """People were "created" in a file that nobody would find again, other routes were faults of ours."""
    ann = api.post("/characters", {"name": "Ann"})["id"]
    server.services.paths.root.rename(tmp_path / "unplugged")
    asked = [
        ("GET", "/health", None),
        ("POST", "/characters", {"name": "Ben"}),
        ("PATCH", f"/characters/{ann}", {"notes": "x"}),
        ("DELETE", f"/characters/{ann}", None),
        ("POST", "/characters/sample", {}),
        ("GET", f"/characters/{ann}/export", None),
        ("PATCH", "/settings", {"language": "en"}),
        ("GET", "/diagnostics", None),
    ]
    for method, path, body in asked:
        with pytest.raises(ApiError) as caught:
            api.call(method, path, body)
        assert (caught.value.status, caught.value.error["code"]) == (507, "data_folder_gone"), path
    told = [line for line in capfd.readouterr().err.splitlines() if "its log cannot be written" in line]
    assert len(told) <= 1


def test_a_path_that_is_written_out_refuses_other_methods_whatever_is_sent(server):
    """PATCH /characters/import is no change of a person called so; its body's type was looked at first (415)."""
    request = urllib.request.Request(
        f"{server.url}/isengard/characters/import",
        b"--x--\r\n",
        {"X-Isengard": "1", "Content-Type": "multipart/form-data; boundary=x"},
        method="PATCH",
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 405 and "POST" in refused.value.headers["Allow"]
