import assert from "node:assert/strict";
import { test } from "node:test";

import { Api, ApiError } from "../../js/data/api.js";
import { Store } from "../../js/data/store.js";
import { pasted, readable, walked } from "../../js/lib/files.js";
import { arrive, askBeforeLeaving, forgetRefusals, stopUploads } from "../../js/data/uploads.js";

/** An API whose answers are functions of the path; notes what was asked. */
function fakeApi(answers = {}) {
  const asked = [];
  const call = (method) => async (path, body, id) => {
    asked.push([method, path, body, id]);
    const answer = answers[`${method} ${path.split("?")[0]}`];
    if (answer instanceof Error) throw answer;
    return typeof answer === "function" ? answer(path, body) : (answer ?? { items: [], next_cursor: null });
  };
  const api = new Api({ fetch, url: (path) => path });
  return Object.assign(api, { asked, get: call("GET"), post: call("POST"), patch: call("PATCH"), delete: call("DELETE") });
}

const memory = () => {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
};
const make = (answers, more = {}) => {
  const api = fakeApi({ "GET /health": { mode: "production" }, ...answers });
  return { api, store: new Store(api, { memory: memory(), later: () => {}, ...more }) };
};
const error = (code, status = 503) => new ApiError(status, { code, message: code, hint: "" });

test("refresh fetches every list and says online", async () => {
  const { store } = make({ "GET /characters": { items: [{ id: "chr_1" }], next_cursor: "more" } });
  await store.refresh();
  assert.equal(store.state.connection, "online");
  assert.deepEqual(store.state.characters, [{ id: "chr_1" }]);
  assert.equal(store.state.cursors.characters, "more");
  assert.deepEqual(store.state.jobs, []);
});

test("a list that is here before the others is told at once, and only the first time", async () => {
  let release;
  const told = [];
  const { store } = make({ "GET /recipes": () => new Promise((resolve) => (release = resolve)), "GET /generations": { items: [{ id: "gen_1" }], next_cursor: null } });
  store.early = (name, items) => told.push([name, items.length]);
  const done = store.refresh();
  await new Promise(setImmediate);
  assert.deepEqual(told.find(([name]) => name === "generations"), ["generations", 1]);
  assert.equal(store.state.generations, null);
  release({ items: [], next_cursor: null });
  await done;
  told.length = 0;
  const again = store.refresh();
  await new Promise(setImmediate);
  release({ items: [], next_cursor: null });
  await again;
  assert.deepEqual(told, []);
});

test("what is told while the lists are on their way is not lost", async () => {
  let release;
  const { store } = make({ "GET /characters": () => new Promise((resolve) => (release = resolve)) });
  const done = store.refresh();
  await new Promise(setImmediate);
  store.take({ type: "character.changed", subject: { id: "chr_2" }, data: { change: "created", character: { id: "chr_2" } } });
  release({ items: [{ id: "chr_1" }] });
  await done;
  assert.deepEqual(store.state.characters.map((known) => known.id), ["chr_2", "chr_1"]);
});

test("refresh asked for twice at once runs once more at the end, never side by side", async () => {
  const { store, api } = make({});
  await Promise.all([store.refresh(), store.refresh(), store.refresh()]);
  assert.equal(api.asked.filter(([, path]) => path === "/health").length, 2);
});

for (const [code, status, connection] of [["session_needed", 401, "locked"], ["host_not_allowed", 403, "locked"], ["starting", 503, "starting"], ["schema_newer", 503, "broken"], ["offline", 0, "offline"]]) {
  test(`${code} means ${connection}`, async () => {
    const waits = [];
    const { store } = make({ "GET /health": error(code, status) }, { later: (_, ms) => waits.push(ms) });
    await store.refresh();
    assert.equal(store.state.connection, connection);
    assert.equal(store.state.failure?.code ?? null, connection === "broken" ? code : null);
    assert.deepEqual(waits, connection === "locked" ? [] : [1000]);
  });
}

test("it tries again by itself, slower each time, with one timer only", async () => {
  const works = [];
  const { store } = make({ "GET /health": error("offline", 0) }, { later: (work, ms) => works.push([work, ms]) });
  await store.refresh();
  await store.refresh();
  assert.deepEqual(works.map(([, ms]) => ms), [1000]);
  works[0][0]();
  await store.refresh();
  assert.deepEqual(works.map(([, ms]) => ms), [1000, 5000]);
});

