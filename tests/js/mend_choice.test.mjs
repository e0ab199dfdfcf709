import assert from "node:assert/strict";
import { test } from "node:test";

import { installDocument } from "./fake_dom.mjs";
import { make } from "./fake_store.mjs";

installDocument();
const { MendChoice } = await import("../../js/components/mending/mend_choice.js");

const LORA = { identity: "lora" };

/** A store whose server says whether faces can be read; `asked` counts how often it was. */
function storeThat(state) {
  const { api, store } = make({});
  store.asked = 0;
  api.system = { likeness: async () => ((store.asked += 1), { state: { state } }) };
  return store;
}

/** @param {string} state @param {{fine?: boolean, recipe?: object}} [drawn] */
async function choice(state, { fine = false, recipe = LORA } = {}) {
  const store = storeThat(state);
  const made = new MendChoice(store, () => {});
  made.show({ recipe, fine });
  await new Promise((done) => setTimeout(done));
  return { made, store };
}

test("it is on where pictures are drawn finely, until somebody chooses for themselves", async () => {
  const { made, store } = await choice("ready");
  assert.equal(made.value, false);
  made.show({ recipe: LORA, fine: true });
  assert.equal(made.value, true);
  made.input.checked = false;
  made.input.fire("change");
  made.show({ recipe: LORA, fine: true });
  assert.equal(made.value, false);
  made.show({ recipe: LORA, fine: false });
  assert.equal(made.value, false);
  assert.equal(store.asked, 1, "once is enough: what changes comes as an event");
});

test("where no face can be found it is off and says why", async () => {
  const { made } = await choice("missing", { fine: true });
  assert.equal(made.value, false);
  assert.equal(made.input.disabled, true);
  assert.match(made.hint.textContent, /tools that find faces/);
});

test("without a LoRA there is nothing to choose", async () => {
  const { made, store } = await choice("ready", { fine: true, recipe: { identity: "reference" } });
  assert.equal(made.element.hidden, true);
  assert.equal(made.value, false);
  assert.equal(store.asked, 0);
});
