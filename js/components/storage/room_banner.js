/** The disk may not hold what is going on: said before it is full. */

import { button, h } from "../../lib/dom.js";
import { bytes } from "../../lib/format.js";
import { t } from "../../locales/words.js";

/** @param {Isengard.Store} store @param {Schema.Room} room */
export function roomBanner(store, { free_bytes: free, needed_bytes: needed }) {
  return h("div", { class: "isen-warn isen-row", "data-testid": "isen-storage-low" },
    h("p", { class: "isen-grow", text: t("storageLow", { free: bytes(free), needed: bytes(needed) }) }),
    button(t("storageLowShow"), () => store.go({ tab: "settings", storage: true }), { testid: "isen-storage-show" }));
}
