/** Photos of a character: the place to drop them and the strip of thumbnails. */

import { h, icon, picture } from "../lib/dom.js";
import { t } from "../locales/words.js";
import { offerUndo } from "./panel.js";

const ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif";

/** Takes dropped and chosen files. ComfyUI would load a dropped file as a workflow: the events end here. */
export function dropzone(take) {
  const input = h("input", {
    type: "file", multiple: true, accept: ACCEPTED, class: "isen-hidden-input", "data-testid": "isen-file-input",
    on: { change: () => { take(input.files); input.value = ""; } },
  });
  const zone = h("label", { class: "isen-drop", "data-testid": "isen-dropzone" },
    icon("images"), h("strong", { text: t("dropPhotos") }), h("span", { text: t("choosePhotos") }),
    h("small", { class: "isen-muted", text: t("photoKinds") }), input);
  const hold = (event) => {
    event.preventDefault();
    event.stopPropagation();
    zone.classList.toggle("isen-over", event.type === "dragover");
  };
  zone.addEventListener("dragover", hold);
  zone.addEventListener("dragleave", hold);
  zone.addEventListener("drop", (event) => {
    hold(event);
    take(event.dataTransfer.files);
  });
  zone.addEventListener("paste", (event) => {
    if (!event.clipboardData?.files.length) return;
    hold(event);
    take(event.clipboardData.files);
  });
  return zone;
}

export function photoStrip(view, character, list) {
  return list.map((photo, index) => thumbnail(view, character, photo, index + 1));
}

function thumbnail(view, character, photo, n) {
  const { store } = view;
  const path = `/characters/${character.id}/photos/${photo.id}`;
  const worst = photo.findings[0];
  const said = [t("photo", { n }), photo.name, ...photo.findings.map((finding) => finding.message)].filter(Boolean).join(". ");
  const patch = (changes) => store.attempt((id) => store.api.patch(path, changes, id));
  const remove = async () => {
    if (!(await store.attempt((id) => store.api.delete(path, id)))) return;
    offerUndo(view, t("photoDeleted"), () => store.attempt((id) => store.api.post(`${path}/restore`, {}, id)));
  };
  return h("figure", { class: photo.included ? "isen-photo" : "isen-photo isen-off", role: "listitem", title: said },
    picture(store.api.url(`${path}/image?size=thumb`), said),
    worst ? h("figcaption", { class: "isen-badge", text: worst.code.replace("_", " ") }) : null,
    photo.held_out ? h("figcaption", { class: "isen-badge isen-held", text: t("holdOut") }) : null,
    h("span", { class: "isen-photo-tools" },
      toggle("check", t("includePhoto"), photo.included, () => patch({ included: !photo.included })),
      toggle("bookmark", t("holdOutHint"), photo.held_out, () => patch({ held_out: !photo.held_out })),
      h("button", { class: "isen-icon", "aria-label": t("deletePhoto", { n }), title: t("deletePhoto", { n }), on: { click: remove } }, icon("trash"))));
}

function toggle(name, label, on, click) {
  return h("button", { class: "isen-icon", "aria-label": label, title: label, "aria-pressed": String(on), on: { click } }, icon(name));
}
