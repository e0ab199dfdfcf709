import assert from "node:assert/strict";
import { test } from "node:test";

import { SettingValues } from "../../js/components/settings/setting_values.js";
import { error, make } from "./fake_store.mjs";

test("settings changed while another is not answered stay as they were chosen, and a refused one goes back", async () => {
  const told = { log_level: "INFO", language: "auto", face_models: ["a"], guard: false, hf_token: false };
  const items = () => Object.entries(told).map(([name, value]) => ({ name, value, secret: name === "hf_token" }));
  const waiting = [];
  const change = (_, body) => new Promise((resolve, reject) => waiting.push({ body, reject, resolve: () => resolve({ items: items(), folders: {} }) }));
  const { store } = make({ "GET /settings": () => ({ items: items(), folders: {} }), "PATCH /settings": change });
  let shown = {};
  const values = new SettingValues(store, (settings) => (shown = Object.fromEntries(settings.items.map((item) => [item.name, item.value]))));
  const settled = () => new Promise(setImmediate);
  await values.load();
  const answers = [values.save("log_level", "DEBUG"), values.save("face_models", "a,b"), values.save("guard", "1"), values.save("hf_token", "secret")];
  const wanted = { log_level: "DEBUG", language: "auto", face_models: ["a", "b"], guard: true, hf_token: false };
  assert.deepEqual(shown, wanted);
  await settled();
  assert.deepEqual(waiting.map(({ body }) => body), [{ log_level: "DEBUG" }], "one after the other: each answer tells all");
  told.log_level = "DEBUG";
  waiting[0].resolve();
  await settled();
  assert.deepEqual(shown, wanted);
  waiting[1].reject(error("offline", 0));
  await settled();
  assert.deepEqual(shown, { ...wanted, face_models: ["a"] });
  told.guard = true;
  waiting[2].resolve();
  await settled();
  told.hf_token = true;
  waiting[3].resolve();
  assert.deepEqual(await Promise.all(answers), [true, false, true, true]);
  assert.deepEqual(shown, told);
  assert.equal(await values.save("nothing", "1"), false);
});
