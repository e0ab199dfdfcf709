/** The photos of people as the panel shows them: fetched, changed, and kept while both happen at once. Knows the store, no element. */

import { ApiError } from "../api.js";
import { Unanswered } from "../../lib/unanswered.js";

export class PhotoLists {
  /** @type {Map<string, "now" | "again">} */
  #loads = new Map();
  /** @type {Unanswered<Isengard.Photo>} */
  #unanswered = new Unanswered();
  /** Answered while a list is on its way, which may be older. @type {Map<string, Isengard.Photo>} */
  #newer = new Map();
  /** Captions that were written and could not be saved, by photo; `over`: what the photo has instead. @type {Map<string, {characterId: string, text: string, over: string, away: boolean}>} */
  #unsaved = new Map();
  /** What was written last of each: how an earlier one ended means nothing any more. @type {Map<string, object>} */
  #writes = new Map();

  /** @param {import("../store.js").Store} store */
  constructor(store) {
    this.store = store;
  }

  /** @param {string} characterId */
  of(characterId) {
    return this.store.state.photos[characterId] ?? [];
  }

  /** What the server has told of a person's photos. @param {string} characterId @param {Isengard.Photo[]} items */
  keep(characterId, items) {
    this.#set(characterId, items.map((item) => this.#unanswered.over(item)));
  }

  /** One request at a time for each person; what was asked for meanwhile is fetched once more at the end. @param {string} characterId */
  async load(characterId) {
    const loads = this.#loads;
    if (loads.has(characterId)) {
      loads.set(characterId, "again");
      return;
    }
    do {
      loads.set(characterId, "now");
      await this.#fetch(characterId);
    } while (loads.get(characterId) === "again");
    loads.delete(characterId);
    if (!loads.size) this.#newer.clear();
  }

