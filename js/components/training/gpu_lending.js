/** The GPU lent to pictures: what the panel says about it wherever one is, and the button that asks for it. */

import { button, h, icon } from "../../lib/dom.js";
import { clock } from "../../lib/format.js";
import { t } from "../../locales/words.js";

/** What there is to say, or null; no name where the person is not known here. Shown above every view. @param {Isengard.State} state */
export function lendingOf({ lending, jobs, characters }) {
  if (!lending) return null;
  const job = jobs?.find((known) => known.id === lending.job_id);
  const name = characters?.find((known) => known.id === job?.character_id)?.name ?? "";
  return { jobId: lending.job_id, name, until: lending.until };
}

/** @param {import("../../data/store.js").Store} store @param {{jobId: string, name: string, until: string}} options */
export function lendingBanner(store, { jobId, name, until }) {
  const time = clock(until);
  const known = until ? t("lendUntil", { name, time }) : t("lendSaving", { name });
  const words = name ? known : until ? t("lendUntilNow", { time }) : t("lendSavingNow");
  return h("div", { class: "isen-note isen-stack-tight", "data-testid": "isen-lending", "data-until": until },
    h("p", {}, icon(until ? "pause" : "spinner"), ` ${words}`),
    until && h("div", { class: "isen-row" }, button(t("lendMore"), () => lend(store, jobId), { testid: "isen-lend-more" }),
      button(t("lendBack"), () => store.giveBack(), { testid: "isen-lend-back" })));
}

/** On a running training: it saves and stops, and the pictures are where one goes next. @param {Isengard.Store} store @param {Isengard.Job} job */
export function lendButton(store, job) {
  const go = async () => {
    if (await lend(store, job.id)) store.go({ tab: "images", id: job.character_id });
  };
  return button(t("lendGpu"), go, { title: t("lendHint"), testid: "isen-lend" });
}

/** @param {Isengard.Store} store @param {string} jobId */
async function lend(store, jobId) {
  const job = store.keepJob(await store.attempt((id) => store.api.jobs.order(jobId, "lend", id)));
  if (job) await store.loadLending();
  return job;
}
