/** Every language has every key of the panel's words, in as many forms as it counts by, with the same gaps. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { fileOf, judged, judgedServer, languages, needed } from "./locale_files.mjs";

const WORDS = { back: "Back", hello: "Hello {name}", photos: "{n} photos of {name}", photos_one: "1 photo of {name}", look_none: "None" };

test("a language needs the forms that it counts by", () => {
  assert.deepEqual([...needed("de", WORDS).keys()], ["back", "hello", "photos", "photos_one", "look_none"]);
  assert.deepEqual([...needed("ja", WORDS).keys()], ["back", "hello", "photos", "look_none"]);
  assert.deepEqual([...needed("pl", WORDS).keys()].filter((key) => key.startsWith("photos")), ["photos", "photos_many", "photos_one", "photos_few"]);
});

test("a missing, empty, unknown or wrongly filled sentence is found", () => {
  const german = { back: "Zurück", hello: "Hallo {name}", photos: "{n} Fotos von {name}", photos_one: "Ein Foto von {name}", look_none: "Keiner" };
  assert.deepEqual(judged("de", german, WORDS), { missing: [], wrong: [] });
  const { back: _, ...rest } = { ...german, hello: "Hallo", photos: " ", other: "?" };
  assert.deepEqual(judged("de", rest, WORDS), { missing: ["back"], wrong: ["hello: gaps none, English has name", "photos: empty", "other: English has no such key"] });
  const french = { ...german, photos: "{n} photos de {name}", photos_one: "{n} photo de {name}" };
  assert.deepEqual(judged("fr", french, WORDS).wrong, []);
  assert.deepEqual(judged("fr", { ...french, photos_one: "1 photo de {name}" }, WORDS).wrong, ["photos_one: gaps name, English has n,name"], "0 photo is said with it, too");
  const server = { "{n} left.": "Noch {n}.", "{free} free.": "Frei.", Yes: "" };
  assert.deepEqual(judgedServer(server, { "{n} left.": "", "No.": "" }), { missing: ["No."], wrong: ["{free} free.: gaps none", "Yes: empty"] });
});

for (const code of languages()) {
  test(`${code} is whole`, () => {
    assert.deepEqual(judged(code, fileOf(code, "panel")), { missing: [], wrong: [] });
    assert.deepEqual(judgedServer(fileOf(code, "server")), { missing: [], wrong: [] });
    const { name, dir } = fileOf(code, "language");
    assert.ok(name && ["ltr", "rtl"].includes(dir), "language.json says its name and its direction");
  });
}
