/** A picture among somebody's photos: shown to models as a reference, as their cover, or trained on, with what that does. */

import { button, h } from "../../lib/dom.js";
import { t } from "../../locales/words.js";
import { idsOf } from "../../data/from_picture.js";
import { closer, openDialog } from "../shared/dialogs.js";
import { offerUndo } from "../shared/view.js";

/** @typedef {"reference" | "cover" | "training"} Use */

/** The people who are in it and still here. @param {Isengard.Entry} entry @param {Isengard.Shown} state */
export function peopleIn(entry, { characters }) {
  return idsOf(entry).flatMap((id) => characters.find((known) => known.id === id) ?? []);
}

/** Of one person at once; of several it is asked whose photo it becomes, and before a training what it does. */
/** @param {Isengard.PicturesView} view @param {Isengard.Entry} entry @param {Use} use */
export function keepAsPhoto(view, entry, use) {
  const people = peopleIn(entry, /** @type {Isengard.Shown} */ (view.store.state));
  if (people.length === 1 && use !== "training") return keep(view, entry, people[0], use);
  const choose = people.map((person) => button(t(`keep_${use}For`, { name: person.name }), async () => (await keep(view, entry, person, use)) && dialog.close(), { kind: people.length === 1 ? "primary" : "", testid: "isen-keep-person" }));
  const dialog = openDialog(view, { label: t(`keep_${use}`), kind: "isen-keep", keys: (event) => event.stopPropagation() },
    h("div", { class: "isen-stack", "data-testid": "isen-keep" },
      h("div", { class: "isen-row isen-top" }, h("h2", { class: "isen-grow", text: t(`keep_${use}`) }), closer(() => dialog.close())),
      use === "training" ? h("p", { class: "isen-warn", text: t("keepDrift") }) : null,
      h("div", { class: "isen-row" }, ...choose, button(t("cancel"), () => dialog.close(), { testid: "isen-keep-cancel" }))));
}

/** @param {Isengard.PicturesView} view @param {Isengard.Entry} entry @param {Isengard.Character} person @param {Use} use */
async function keep(view, { generation, image }, person, use) {
  const { store } = view;
  const { photos } = store.api;
  const before = person.cover_photo_id;
  const photo = await store.attempt((id) => store.api.generations.keepPhoto(generation.id, image.n, { character_id: person.id, use }, id));
  if (!photo) return false;
  const back = async () => {
    const usedOtherwise = (use !== "reference" && photo.reference) || (use !== "training" && photo.included);
    if (!usedOtherwise) await store.attempt((id) => photos.remove(person.id, photo.id, id));
    if (use === "cover") store.keepCharacter(await store.attempt((id) => store.api.characters.update(person.id, { cover_photo_id: before }, id)));
  };
  offerUndo(view, t(`kept_${use}`, { name: person.name }), back);
  return true;
}