  /** @param {string} characterId */
  async #fetch(characterId) {
    for (const { id } of this.of(characterId)) this.#newer.delete(id);
    try {
      const { items } = await this.store.api.photos.list(characterId);
      this.keep(characterId, items.map((item) => this.#newer.get(item.id) ?? item));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!["offline", "character_not_found"].includes(error.code)) this.store.set({ problem: error });
    }
  }

  /** Shown at once; what is refused is taken back. @param {string} characterId @param {string} photoId @param {Schema.PhotoPatch} changes */
  async change(characterId, photoId, changes) {
    const known = this.of(characterId).filter(({ id }) => id === photoId);
    const turn = {};
    if ("caption" in changes) this.#writes.set(photoId, turn);
    const answer = await this.#change(characterId, known, () => /** @type {Partial<Isengard.Photo>} */ (changes), async (action) => [await this.store.api.photos.update(characterId, photoId, changes, action)]);
    if (typeof changes.caption === "string" && this.#writes.get(photoId) === turn) this.#written(characterId, photoId, { text: changes.caption, saved: Boolean(answer) });
    return answer;
  }

  /** What stands in the field of a photo's caption: what was written, also where it could not be saved; unless it was changed elsewhere since. @param {Isengard.Photo} photo */
  captionOf({ id, caption }) {
    const left = this.#unsaved.get(id);
    return left?.over === caption ? left.text : caption;
  }

  /** @param {string} characterId @param {string} id @param {{text: string, saved: boolean}} caption */
  #written(characterId, id, { text, saved }) {
    this.#writes.delete(id);
    const photo = this.of(characterId).find((known) => known.id === id);
    if (saved || !photo) return void this.#unsaved.delete(id);
    this.#unsaved.set(id, { characterId, text, over: photo.caption, away: this.store.state.problem?.code === "offline" });
    this.store.set({});
  }

  /** ComfyUI answers again: captions that it did not hear of are saved now. */
  async sendUnsaved() {
    for (const [id, { characterId, text, over, away }] of [...this.#unsaved]) {
      const photo = this.of(characterId).find((known) => known.id === id);
      if (photo?.caption !== over) this.#unsaved.delete(id);
      else if (away) await this.change(characterId, id, { caption: text });
    }
  }

  /**
   * Several at once in one request, shown at once. Answers with what takes it back, in one request too, or null where it was refused.
   * @param {string} characterId @param {string[]} ids @param {Schema.PhotoPatch} changes
   */
  async changeMany(characterId, ids, changes) {
    const before = this.#chosen(characterId, ids);
    const names = /** @type {(keyof Schema.PhotoEdit)[]} */ (Object.keys("caption" in changes ? { ...changes, caption_source: "" } : changes));
    const earlier = Object.fromEntries(before.map((photo) => [photo.id, Object.fromEntries(names.map((name) => [name, photo[name]]))]));
    if (!(await this.#edit(characterId, before, () => changes))) return null;
    return () => this.#edit(characterId, this.#chosen(characterId, ids), ({ id }) => earlier[id]);
  }

  /** @param {string} characterId @param {Isengard.Photo[]} photos @param {(photo: Isengard.Photo) => Schema.PhotoEdit} changesOf */
  async #edit(characterId, photos, changesOf) {
    if (!photos.length) return [];
    const edits = Object.fromEntries(photos.map((photo) => [photo.id, changesOf(photo)]));
    const changed = (/** @type {Isengard.Photo} */ photo) => /** @type {Partial<Isengard.Photo>} */ (edits[photo.id]);
    return this.#change(characterId, photos, changed, async (action) => (await this.store.api.photos.edit(characterId, edits, action)).items);
  }

  /** @param {string} characterId @param {string[]} ids */
  #chosen(characterId, ids) {
    return this.of(characterId).filter(({ id }) => ids.includes(id));
  }

  /** Into the trash in one request. Answers with what brings them back, or null where it was refused. @param {string} characterId @param {string[]} ids */
  async removeMany(characterId, ids) {
    const { photos } = this.store.api;
    if (!(await this.#told(characterId, (action) => photos.removeMany(characterId, ids, action)))) return null;
    return () => this.restoreMany(characterId, ids);
  }

  /** Out of the trash in one request; null where it was refused. @param {string} characterId @param {string[]} ids */
  restoreMany(characterId, ids) {
    return this.#told(characterId, (action) => this.store.api.photos.restoreMany(characterId, ids, action));
  }

  /** A quarter to the right. Answers with what takes it back, or null where it was refused. @param {string} characterId @param {string[]} ids */
  async turnMany(characterId, ids) {
    const { photos } = this.store.api;
    const answer = await this.store.attempt((action) => photos.turn(characterId, { photo_ids: ids, turn: 90 }, action));
    if (!answer) return null;
    this.keep(characterId, answer.photos);
    const turned = answer.photos.filter(({ crop }) => crop?.batch === answer.batch).map(({ id }) => id);
    return { turned, undo: () => this.#told(characterId, (action) => photos.undoTurn(characterId, answer.batch, action)) };
  }

  /** What a request answers with is all photos. @param {string} characterId @param {(action: string) => Promise<Isengard.Page<Isengard.Photo>>} ask */
  async #told(characterId, ask) {
    const answer = await this.store.attempt(ask);
    if (answer) this.keep(characterId, answer.items);
    return answer;
  }

  /**
   * @param {string} characterId @param {Isengard.Photo[]} photos @param {(photo: Isengard.Photo) => Partial<Isengard.Photo>} changesOf
   * @param {(action: string) => Promise<Isengard.Photo[]>} ask
   */
  #change(characterId, photos, changesOf, ask) {
    /** @param {Promise<unknown>} turn */
    const send = (turn) =>
      this.store.attempt(async (action) => {
        await turn;
        const answer = await ask(action);
        if (this.#loads.has(characterId)) for (const photo of answer) this.#newer.set(photo.id, photo);
        return answer;
      });
    return this.#unanswered.change(photos, changesOf, send, (changed) => this.#show(characterId, changed));
  }

  /** These in the place of those of the same ids. @param {string} characterId @param {Isengard.Photo[]} changed */
  #show(characterId, changed) {
    const byId = new Map(changed.map((photo) => [photo.id, photo]));
    this.#set(characterId, this.of(characterId).map((known) => byId.get(known.id) ?? known));
  }

  /** @param {string} characterId @param {Isengard.Photo[]} items */
  #set(characterId, items) {
    this.store.set({ photos: { ...this.store.state.photos, [characterId]: items } });
  }
}
