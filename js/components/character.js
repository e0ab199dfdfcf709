/** One character: photos, captions, versions, and what can be done with them. */

import { fill, h, icon } from "../lib/dom.js";
import { photos, t } from "../locales/words.js";
import { captionEditor } from "./captions.js";
import { characterActions, editForm } from "./character_actions.js";
import { dropzone, photoStrip } from "./photos.js";
import { versionList } from "./versions.js";
import { View } from "./view.js";

const GOOD = 20;

export class IsenCharacter extends View {
  build() {
    this.className = "isen-stack";
    const { id } = this.route;
    this.heading = h("h3", { class: "isen-grow" });
    this.head = h("div", { class: "isen-row" },
      h("button", { class: "isen-icon", "aria-label": t("back"), title: t("back"), on: { click: () => this.store.go({ tab: "characters" }) } }, icon("chevron-left")),
      this.heading);
    this.facts = h("p", { class: "isen-muted" });
    this.actions = h("div", {});
    this.meter = h("meter", { min: 0, max: GOOD, low: 10, high: 15, optimum: GOOD });
    this.enough = h("small", { class: "isen-muted" });
    this.strip = h("div", { class: "isen-strip", role: "list", "data-testid": "isen-photos" });
    this.uploads = h("div", { class: "isen-stack", role: "status", "aria-live": "polite" });
    this.captions = h("details", { class: "isen-fold" });
    this.versions = h("details", { class: "isen-fold", open: true });
    this.train = h("button", {
      class: "isen-primary isen-wide", "data-testid": "isen-train",
      on: { click: () => this.store.go({ tab: "training", train: id }) },
    });
    this.append(this.head, this.facts, this.actions, this.meter, this.enough, this.strip,
      dropzone((files) => this.store.addPhotos(id, files)), this.uploads, this.captions, this.versions, this.train);
    this.store.loadPhotos(id);
  }

  update(state) {
    const character = state.characters.find((known) => known.id === this.route.id);
    if (!character) {
      this.store.go({ tab: "characters" });
      return;
    }
    const list = state.photos[character.id] ?? [];
    const included = list.filter((photo) => photo.included).length;
    this.heading.textContent = character.name;
    this.facts.textContent = `${character.class_word} · ${t("triggerWord").toLowerCase()} ${character.trigger_word} · ${photos(character.photo_count)}`;
    this.meter.value = Math.min(included, GOOD);
    this.meter.setAttribute("aria-label", t("enough", { n: included }));
    this.enough.textContent = t("enough", { n: included });
    fill(this.actions, [character.name, character.class_word, character.trigger_word, character.versions.length, list.length], () => [
      characterActions(this, character), editForm(this, character),
    ]);
    fill(this.strip, list, () => photoStrip(this, character, list));
    this.#uploads(state.uploads.filter((upload) => upload.characterId === character.id));
    this.captions.hidden = !list.length;
    fill(this.captions, [list.map((photo) => [photo.id, photo.caption]), character.trigger_word], () => captionEditor(this, character, list));
    this.versions.hidden = !character.versions.length;
    fill(this.versions, character.versions, () => versionList(character));
    this.train.textContent = t("train", { name: character.name });
    this.train.disabled = !included;
  }

  #uploads(list) {
    const lines = list.map((upload) => [upload.file.name, Math.round(upload.share * 100), upload.error?.message, upload.error?.hint]);
    fill(this.uploads, lines, () => lines.map(([name, share, why, hint]) =>
      why
        ? h("p", { class: "isen-error", "data-testid": "isen-refused", text: `${t("refused", { name, why })} ${hint}` })
        : h("div", {}, h("small", { class: "isen-ellipsis", text: t("uploading", { name }) }), h("progress", { max: 100, value: share }))));
  }
}
