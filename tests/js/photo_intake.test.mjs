import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../js/data/api.js";
import { AT_ONCE } from "../../js/data/photos/photo_intake.js";
import { takesDrops } from "../../js/components/characters/dropzone.js";
import { MOST_FILES, knowOwnDrags, pasted, readable, walked } from "../../js/lib/files.js";
import { addAgain, arrive, askBeforeLeaving, forgetRefusals, mayComeIn, noteWords, stopUploads } from "../../js/data/photos/uploads.js";
import { installDocument } from "./fake_dom.mjs";
import { error, make } from "./fake_store.mjs";

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
  assert.deepEqual(store.state.uploads.map(({ note }) => noteWords(note)), ["Left out because it isn't a photo: 4.txt."]);
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
  assert.deepEqual(store.state.uploads.map(({ name, error, note }) => (note ? noteWords(note) : [name, error.code])), [["copy.jpg", "photo_duplicate"], ["a.jpg", "photo_duplicate"], "Left out because it isn't a photo: alone.txt."]);
});

test("what lies beside photos is told in one line and never sent", async () => {
  const { store, api } = make({});
  const sent = [];
  api.photos.upload = async (_, file) => sent.push(file.name) && { photo: { id: "pho_1" } };
  const phone = ["IMG_1.HEIC", "IMG_1.MOV", "IMG_1.AAE", "._IMG_1.HEIC", ".DS_Store", "Thumbs.db", "desktop.ini", "shot.dng"].map(photoFile);
  await store.addPhotos("chr_1", phone);
  assert.deepEqual(sent, ["IMG_1.HEIC"]);
  assert.deepEqual(store.state.uploads.map(({ note, error }) => [noteWords(note), error]), [["7 files left out because they aren't photos (IMG_1.MOV, IMG_1.AAE, ._IMG_1.HEIC and 4 more).", null]]);
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
  await store.addPhotos("chr_1", [/** @type {any} */ (gone), ...["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg", "f.jpg"].map(photoFile)]);
  assert.ok(sent.length <= AT_ONCE, "those that were on their way");
  const [first, ...told] = store.state.uploads.map((known) => (known.note ? noteWords(known.note) : known.error.code));
  assert.equal(first, "file_unreadable");
  assert.deepEqual(told.slice(0, -1), sent.map(() => "photos_full"));
  assert.match(told.at(-1), new RegExp(`^${6 - sent.length} more were not sent \\(`));
});

test("photos that no view took lead to a new person, named like their folder", () => {
  const { store } = make({});
  arrive(store, [{ file: photoFile("notes.txt"), folder: "" }]);
  assert.deepEqual([store.state.arrivals, store.state.problem], [null, null], "nothing is here yet");
  store.set({ characters: [] });
  arrive(store, [{ file: photoFile("clip.mov"), folder: "" }]);
  assert.deepEqual([store.state.arrivals, store.state.problem.code], [null, "no_photos"]);
  const somebody = { file: photoFile("anna.isengard.zip"), folder: "" };
  arrive(store, [somebody]);
  assert.equal(store.state.arrivals.archive, somebody.file, "a zip alone may be a person");
  const found = [{ file: photoFile("a.jpg"), folder: "Anna/2024" }];
  arrive(store, found);
  assert.deepEqual([store.state.arrivals, store.state.route], [{ found, name: "Anna", people: [] }, { tab: "characters" }]);
});

test("a picture beside a pasted text is how that text looks, and no photo", () => {
  const paste = (...types) => pasted(/** @type {any} */ ({ clipboardData: { types, files: [photoFile("image.png")] } })).length;
  assert.deepEqual([paste("Files"), paste("text/plain", "text/html", "Files"), pasted(/** @type {any} */ ({ clipboardData: null })).length], [1, 0, 0]);
});

test("a picture that is pasted into a text is no photo, on the control that chooses files it is one", () => {
  const within = (selector) => ({ closest: (asked) => (asked.includes(selector) ? {} : null) });
  const paste = (target) => pasted(/** @type {any} */ ({ target, clipboardData: { types: ["Files"], files: [photoFile("image.png")] } })).length;
  assert.deepEqual([paste(within("[contenteditable]")), paste(within("textarea")), paste(within(", select")), paste({})], [0, 0, 1, 1]);
});

