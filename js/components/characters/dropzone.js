/** Where photos are dropped, pasted or chosen. */

import { h, icon } from "../../lib/dom.js";
import { pasted, walked } from "../../lib/files.js";
import { t } from "../../locales/words.js";

const ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,image/heif,image/avif,image/tiff,image/bmp,.heic,.heif,.txt";

export class Dropzone {
  /** @param {(files: Iterable<File | import("../../lib/files.js").Found>) => unknown} take */
  constructor(take) {
    this.take = take;
    const input = h("input", {
      type: "file", multiple: true, accept: ACCEPTED, class: "isen-hidden-input", "aria-label": t("choosePhotos"), "data-testid": "isen-file-input",
      on: { change: () => { take([...(input.files ?? [])]); input.value = ""; } },
    });
    this.element = h("label", { class: "isen-drop", "data-testid": "isen-dropzone" },
      icon("images"), h("strong", { text: t("dropPhotos") }),
      h("small", { class: "isen-muted", text: t("photoKinds") }), input);
  }

  /** All of `view` takes drops and pastes. ComfyUI would load a dropped file as a workflow: the events end here. @param {HTMLElement} view */
  watch(view) {
    for (const kind of ["dragover", "dragleave", "drop"]) view.addEventListener(kind, (event) => this.#drag(/** @type {DragEvent} */ (event)));
    view.addEventListener("paste", (event) => this.#paste(event));
  }

  /** @param {DragEvent} event */
  #drag(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    this.element.classList.toggle("isen-over", event.type === "dragover");
    if (event.type === "drop") walked(event.dataTransfer).then((found) => this.take(found));
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    const files = pasted(event);
    if (!files.length) return;
    event.preventDefault();
    event.stopPropagation();
    this.take(files);
  }
}