test("a refusal is shown where the person looks and is gone with the next try", async () => {
  const { store } = make({});
  const refused = error("wrong_state", 409);
  assert.equal(await store.attempt(() => Promise.reject(refused)), null);
  assert.equal(store.state.problem, refused);
  assert.equal(await store.attempt(async () => 7), 7);
  assert.equal(store.state.problem, null);
});

test("every action has its own correlation id", async () => {
  const { store } = make({});
  const ids = [];
  for (let n = 0; n < 3; n += 1) await store.attempt(async (id) => ids.push(id));
  assert.equal(new Set(ids).size, 3);
  assert.match(ids[0], /^ui-[0-9a-f]{16}$/);
});

test("a fault of ours is not shown as the server's", async () => {
  const { store } = make({});
  await assert.rejects(store.attempt(() => Promise.reject(new TypeError("ours"))), /ours/);
});

const photoFile = (name) => new File(["x"], name);

/** Photos as `api.photos.upload` keeps them, and every caption that was written. */
function takesPhotos(api) {
  const captions = {};
  api.photos.upload = async (_, file) => ({ photo: { id: `pho_${file.name}` } });
  api.patch = async (path, { caption }) => (captions[path.split("/").at(-1)] = caption);
  return captions;
}

test("a text of the same name in the same folder becomes the photo's caption, in whatever way it is written", async () => {
  const { store, api } = make({});
  const captions = takesPhotos(api);
  const utf16 = new Uint8Array([0xff, 0xfe, ...[..."Zoë"].flatMap((letter) => [letter.charCodeAt(0), 0])]);
  const files = [
    ["1.jpg", "x"], ["1.txt", "ohwx,\r\nin a garden\r\n"], ["2.JPG", "x"], ["2.txt", utf16], ["3.png", "x"], ["3.TXT", new Uint8Array([0x5a, 0x6f, 0xeb])], ["4.jpg", "x"], ["4.txt", " "],
  ].map(([name, content]) => ({ file: new File([/** @type {any} */ (content)], /** @type {string} */ (name)), folder: "set" }));
  files.push({ file: new File(["of another folder"], "4.txt"), folder: "other" });
  await store.addPhotos("chr_1", files);
  assert.deepEqual(captions, { "pho_1.jpg": "ohwx,\nin a garden", "pho_2.JPG": "Zoë", "pho_3.png": "Zoë" });
  assert.deepEqual(store.state.uploads.map(({ note }) => note), ["Left out, because it is not a photo: 4.txt."]);
});

test("captions that come later find their photos by name, and nothing that a person wrote is replaced", async () => {
  const photos = [{ id: "pho_1", name: "a.jpg", caption_source: "" }, { id: "pho_2", name: "b.jpg", caption_source: "user" }];
  const { store, api } = make({ "GET /characters/chr_1/photos": { items: photos } });
  const captions = takesPhotos(api);
  await store.addPhotos("chr_1", ["a.txt", "b.txt"].map(photoFile));
  assert.deepEqual([captions, store.state.uploads], [{ pho_1: "x" }, []]);
});

test("a caption whose photo came along and was not taken is not called a file that is not a photo", async () => {
  const photos = [{ id: "pho_1", name: "a.jpg", caption_source: "" }];
  const { store, api } = make({ "GET /characters/chr_1/photos": { items: photos } });
  const captions = takesPhotos(api);
  api.photos.upload = async () => {
    throw error("photo_duplicate", 409);
  };
  await store.addPhotos("chr_1", ["copy.jpg", "copy.txt", "a.jpg", "a.txt", "alone.txt"].map(photoFile));
  assert.deepEqual(captions, { pho_1: "x" });
  assert.deepEqual(store.state.uploads.map(({ name, error, note }) => note ?? [name, error.code]), [["copy.jpg", "photo_duplicate"], ["a.jpg", "photo_duplicate"], "Left out, because it is not a photo: alone.txt."]);
});

