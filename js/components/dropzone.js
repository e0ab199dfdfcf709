/** Where photos are dropped, pasted or chosen. */

import { h, icon } from "../lib/dom.js";
import { t } from "../locales/words.js";

const ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif";

export class Dropzone {
  /** @param {(files: FileList) => unknown} take */
  constructor(take) {
    this.take = take;
    const input = h("input", {
      type: "file", multiple: true, accept: ACCEPTED, class: "isen-hidden-input", "aria-label": t("choosePhotos"), "data-testid": "isen-file-input",
      on: { change: () => { take(input.files); input.value = ""; } },
    });
    this.element = h("label", { class: "isen-drop", "data-testid": "isen-dropzone" },
      icon("images"), h("strong", { text: t("dropPhotos") }),
      h("small", { class: "isen-muted", text: t("photoKinds") }), input);
  }

  /** All of `view` takes drops and pastes. ComfyUI would load a dropped file as a workflow: the events end here. */
  watch(view) {
    for (const kind of ["dragover", "dragleave", "drop"]) view.addEventListener(kind, (event) => this.#drag(event));
    view.addEventListener("paste", (event) => this.#paste(event));
  }

  #drag(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    this.element.classList.toggle("isen-over", event.type === "dragover");
    if (event.type === "drop") this.take(event.dataTransfer.files);
  }

  #paste(event) {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    event.stopPropagation();
    this.take(event.clipboardData.files);
  }
}
