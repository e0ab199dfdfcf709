/** Why a training had to begin again, said on it while it goes on; and why a queued one does not begin. */

import { h } from "../lib/dom.js";
import { reasonOf } from "../waiting.js";

export function interruption({ interruption: why }) {
  return why && h("p", { class: "isen-note", "data-testid": "isen-interruption", text: `${why.message} ${why.hint}`.trim() });
}

export function waitsFor(job) {
  const why = reasonOf(job);
  return why && h("p", { class: "isen-warn", "data-testid": "isen-waits-for", text: `${why.message} ${why.hint}`.trim() });
}