test("what lies beside photos is told in one line and never sent", async () => {
  const { store, api } = make({});
  const sent = [];
  api.photos.upload = async (_, file) => sent.push(file.name) && { photo: { id: "pho_1" } };
  const phone = ["IMG_1.HEIC", "IMG_1.MOV", "IMG_1.AAE", "._IMG_1.HEIC", ".DS_Store", "Thumbs.db", "desktop.ini", "shot.dng"].map(photoFile);
  await store.addPhotos("chr_1", phone);
  assert.deepEqual(sent, ["IMG_1.HEIC"]);
  assert.deepEqual(store.state.uploads.map(({ note, error }) => [note, error]), [["Left out, because they are not photos: 7 files (IMG_1.MOV, IMG_1.AAE, ._IMG_1.HEIC, …).", null]]);
  forgetRefusals(store, "chr_1");
  assert.deepEqual(store.state.uploads, []);
});

test("a file that is gone is told as such, and at the limit the rest is not sent", async () => {
  const { store, api } = make({});
  const sent = [];
  api.photos.upload = async (_, file) => {
    sent.push(file.name);
    throw error("photos_full", 409);
  };
  const gone = { name: "gone.jpg", size: 3, type: "image/jpeg", slice: () => ({ arrayBuffer: () => Promise.reject(new Error("NotFoundError")) }) };
  await store.addPhotos("chr_1", [/** @type {any} */ (gone), ...["a.jpg", "b.jpg", "c.jpg"].map(photoFile)]);
  assert.deepEqual(sent, ["a.jpg"]);
  assert.deepEqual(store.state.uploads.map((known) => known.note ?? known.error.code), ["file_unreadable", "photos_full", "2 more were not sent (b.jpg, c.jpg)."]);
});

test("photos that no view took lead to a new person, named like their folder", () => {
  const { store } = make({});
  arrive(store, [{ file: photoFile("notes.txt"), folder: "" }]);
  assert.equal(store.state.arrivals, null);
  store.set({ characters: [] });
  const found = [{ file: photoFile("a.jpg"), folder: "Anna/2024" }];
  arrive(store, found);
  assert.deepEqual([store.state.arrivals, store.state.route], [{ found, name: "Anna" }, { tab: "characters" }]);
});

test("a picture beside a pasted text is how that text looks, and no photo", () => {
  const paste = (...types) => pasted(/** @type {any} */ ({ clipboardData: { types, files: [photoFile("image.png")] } })).length;
  assert.deepEqual([paste("Files"), paste("text/plain", "text/html", "Files"), pasted(/** @type {any} */ ({ clipboardData: null })).length], [1, 0, 0]);
});

test("a folder is walked to its end, and what cannot be opened is still told", async () => {
  const fileEntry = (name) => ({ isFile: true, name, file: (give, refuse) => (name === "gone.jpg" ? refuse(new Error()) : give(photoFile(name))) });
  const folderEntry = (name, parts) => ({ name, createReader: () => ({ readEntries: (give) => give(parts.shift() ?? []) }) });
  const inner = folderEntry("day", [[fileEntry("2.jpg")]]);
  const entries = [folderEntry("set", [[fileEntry("1.jpg"), inner], [fileEntry("gone.jpg")]]), fileEntry("3.jpg")];
  const found = await walked(/** @type {any} */ ({ files: [], items: entries.map((entry) => ({ kind: "file", webkitGetAsEntry: () => entry })) }));
  assert.deepEqual(found.map(({ file, folder }) => [folder, file.name]), [["set", "1.jpg"], ["set/day", "2.jpg"], ["set", "gone.jpg"], ["", "3.jpg"]]);
  assert.deepEqual(await Promise.all(found.map(({ file }) => readable(file))), [true, true, false, true]);
});

test("files go up one after the other under one id, each with its own refusal", async () => {
  const { store, api } = make({});
  const ids = [];
  api.photos.upload = async (_, file, { id, progress }) => {
    ids.push(id);
    progress(0.5);
    if (file.name === "bad.gif") throw error("photo_type", 415);
    return { photo: { id: "pho_1" } };
  };
  await store.addPhotos("chr_1", ["a.jpg", "bad.gif", "b.jpg"].map(photoFile));
  assert.equal(new Set(ids).size, 1);
  assert.deepEqual(store.state.uploads.map((upload) => [upload.name, upload.error.code]), [["bad.gif", "photo_type"]]);
  forgetRefusals(store, "chr_1");
  assert.deepEqual(store.state.uploads, []);
});

