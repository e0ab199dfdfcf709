/** Why a training had to begin again, said on it while it goes on; and why a queued one does not begin. */

import { h } from "../../lib/dom.js";
import { reasonOf } from "../../data/waiting_jobs.js";

export function interruption({ interruption: why }) {
  return why && said(why, "isen-note", "isen-interruption");
}

export function waitsFor(job) {
  const why = reasonOf(job);
  return why && said(why, "isen-warn", "isen-waits-for");
}

function said({ message, hint }, kind, testid) {
  return h("p", { class: kind, "data-testid": testid, text: `${message} ${hint}`.trim() });
}
