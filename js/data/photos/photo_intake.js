/** Photos on their way in: a few at once, each with its own progress and its own refusal, captions beside them. Knows the store, no element. */

import { ApiError, ours } from "../api.js";
import { MOST_FILES, asFound, pairOf, readable, sorted, stemOf, textOf } from "../../lib/files.js";
import { newCorrelationId } from "../../lib/ids.js";

/** A browser holds six connections to one server: one listens, and two are left for pictures and for what is pressed meanwhile. */
export const AT_ONCE = 3;

/** @typedef {Isengard.Upload & {file: File, pair: string}} Waiting */

export class PhotoIntake {
  #going = 0;
  /** Who waits for a place. @type {(() => void)[]} */
  #line = [];

  /** @param {import("../store.js").Store} store */
  constructor(store) {
    this.store = store;
  }

  /**
   * Under one correlation id; a text of the same name becomes a photo's caption, and what is neither is told in one line.
   * @param {string} characterId @param {Iterable<File | import("../../lib/files.js").Found>} files
   */
  async add(characterId, files) {
    const id = newCorrelationId();
    const found = asFound(files);
    if (!found.length) return this.#note(characterId, id, "droppedNothing");
    const { photos, captions, others, all } = sorted(found);
    const waiting = photos.map((one, index) => ({ key: `${id}-${index}`, name: one.file.name, pair: pairOf(one), file: one.file, caption: captions.get(pairOf(one)), characterId, share: 0, error: null }));
    this.#set(this.#uploads.filter((known) => known.characterId !== characterId || (!known.error && !known.note))); // of others it is told still
    if (!all) this.#note(characterId, `${id}-rest`, "filesCut", [], MOST_FILES);
    await this.#takeAll(characterId, waiting, captions, id);
    const left = await this.#captionKnown(characterId, captions, id);
    // of a photo that came along and was not taken its own line tells
    const came = new Set(waiting.map(({ pair }) => pair));
    others.push(...left.filter(([pair]) => !came.has(pair)).map(([, file]) => file.name));
    if (others.length) this.#note(characterId, `${id}-others`, "notPhotos", others);
  }

  /** What was refused before, once more. @param {string} characterId @param {Isengard.Upload[]} refused */
  async again(characterId, refused) {
    const id = newCorrelationId();
    const waiting = /** @type {Waiting[]} */ (refused.map((upload, index) => ({ ...upload, key: `${id}-${index}`, share: 0, begun: false, error: null })));
    await this.#takeAll(characterId, waiting, new Map(), id);
  }

  /** @param {string} characterId @param {Waiting[]} waiting @param {Map<string, File>} captions that have no photo yet @param {string} id */
  async #takeAll(characterId, waiting, captions, id) {
    this.#set([...this.#uploads, ...waiting]);
    await Promise.all(waiting.map((upload) => this.#inTurn(() => this.#take(upload, captions, id))));
    await this.store.loadPhotos(characterId);
  }

  get #uploads() {
    return this.store.state.uploads;
  }

  /** @param {Isengard.Upload[]} uploads */
  #set(uploads) {
    this.store.set({ uploads });
  }

  /** @param {() => Promise<void>} work */
  async #inTurn(work) {
    if (this.#going >= AT_ONCE) await /** @type {Promise<void>} */ (new Promise((resolve) => this.#line.push(resolve)));
    else this.#going += 1;
    try {
      await work();
    } finally {
      const next = this.#line.shift();
      if (next) next();
      else this.#going -= 1;
    }
  }

  /** Unless it was left out meanwhile. @param {Waiting} upload @param {Map<string, File>} captions @param {string} id */
  async #take(upload, captions, id) {
    if (!this.#uploads.some(({ key }) => key === upload.key)) return;
    this.#mark(upload.key, { begun: true });
    const photo = await this.#send(upload, id);
    if (!photo) return;
    captions.delete(upload.pair);
    if (upload.caption) await this.#caption(upload.characterId, photo, upload.caption, id);
  }

  /** The photo that was kept, or null. @param {Waiting} upload @param {string} id */
  async #send({ key, file, characterId }, id) {
    try {
      if (file.size && !(await readable(file))) throw unreadable(id);  // of an empty one the server tells
      const { photo } = await this.store.api.photos.upload(characterId, file, { id, progress: (share) => this.#mark(key, { share }) });
      this.#set(this.#uploads.filter((known) => known.key !== key));
      return photo;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#mark(key, { error, share: 1 });
      if (error.code === "photos_full") this.#noMore(characterId, id);
      return null;
    }
  }

  /** The limit is reached: what waits is not sent to be refused one by one. @param {string} characterId @param {string} id */
  #noMore(characterId, id) {
    /** @param {Isengard.Upload} known */
    const waits = (known) => known.characterId === characterId && !known.error && !known.note && !known.begun;
    const left = this.#uploads.filter(waits);
    this.#set(this.#uploads.filter((known) => !waits(known)));
    if (left.length) this.#note(characterId, `${id}-full`, "notSent", left.map(({ name }) => name));
  }

  /** @param {string} characterId @param {Isengard.Photo} photo @param {File} file @param {string} id */
  async #caption(characterId, photo, file, id) {
    try {
      const caption = await textOf(file);
      if (caption) await this.store.api.photos.update(characterId, photo.id, { caption }, id);
    } catch (error) {
      const why = error instanceof ApiError ? error : unreadable(id);
      const refused = { key: `${id}-${file.name}`, name: file.name, characterId, share: 1, error: why };
      this.#set([...this.#uploads, refused]);
    }
  }

  /**
   * Texts that came without their photo belong to one that is here by that name, unless somebody has written its caption; the rest as it was given.
   * @param {string} characterId @param {Map<string, File>} captions @param {string} id
   */
  async #captionKnown(characterId, captions, id) {
    /** @type {[string, File][]} */
    const left = [];
    for (const [pair, file] of captions) {
      const photo = this.store.photos.of(characterId).find((known) => known.name && stemOf(known.name) === stemOf(file.name));
      if (!photo) left.push([pair, file]);
      else if (photo.caption_source !== "user") await this.#caption(characterId, photo, file, id);
    }
    if (left.length < captions.size) await this.store.loadPhotos(characterId);
    return left;
  }

  /** What is told of files, by the key of its sentence. @param {string} characterId @param {string} key @param {string} words @param {string[]} [names] */
  #note(characterId, key, words, names = [], n = names.length) {
    this.#set([...this.#uploads, { key, name: "", characterId, share: 1, error: null, note: { words, names, n } }]);
  }

  /** @param {string} key @param {Partial<Isengard.Upload>} changes */
  #mark(key, changes) {
    this.#set(this.#uploads.map((known) => (known.key === key ? { ...known, ...changes } : known)));
  }
}

/** @param {string} id */
function unreadable(id) {
  return new ApiError(0, ours("file_unreadable", "fileGone", id));
}
