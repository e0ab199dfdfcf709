/**
 * The panel without ComfyUI: every state with made-up data, for looking at it and for checking it. Serve the
 * repository's root with any static server and open /tests/js/stage/?state=job&width=320&theme=light
 */

import { Api } from "../../../js/data/api.js";
import { defineComponents } from "../../../js/components/panel/define.js";
import { ENGLISH, speak } from "../../../js/locales/words.js";
import { Languages } from "../../../js/data/languages.js";
import { Notices } from "../../../js/data/notices.js";
import { emptyState } from "../../../js/data/state.js";
import { Store } from "../../../js/data/store.js";
import { answerOf, pictureOf } from "./answers.mjs";
import { PSEUDO } from "./pseudo.mjs";
import { learn, withTemplates } from "./sentences.mjs";
import { settled, waiting } from "./settled.mjs";
import { STATES } from "./states.mjs";

export const names = Object.keys(STATES);
/** What the made-up server said last, for telling data from words. */
export let answers = [];
let panel = null;

/**
 * Show one state; resolves when it stands still.
 * @param {string} name
 * @param {{theme?: string, width?: number, words?: string, change?: (body: any) => any}} [options]
 *   `words`: `pseudo`, `mirrored` or the code of a language of ours; `change` is given every answer before the panel is
 */
export async function show(name, { theme = "dark", width = 320, words = "", change = (body) => body } = {}) {
  const state = STATES[name];
  light(theme);
  document.documentElement.style.setProperty("--stage-width", `${width}px`);
  speak(PSEUDO[words] ?? (words ? await ofOurs(words) : ENGLISH));
  const asSaid = Object.hasOwn(OURS, words) ? withTemplates : (body) => body;
  panel?.remove();
  answers = [];
  for (const memory of [sessionStorage, localStorage]) memory.clear();
  const store = new Store(new Api(waysOf(state, (body) => asSaid(change(body)))), { later: () => {} });
  store.languages = new Languages(store.api);
  store.go(state.route);
  panel = Object.assign(document.createElement("isen-panel"), { store, notices: new Notices() });
  document.body.append(panel);
  await panel.styled; // hidden until then, and as wide as its longest line
  await store.refresh();
  if (state.after) await state.after(store);
  await settled();
  if (state.then) await state.then(document);
  await settled();
  return panel;
}

/** The state that is shown, in a panel of another width. */
export async function resize(width) {
  document.documentElement.style.setProperty("--stage-width", `${width}px`);
  await settled();
}

/** Milliseconds from the panel's coming into the page to the frame that shows the state, with answers at once. */
export async function painted(name) {
  await show(name);
  const { store } = panel;
  panel.remove();
  store.set(emptyState());
  store.go(STATES[name].route);
  panel = Object.assign(document.createElement("isen-panel"), { store, notices: new Notices() });
  const began = performance.now();
  document.body.append(panel);
  await store.refresh();
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - began;
}

const OURS = {};

/** As the server gives it. */
async function ofOurs(code) {
  if (Object.hasOwn(OURS, code)) return OURS[code];
  const part = async (name, of = code) => (await fetch(new URL(`../../../locales/${of}/${name}.json`, import.meta.url))).json();
  learn(await part("server", "en"));
  const { dir } = await part("language");
  return (OURS[code] = code === ENGLISH.code ? ENGLISH : { code, dir, panel: await part("panel"), server: await part("server") });
}

export function light(theme) {
  document.documentElement.dataset.theme = theme;
}

function waysOf(state, change) {
  return {
    fetch: (path, init) => waiting(async () => {
      const { status = 200, body } = answerOf(state, init.method, path.replace("/isengard", ""));
      if (status === 0) throw new TypeError("away");
      const said = change(structuredClone(body ?? {}));
      answers.push(said);
      return new Response(JSON.stringify(said), { status });
    }),
    url: (path) => pictureOf(path),
  };
}

defineComponents();
const wanted = new URLSearchParams(location.search);
if (wanted.has("state")) {
  await show(wanted.get("state"), { theme: wanted.get("theme") ?? "dark", width: Number(wanted.get("width") ?? 320), words: wanted.get("words") ?? "" });
}
document.documentElement.dataset.ready = "yes";
