/** The wall of faces, and the form for a new one. */

import { fill, field, h, icon, picture } from "../lib/dom.js";
import { photos, t } from "../locales/words.js";
import { runningJobs } from "../state.js";
import { View } from "./view.js";

export class IsenCharacters extends View {
  build() {
    this.className = "isen-stack";
    this.first = h("section", { class: "isen-card isen-first", hidden: true },
      h("h3", { text: t("firstTitle") }),
      h("ol", {}, ...["first1", "first2", "first3"].map((key) => h("li", { text: t(key) }))));
    this.wall = h("div", { class: "isen-wall", role: "list" });
    this.form = this.#newForm();
    this.add = h("button", {
      class: "isen-primary", "data-testid": "isen-new-character", on: { click: () => this.#show(true) },
    }, icon("plus"), t("newCharacter"));
    this.append(this.first, this.wall, this.add, this.form);
  }

  update(state) {
    this.first.hidden = state.characters.length > 0;
    const jobs = runningJobs(state);
    const shown = state.characters.map((c) => {
      const job = jobs.find((known) => known.character_id === c.id);
      const share = job?.progress.total_steps ? Math.round((100 * job.progress.step) / job.progress.total_steps) : 0;
      return [c.id, c.name, c.cover_photo_id, c.photo_count, c.versions.length, job ? share : null];
    });
    fill(this.wall, shown, () => shown.map((entry) => this.#face(...entry)));
  }

  #face(id, name, cover, count, versions, share) {
    const face = cover
      ? picture(this.store.api.url(`/characters/${id}/photos/${cover}/image?size=thumb`), "")
      : h("span", { class: "isen-picture isen-blank" }, icon("user"));
    const status = share !== null ? t("trainingNow", { n: share }) : versions ? t("trained") : photos(count);
    return h("button", {
      class: "isen-face", role: "listitem", "data-testid": "isen-character", on: { click: () => this.store.go({ tab: "characters", id }) },
    }, face, h("span", { class: "isen-name", text: name, title: name }), h("small", { class: "isen-muted", text: status }));
  }

  #newForm() {
    this.name = h("input", { type: "text", maxlength: 80, required: true, "data-testid": "isen-name" });
    this.kind = h("input", { type: "text", maxlength: 40, value: "person", list: "isen-kinds" });
    this.consent = h("input", { type: "checkbox", "data-testid": "isen-consent" });
    const kinds = h("datalist", { id: "isen-kinds" }, ...["person", "woman", "man", "girl", "boy", "dog", "cat"].map((value) => h("option", { value })));
    return h("form", { class: "isen-card isen-stack", hidden: true, on: { submit: (event) => this.#create(event) } },
      field(t("name"), this.name, t("nameHint")), field(t("classWord"), this.kind, t("classHint")), kinds,
      h("label", { class: "isen-check" }, this.consent, t("consent")),
      h("div", { class: "isen-row" },
        h("button", { type: "submit", class: "isen-primary", text: t("createCharacter"), "data-testid": "isen-create" }),
        h("button", { text: t("cancel"), on: { click: () => this.#show(false) } })));
  }

  #show(open) {
    this.form.hidden = !open;
    this.add.hidden = open;
    if (open) this.name.focus();
  }

  async #create(event) {
    event.preventDefault();
    const body = { name: this.name.value, class_word: this.kind.value || "person", consent: this.consent.checked };
    const character = await this.store.attempt((id) => this.store.api.post("/characters", body, id));
    if (this.store.keepCharacter(character)) this.store.go({ tab: "characters", id: character.id });
  }
}
