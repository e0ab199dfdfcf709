/** Captions: one plan for all photos, or one sentence for each. */

import { field, h, picture } from "../lib/dom.js";
import { t } from "../locales/words.js";

const DEFAULT_TEMPLATE = "{trigger}, a photo of a {class}";

export function captionEditor(view, character, list) {
  const { store } = view;
  const plan = async (body) => {
    const answer = await store.attempt((id) => store.api.post(`/characters/${character.id}/captions`, body, id));
    if (answer) await store.loadPhotos(character.id);
  };
  const template = h("input", { type: "text", maxlength: 400, value: DEFAULT_TEMPLATE, "data-testid": "isen-template" });
  return [
    h("summary", { text: t("captions", { n: list.filter((photo) => photo.caption).length }) }),
    h("p", { class: "isen-muted", text: t("captionsHint") }),
    h("div", { class: "isen-row" },
      h("button", { text: t("captionTrigger"), "data-testid": "isen-caption-trigger", on: { click: () => plan({ plan: "trigger" }) } })),
    field(t("template"), template, t("templateHint")),
    h("button", { text: t("captionTemplate"), "data-testid": "isen-caption-template", on: { click: () => plan({ plan: "template", template: template.value }) } }),
    h("div", { class: "isen-stack" }, ...list.map((photo, index) => row(view, character, photo, index + 1))),
  ];
}

function row(view, character, photo, n) {
  const { store } = view;
  const path = `/characters/${character.id}/photos/${photo.id}`;
  const text = h("textarea", {
    rows: 2, maxlength: 2000, "aria-label": t("captionOf", { n }), value: photo.caption, placeholder: `${character.trigger_word}, ${character.class_word}`,
    on: { change: () => store.attempt((id) => store.api.patch(path, { caption: text.value }, id)) },
  });
  return h("div", { class: "isen-row isen-caption" }, picture(store.api.url(`${path}/image?size=thumb`), ""), text);
}
