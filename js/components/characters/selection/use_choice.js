/** What a photo is for, as one choice of three. */

import { h, say } from "../../../lib/dom.js";
import { USES } from "../../../lib/photo_use.js";
import { t } from "../../../locales/words.js";

let count = 0;

export class UseChoice {
  /** @param {(use: import("../../../lib/photo_use.js").Use) => unknown} choose */
  constructor(choose) {
    const name = `isen-use-${++count}`;
    this.inputs = USES.map((use) => h("input", { type: "radio", name, value: use, "data-testid": `isen-use-${use}`, on: { change: () => choose(use) } }));
    this.said = h("small", { class: "isen-muted", id: name });
    const group = h("div", { class: "isen-segments", role: "radiogroup", "aria-label": t("useTitle"), "aria-describedby": name },
      ...USES.map((use, at) => h("label", { class: "isen-segment", title: t(`useHint_${use}`) }, this.inputs[at], h("span", { text: t(`use_${use}`) }))));
    this.element = h("div", { class: "isen-stack-tight" }, group, this.said);
  }

  /** '' where several photos are for different things. @param {import("../../../lib/photo_use.js").Use | ""} use */
  show(use) {
    for (const input of this.inputs) input.checked = input.value === use;
    say(this.said, t(use ? `useHint_${use}` : "useHint_several"));
  }
}