test("a picture that is dragged out of the panel is nobody's new photo, and what comes from elsewhere is", async () => {
  const page = installDocument();
  const [root, tile, shown] = ["div", "li", "label"].map((tag) => page.createElement(tag));
  const marks = [];
  shown.classList = { toggle: (name, on) => marks.push(on) };
  const taken = [];
  knowOwnDrags(root);
  takesDrops(tile, shown, (found) => taken.push(...found));
  const drag = async (type) => {
    const ends = [];
    const dataTransfer = { types: ["Files", "text/html"], files: [photoFile("a.png")], dropEffect: "copy" };
    await tile.fire(type, { dataTransfer, preventDefault: () => ends.push("refuses"), stopPropagation: () => ends.push("ends") });
    await new Promise(setImmediate);
    return [ends, dataTransfer.dropEffect];
  };
  for (const over of ["dragend", "pointermove"]) {
    await root.fire("dragstart");
    assert.deepEqual(await drag("dragover"), [["refuses", "ends"], "none"], "neither a view nor ComfyUI's page gets it");
    await drag("drop");
    assert.deepEqual([taken, marks], [[], []]);
    await root.fire(over);
    assert.deepEqual(await drag("dragover"), [["refuses", "ends"], "copy"]);
    await drag("drop");
    assert.deepEqual([taken.splice(0).map(({ file }) => file.name), marks.splice(0)], [["a.png"], [true, false]]);
  }
});

