/**
 * The panel without ComfyUI: every state with made-up data, for looking at it. Serve the repository's root with any
 * static server and open /tests/js/stage/?state=job&width=320&theme=light
 */

import { Api } from "../../../js/api.js";
import { defineComponents } from "../../../js/components/define.js";
import { Store } from "../../../js/store.js";
import { answerOf, pictureOf } from "./answers.mjs";
import { STATES } from "./states.mjs";

const wanted = new URLSearchParams(location.search);
const state = STATES[wanted.get("state") ?? "characters"];
document.documentElement.dataset.theme = wanted.get("theme") ?? "dark";
document.documentElement.style.setProperty("--stage-width", `${wanted.get("width") ?? 320}px`);

const ways = {
  fetch: async (path, init) => {
    const { status = 200, body } = answerOf(state, init.method, path.replace("/isengard", ""));
    if (status === 0) throw new TypeError("away");
    return new Response(JSON.stringify(body), { status });
  },
  url: (path) => pictureOf(path),
};
sessionStorage.clear();
const store = new Store(new Api(ways), { later: () => {} });
store.go(state.route);
defineComponents();
document.body.append(Object.assign(document.createElement("isen-panel"), { store }));
await store.refresh();
if (state.after) await state.after(store);
await new Promise((resolve) => setTimeout(resolve, 500));
if (state.then) await state.then(document);
document.documentElement.dataset.ready = "yes";
