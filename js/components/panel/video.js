/** Video: what will come. Nothing to press. */

import { h, icon } from "../../lib/dom.js";
import { t } from "../../locales/words.js";
import { View } from "../shared/view.js";

export class IsenVideo extends View {
  build() {
    this.className = "isen-stack";
    this.append(h("section", { class: "isen-card isen-stack isen-soon", "data-testid": "isen-video" },
      h("span", { class: "isen-soon-mark" }, icon("video")), h("h2", { tabindex: -1, text: t("videoTitle") }),
      ...["video1", "video2", "video3"].map((key) => h("p", { class: "isen-muted", text: t(key) }))));
  }
}
