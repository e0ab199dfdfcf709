/** Why a training had to begin again, said on it while it goes on. */

import { h } from "../lib/dom.js";

export function interruption({ interruption: why }) {
  return why && h("p", { class: "isen-note", "data-testid": "isen-interruption", text: `${why.message} ${why.hint}`.trim() });
}
