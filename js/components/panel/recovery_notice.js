/** What was rebuilt after damage or loss: said above every view until somebody has read it. */

import { button, h } from "../../lib/dom.js";
import { counted, moment } from "../../lib/format.js";
import { sentences, t } from "../../locales/words.js";

/** @type {Record<string, string>} */
const WORDS = {
  jobs_rebuilt: "jobsRebuilt", jobs_refilled: "jobsRefilled", people_rebuilt: "peopleRebuilt",
  records_rebuilt: "recordsRebuilt", records_left_out: "recordsLeftOut",
};

/** Those that there are words for. @param {Pick<Isengard.State, "health">} state */
export function recoveriesOf({ health }) {
  return (health?.recoveries ?? []).filter(({ code }) => Object.hasOwn(WORDS, code));
}

/** @param {import("../../data/store.js").Store} store @param {Isengard.Recovery} recovery */
export function recoveredBanner(store, { code, at, count: back, file }) {
  const said = t(WORDS[code], { entries: counted("entries", back), when: moment(at) });
  return h("div", { class: "isen-warn isen-row", "data-testid": "isen-recovered" },
    h("p", { class: "isen-grow", text: sentences(said, file && t("damagedKept", { file })) }),
    button(t("dismiss"), () => dismiss(store, code), { icon: "times", bare: true, testid: "isen-recovered-dismiss" }));
}

/** For this data folder, not for this browser: whoever looks next is not told again. @param {Isengard.Store} store @param {string} code */
async function dismiss(store, code) {
  const gone = await store.attempt(async (id) => (await store.api.system.dismissRecovery(code, id)) ?? true);
  const { health } = store.state;
  if (gone && health) store.keepOwn({ health: { ...health, recoveries: recoveriesOf({ health }).filter((one) => one.code !== code) } });
}
