/** Where photos are dropped, pasted or chosen. */

import { button, h, icon } from "../../lib/dom.js";
import { brought, pasted, takenFrom, walked } from "../../lib/files.js";
import { t } from "../../locales/words.js";

/** @typedef {(files: Iterable<File | import("../../lib/files.js").Found>) => unknown} Take */

const ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,image/heif,image/avif,image/tiff,image/bmp,.heic,.heif,.txt";

export class Dropzone {
  /** @param {Take} take */
  constructor(take) {
    this.take = take;
    const files = chooser(take, { accept: ACCEPTED, "aria-label": t("choosePhotos"), "data-testid": "isen-file-input" });
    const folder = chooser(take, { webkitdirectory: true, "aria-label": t("chooseFolder"), tabindex: -1, "data-testid": "isen-folder-input" });
    this.zone = h("label", { class: "isen-drop", "data-testid": "isen-dropzone" },
      icon("images"), h("strong", { text: t("dropPhotos") }),
      h("small", { class: "isen-muted", text: t("photoKinds") }), files);
    this.element = h("div", { class: "isen-stack-tight" }, this.zone,
      h("div", { class: "isen-row isen-folder" }, button(t("chooseFolder"), () => folder.click(), { icon: "folder-open", kind: "link", title: t("folderHint"), testid: "isen-choose-folder" }), folder));
  }

  /** @param {boolean} small beside photos that are there */
  show(small) {
    this.zone.classList.toggle("isen-small", small);
  }

  /** All of `view` takes drops and pastes. @param {HTMLElement} view */
  watch(view) {
    takesDrops(view, this.zone, this.take);
    view.addEventListener("paste", (event) => this.#paste(event));
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

/**
 * Files that are dropped on `target` are taken, and `shown` says so while they hang over it.
 * @param {HTMLElement} target @param {HTMLElement} shown @param {Take} take
 */
export function takesDrops(target, shown, take) {
  /** @param {DragEvent} event */
  const drag = (event) => {
    const files = brought(event);
    if (!files) return;
    shown.classList.toggle("isen-over", event.type === "dragover");
    if (event.type !== "drop") return;
    shown.setAttribute("aria-busy", "true"); // a large folder takes a while
    walked(files).finally(() => shown.removeAttribute("aria-busy")).then(take);
  };
  target.addEventListener("dragover", drag);
  target.addEventListener("dragleave", drag);
  target.addEventListener("drop", drag);
}

/** @param {Take} take @param {Isengard.Props} props */
function chooser(take, props) {
  const chosen = () => {
    const files = takenFrom(input);
    if (files.length) take(files);
  };
  const input = h("input", { type: "file", multiple: true, class: "isen-hidden-input", ...props, on: { change: chosen } });
  return input;
}
