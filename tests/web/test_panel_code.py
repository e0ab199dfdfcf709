"""The panel's code in one answer: that it does what the modules do, who gets it, and when a browser fetches it anew."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hosts.journey import Api
from hosts.node_tools import node
from isengard.core.errors import NotReadyError
from isengard.web.panel_code.joining import joined
from isengard.web.panel_code.panel_code import SHEETS, PanelCode
from support.fetched import fetched
from support.web_server import ROOT, WebServer

JS, EXTENSION = ROOT / "js", ROOT / "extension"
CODE = "/isengard/panel.js"
SAY = """import { installDocument } from "./fake_dom.mjs";
installDocument();
await import(process.argv[2]);
const said = (value) => (typeof value === "function" ? String(value) : JSON.stringify(value));
const of = (module) => Object.fromEntries(Object.entries(module).map(([name, value]) => [name, said(value)]).sort());
console.log(JSON.stringify([Object.entries(globalThis.all).map(([name, module]) => [name, of(module)]), await globalThis.sheet]));
"""


def sources(folder: Path = JS) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8") for file in folder.rglob("*.js")
    }


def test_the_joined_modules_are_the_modules(tmp_path):
    """By the names and texts of all they export."""
    modules = sources()
    names = [name for name in sorted(modules) if name not in ("isengard.js", SHEETS)]
    imports = "".join(f'import * as m{number} from "./{name}";\n' for number, name in enumerate(names))
    pairs = ", ".join(f'"{name}": m{number}' for number, name in enumerate(names))
    probe = f'import {{ sheetText }} from "./{SHEETS}";\n{imports}globalThis.all = {{ {pairs} }};\n'
    files, answer = tmp_path / "js", tmp_path / "panel.js"
    shutil.copytree(JS, files)
    (files / "probe.js").write_text(probe, encoding="utf-8")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    sheet = 'globalThis.sheet = sheetText("panel");\n'
    answer.write_text(
        joined({**PanelCode().sources(), "probe.js": probe + sheet}, "probe.js"), encoding="utf-8"
    )
    shutil.copyfile(ROOT / "tests" / "js" / "fake_dom.mjs", tmp_path / "fake_dom.mjs")
    (tmp_path / "say.mjs").write_text(SAY)
    (apart, _), (one, css) = (_said(tmp_path, file) for file in (files / "probe.js", answer))
    assert one == apart and len(one) > 100
    assert css == (JS / "styles" / "panel.css").read_text(encoding="utf-8")


def _said(folder: Path, file: Path) -> list:
    command = [node(), "say.mjs", file.as_uri()]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "line",
    [
        "export let n = 1;",
        "export { n };",
        'export * from "./b.js";',
        'import "./b.js";',
        "import {",
        'import b, { n } from "./b.js";',
        'import { n } from "./c.js";',
        'import { app } from "../../scripts/app.js";',
        "const isengardModule = 1;",
    ],
)
def test_what_could_not_be_joined_is_refused(line):
    with pytest.raises(ValueError, match=r"a\.js"):
        joined({"a.js": f"{line}\n", "b.js": "export const n = 1;\n"}, "a.js")


def test_comfyui_imports_one_small_file_and_nothing_is_fetched_in_a_row_after_it():
    """ComfyUI imports every script of the folder anew at each load of its page."""
    assert [file.name for file in EXTENSION.rglob("*.js")] == ["isengard.js"]
    text = (EXTENSION / "isengard.js").read_text(encoding="utf-8")
    assert re.findall(r'^import "([^"]+)";$', text, re.MULTILINE) == [f"../../api{CODE}"]
    code = re.sub(r"/\*.*?\*/", "", PanelCode().prepare().text.decode(), flags=re.DOTALL)
    assert not re.findall(r"^import\b|\bimport\(|\bimport\.meta", code, re.MULTILINE)


def test_a_browser_that_has_it_fetches_it_no_more(server):
    status, headers, text = fetched(server.url + CODE)
    assert status == 200 and b"isen-panel" in text and headers.get_content_type() == "text/javascript"
    assert headers["Cache-Control"] == "no-cache" and headers["X-Content-Type-Options"] == "nosniff"
    _, packed_headers, packed = fetched(server.url + CODE, Accept_Encoding="br, gzip")
    assert gzip.decompress(packed) == text and len(packed) < len(text) / 3
    assert packed_headers["ETag"] == headers["ETag"] and packed_headers["Vary"] == "Accept-Encoding"
    for known in (headers["ETag"], f'"other", {headers["ETag"]}', "*"):
        status, again, body = fetched(server.url + CODE, If_None_Match=known)
        assert (status, body, again["ETag"]) == (304, b"", headers["ETag"])
    assert fetched(server.url + CODE, If_None_Match='"other"')[0] == 200
    status, head, body = fetched(server.url + CODE, "HEAD")
    assert (status, body, head["Content-Length"]) == (200, b"", str(len(text)))


@pytest.mark.parametrize(
    "path", ["/isengard/panel.js/", "/isengard/js/comfy.js", "/isengard/panel.js/..%2f..%2f__init__.py"]
)
def test_nothing_else_is_given_out(server, path):
    assert fetched(server.url + path)[0] == 404


def test_other_methods_are_refused(server):
    status, headers, _ = fetched(server.url + CODE, "DELETE", X_Isengard="1")
    assert (status, headers["Allow"]) == (405, "GET")


def test_an_update_on_the_disk_is_given_out_after_the_next_start(tmp_path):
    """Else a page that loads while files are written gets half of each version, and a panel newer than its server."""
    folder = tmp_path / "js"
    shutil.copytree(JS, folder)
    running = PanelCode(folder)
    before = running.prepare()
    with (folder / "comfy.js").open("a", encoding="utf-8") as file:
        file.write("export const newer = 1;\n")
    assert running.prepare() == before
    after = PanelCode(folder).prepare()
    assert b"newer = 1" in after.text and after.digest != before.digest


def test_a_page_that_was_open_over_the_update_still_finds_its_stylesheets(server):
    """It has all modules, and fetched the sheets by themselves when the panel was shown for the first time."""
    status, headers, text = fetched(f"{server.url}/extensions/{ROOT.name}/styles/panel.css")
    assert (status, headers.get_content_type()) == (200, "text/css") and b".isen-panel" in text
    assert fetched(f"{server.url}/extensions/{ROOT.name}/styles/../isengard.js")[0] == 404


def test_whoever_gets_comfyuis_page_gets_the_panel(tmp_path):
    """It is the panel that asks for the link, and that says under which address or why Isengard cannot work."""
    server = WebServer(tmp_path, loopback=False, environment={"ISENGARD_MODE": "fast-test"})
    try:
        Api(server.url).wait_until_ready()
        strange = {"Host": "somewhere.example", "Sec_Fetch_Site": "same-origin"}
        assert fetched(f"{server.url}/isengard/characters", **strange)[0] == 421
        assert fetched(server.url + CODE, **strange)[0] == 200
        server.door.fail(NotReadyError("start_failed", "It cannot start.", "Restart ComfyUI."))
        assert fetched(f"{server.url}/isengard/health")[0] == 503
        assert fetched(server.url + CODE)[0] == 200
    finally:
        server.close()


def test_a_guarded_comfyui_gives_it_to_nobody_without_the_link(tmp_path):
    environment = {"ISENGARD_MODE": "fast-test", "ISENGARD_GUARD_COMFYUI": "1"}
    server = WebServer(tmp_path, loopback=False, environment=environment)
    try:
        Api(server.url).wait_until_ready()
        assert fetched(server.url + CODE)[0] == 401
        assert fetched(server.url + CODE, "HEAD")[0] == 401
        bearer = f"Bearer {server.services.session.token}"
        assert fetched(server.url + CODE, Authorization=bearer)[0] == 200
    finally:
        server.close()


def test_a_panel_that_cannot_be_read_leaves_the_rest_working(tmp_path, caplog):
    server = WebServer(tmp_path, environment={"ISENGARD_MODE": "fast-test"})
    try:
        server.door._panel_code = PanelCode(tmp_path / "nowhere")
        Api(server.url).wait_until_ready()
        status, _, body = fetched(server.url + CODE)
        assert status == 500 and json.loads(body)["error"]["code"] == "internal_error"
        assert fetched(f"{server.url}/isengard/health")[0] == 200
    finally:
        server.close()