test("while photos are on their way in the browser asks before the page is closed, and not afterwards", async () => {
  const { store, api } = make({});
  const page = new EventTarget();
  askBeforeLeaving(store, page);
  const asks = () => !page.dispatchEvent(new Event("beforeunload", { cancelable: true }));
  const asked = [asks()];
  api.photos.upload = async (_, file) => {
    asked.push(asks());
    if (file.name === "b.jpg") throw new ApiError(400, { code: "photo_type", message: "no", hint: "", correlation_id: "c" });
    return { photo: { id: "pho_1" } };
  };
  await store.addPhotos("chr_1", ["a.jpg", "b.jpg"].map(photoFile));
  assert.deepEqual([...asked, asks()], [false, true, true, false]);
  assert.equal(store.state.uploads.length, 1, "the refusal stays, and holds nobody");
});

test("adding is stopped: what has not been begun is left out", async () => {
  const { store, api } = make({});
  const sent = [];
  api.photos.upload = async (_, file, { progress }) => {
    sent.push(file.name);
    progress(0.5);
    stopUploads(store, "chr_1");
    return { photo: { id: "pho_1" } };
  };
  await store.addPhotos("chr_1", ["a.jpg", "b.jpg", "c.jpg"].map(photoFile));
  assert.deepEqual([sent, store.state.uploads], [["a.jpg"], []]);
});

test("photos are fetched once more for all that was told meanwhile", async () => {
  const { store, api } = make({});
  await Promise.all(Array.from({ length: 20 }, () => store.loadPhotos("chr_1")));
  assert.equal(api.asked.filter(([, path]) => path.endsWith("/photos")).length, 2);
});

test("a photo's change shows at once and is taken back when it is refused", async () => {
  const { store } = make({ "PATCH /characters/chr_1/photos/pho_1": error("photo_not_found", 404) });
  store.set({ photos: { chr_1: [{ id: "pho_1", included: true }] } });
  const done = store.changePhoto("chr_1", "pho_1", { included: false });
  assert.equal(store.state.photos.chr_1[0].included, false);
  await done;
  assert.equal(store.state.photos.chr_1[0].included, true);
  assert.equal(store.state.problem.code, "photo_not_found");
});

test("the next page is added without what is known already", async () => {
  const { store } = make({ "GET /generations": (path) => (path.includes("cursor=c1") ? { items: [{ id: "gen_2" }, { id: "gen_1" }], next_cursor: null } : { items: [{ id: "gen_3" }, { id: "gen_2" }], next_cursor: "c1" }) });
  await store.refresh();
  await store.more("generations");
  assert.deepEqual(store.state.generations.map((known) => known.id), ["gen_3", "gen_2", "gen_1"]);
  assert.equal(store.state.cursors.generations, null);
});

test("where one was is remembered, and nonsense in the memory is not believed", () => {
  const kept = memory();
  const { store } = make({}, { memory: kept });
  store.go({ tab: "training", job: "job_1" });
  assert.deepEqual(make({}, { memory: kept }).store.state.route, { tab: "training", job: "job_1" });
  store.go({ tab: "images", id: "chr_1", compare: "sd15" });
  assert.equal(store.state.route.compare, "sd15");
  assert.deepEqual(make({}, { memory: kept }).store.state.route, { tab: "images" }, "what is opened once is not opened by a reload");
  kept.setItem("isengard.route", "{nonsense");
  assert.deepEqual(make({}, { memory: kept }).store.state.route, { tab: "characters" });
});

test("a training that ended gives its person the version it made", async () => {
  const trained = { id: "chr_1", name: "Anna", versions: [{ step: 20 }] };
  const { api, store } = make({ "GET /characters/chr_1": () => trained });
  store.set({ characters: [{ id: "chr_1", name: "Anna", versions: [] }], jobs: [] });
  const told = (kind, state) => ({ type: "job.state", subject: { id: "job_1" }, data: { state, job: { id: "job_1", kind, state, character_id: "chr_1" } } });
  store.take(told("training", "running"));
  store.take(told("captioning", "completed"));
  assert.deepEqual(api.asked, []);
  store.take(told("training", "completed"));
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(store.state.characters, [trained]);
});