test("while a folder is walked through, the place where it was dropped is busy", async () => {
  const page = installDocument();
  const zone = page.createElement("div");
  Object.assign(zone, { classList: { toggle() {} } });
  let give;
  const entry = { isFile: true, name: "a.jpg", file: (found) => (give = () => found(photoFile("a.jpg"))) };
  const taken = [];
  takesDrops(/** @type {any} */ (zone), /** @type {any} */ (zone), (found) => taken.push(...found));
  const dataTransfer = { types: ["Files"], files: [], items: [{ kind: "file", webkitGetAsEntry: () => entry }] };
  await zone.fire("drop", { dataTransfer, preventDefault() {}, stopPropagation() {} });
  assert.equal(zone.getAttribute("aria-busy"), "true");
  give();
  await new Promise(setImmediate);
  assert.deepEqual([zone.getAttribute("aria-busy"), taken.length], [null, 1]);
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

test("of a drop that is too large it is told that not all was looked at", async () => {
  const fileEntry = (n) => ({ isFile: true, name: `${n}.txt`, file: (give) => give(photoFile(`${n}.txt`)) });
  const parts = [Array.from({ length: MOST_FILES }, (_, n) => fileEntry(n)), [fileEntry("a"), fileEntry("b")]];
  const folder = { name: "disk", createReader: () => ({ readEntries: (give) => give(parts.shift() ?? []) }) };
  const found = await walked(/** @type {any} */ ({ files: [], items: [{ kind: "file", webkitGetAsEntry: () => folder }] }));
  const { store } = make({});
  store.set({ characters: [] });
  arrive(store, found);
  assert.equal(store.state.problem.message, "Only the first 5,000 files of this drop were looked at.");
  await store.addPhotos("chr_1", [...found.slice(0, 3), found.at(-1)]);
  assert.deepEqual(store.state.uploads.map(({ note }) => noteWords(note)), [
    "Only the first 5,000 files of this drop were looked at. Drop the rest in smaller folders.", "3 files left out because they aren't photos (0.txt, 1.txt, and 2.txt).",
  ]);
  assert.equal(found.filter(({ rest }) => rest).length, 1);
});

test("files go up under one id, each with its own refusal", async () => {
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
  await store.addPhotos("chr_1", ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"].map(photoFile));
  assert.deepEqual([sent, store.state.uploads], [["a.jpg", "b.jpg", "c.jpg"], []]);
});

test("a few files are on their way at once, never more, however many are added and in how many goes", async () => {
  const { store, api } = make({});
  let going = 0;
  let most = 0;
  const sent = [];
  api.photos.upload = async (_, file) => {
    most = Math.max(most, (going += 1));
    sent.push(file.name);
    await new Promise((resolve) => setTimeout(resolve, 1));
    going -= 1;
    return { photo: { id: `pho_${file.name}` } };
  };
  const names = (from) => Array.from({ length: 8 }, (_, n) => `${from}${n}.jpg`);
  await Promise.all([store.addPhotos("chr_1", names("a").map(photoFile)), store.addPhotos("chr_2", names("b").map(photoFile))]);
  assert.deepEqual([most, going], [AT_ONCE, 0]);
  assert.deepEqual(sent, [...names("a"), ...names("b")], "in the order they were given");
});

test("photos dropped on the way to training somebody are theirs", async () => {
  const { store, api } = make({});
  store.set({ characters: [{ id: "chr_1" }], route: { tab: "training", train: "chr_1" } });
  const sent = [];
  api.photos.upload = async (id, file) => sent.push([id, file.name]) && { photo: { id: "pho_1" } };
  await arrive(store, [{ file: photoFile("a.jpg"), folder: "" }]);
  assert.deepEqual([sent, store.state.arrivals, store.state.route], [[["chr_1", "a.jpg"]], null, { tab: "characters", id: "chr_1" }]);
});

test("a chosen folder's captions find their photos by where they lay, like a dropped one's", async () => {
  const { store, api } = make({});
  const captions = takesPhotos(api);
  const chosen = (path, text) => Object.defineProperty(new File([text], path.split("/").at(-1)), "webkitRelativePath", { value: path });
  await store.addPhotos("chr_1", [chosen("set/a/1.jpg", "x"), chosen("set/a/1.txt", "of a"), chosen("set/b/1.txt", "of b"), chosen("set/raw.bin", "x")]);
  assert.deepEqual(captions, { "pho_1.jpg": "of a" });
  assert.deepEqual(store.state.uploads.map(({ note }) => noteWords(note)), ["2 files left out because they aren't photos (raw.bin and 1.txt)."]);
});

test("an empty folder says so", async () => {
  const { store } = make({});
  await store.addPhotos("chr_1", []);
  assert.deepEqual(store.state.uploads.map(({ note }) => noteWords(note)), ["That folder is empty."]);
});

test("what could not be sent is sent again with its caption, and what is wrong with a file stays told", async () => {
  const { store, api } = make({});
  const captions = {};
  api.patch = async (path, { caption }) => (captions[path.split("/").at(-1)] = caption);
  let away = true;
  api.photos.upload = async (_, file) => {
    if (file.name === "bad.jpg") throw error("photo_damaged", 400);
    if (away) throw error("offline", 0);
    return { photo: { id: `pho_${file.name}` } };
  };
  await store.addPhotos("chr_1", ["a.jpg", "a.txt", "bad.jpg", "b.jpg"].map(photoFile));
  assert.deepEqual(store.state.uploads.map((known) => [known.name, known.error.code, mayComeIn(known)]), [["a.jpg", "offline", true], ["bad.jpg", "photo_damaged", false], ["b.jpg", "offline", true]]);
  away = false;
  await addAgain(store, "chr_1");
  assert.deepEqual([captions, store.state.uploads.map(({ name }) => name)], [{ "pho_a.jpg": "x" }, ["bad.jpg"]]);
});

test("photos that are dropped while others wait for a person wait with them", () => {
  const { store } = make({});
  store.set({ characters: [] });
  arrive(store, [{ file: photoFile("a.jpg"), folder: "Anna" }]);
  arrive(store, ["b.jpg", "c.jpg"].map((name) => ({ file: photoFile(name), folder: "" })));
  const { found, name, people } = store.state.arrivals;
  assert.deepEqual([found.map(({ file }) => file.name), name, people], [["a.jpg", "b.jpg", "c.jpg"], "Anna", []]);
});

test("what was refused of one person's photos stays told while another's come in", async () => {
  const { store, api } = make({});
  api.photos.upload = async (id, file) => {
    if (id === "chr_1") throw error("photo_unreadable", 422);
    return { photo: { id: `pho_${file.name}` } };
  };
  await store.addPhotos("chr_1", [photoFile("bad.jpg")]);
  await store.addPhotos("chr_2", [photoFile("good.jpg")]);
  assert.deepEqual(store.state.uploads.map(({ characterId, name }) => [characterId, name]), [["chr_1", "bad.jpg"]]);
  await store.addPhotos("chr_1", [photoFile("worse.jpg")]);
  assert.deepEqual(store.state.uploads.map(({ name }) => name), ["worse.jpg"], "their own are read by then");
});
