/** The panel's memory: state, who listens, and everything a person can do. Knows the API, no element. */

import { ApiError } from "./api.js";
import { continued } from "./gallery.js";
import { asFound, pairOf, readable, sorted, stemOf, textOf } from "../lib/files.js";
import { counted } from "../lib/format.js";
import { newCorrelationId } from "../lib/ids.js";
import { kept, recalled } from "../lib/memory.js";
import { LISTS } from "./fetched_lists.js";
import { LIST_OF_PURPOSE, answered, emptyState, reduced } from "./state.js";
import { WaitingReasons, concernsLine } from "./jobs.js";
import { t } from "../locales/words.js";

/** @typedef {import("./fetched_lists.js").ListName} ListName */

const ROUTE_KEY = "isengard.route";
const WAITS_S = [1, 2, 5];
/** Codes that mean "open our link first". */
const LOCKED = new Set(["session_needed", "host_not_allowed"]);

export class Store {
  /** @type {Promise<void> | null} */
  #refreshing = null;
  #stale = false;
  #waiting = false;
  #tries = 0;
  /** @type {Isengard.Event[]} */
  #late = [];
  /** @type {Map<string, "now" | "again">} */
  #photoLoads = new Map();

  /** @param {Isengard.Api} api @param {{memory?: Isengard.Memory, later?: (work: () => void, ms: number) => void}} [means] */
  constructor(api, { memory = globalThis.sessionStorage, later = (work, ms) => void setTimeout(work, ms) } = {}) {
    this.api = api;
    this.memory = memory;
    this.later = later;
    /** @type {Set<(state: Isengard.Shown) => unknown>} */
    this.listeners = new Set();
    this.reasons = new WaitingReasons(this);
    /** Told of a list that is here before the others are. @type {(name: ListName, items: unknown[]) => void} */
    this.early = () => {};
    /** @type {Isengard.State} */
    this.state = { ...emptyState(), route: remembered(memory) };
    api.told = (slow) => slow !== this.state.slow && this.set({ slow });
  }

  /** @param {(state: Isengard.Shown) => unknown} listener */
  listen(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** @param {Partial<Isengard.State>} changes */
  set(changes) {
    this.state = { ...this.state, ...changes };
    for (const listener of [...this.listeners]) listener(/** @type {Isengard.Shown} */ (this.state));
  }

  /** A reload leads back to the place; what was to happen there once (`compare`, `mend`, `open`, who to draw) has happened. @param {Isengard.Route} route */
  go(route) {
    const { compare: _once, mend: _mend, open: _open, codes: _codes, ...place } = route;
    if (route.tab === "images") delete place.id;
    kept(this.memory, ROUTE_KEY, place);
    this.set({ route, problem: null });
  }

  /** @param {Isengard.Event} event */
  take(event) {
    if (this.#refreshing) this.#late.push(event);
    this.set(reduced(this.state, event));
    if (concernsLine(event, this.state)) this.reasons.look();
    if (event.type === "job.state" && event.data.job.kind === "model_download" && event.data.state === "completed") this.refresh();
    if (event.type === "job.state" && event.data.job.kind === "training" && event.data.state === "completed") this.#trained(event.data.job);
    if (event.type === "character.changed" && this.state.photos[event.subject.id]) this.loadPhotos(event.subject.id);
  }

  /** A training that ended has given its person a version, which no event of theirs tells. @param {Isengard.Job} job */
  async #trained({ character_id: id }) {
    try {
      if (id) this.keepCharacter(await this.api.characters.one(id));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  /** Everything anew: after the first connection, a restart of the server, or a gap that cannot be replayed. */
  refresh() {
    if (this.#refreshing) this.#stale = true;
    this.#refreshing ??= this.#refreshed().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  /** Asked for again meanwhile: what is on its way may be older than what was asked for, so once more. */
  async #refreshed() {
    do {
      this.#stale = false;
      this.#late = [];
      await this.#fetchAll();
    } while (this.#stale && this.state.connection === "online");
  }

  async #fetchAll() {
    try {
      const health = await this.api.system.health();
      const names = /** @type {ListName[]} */ (Object.keys(LISTS));
      const asked = names.map((name) => this.#list(name));
      const [{ lending = null }, ...pages] = await Promise.all([this.api.training.lending(), ...asked]);
      const pictures = names.indexOf("generations");
      const newest = /** @type {Isengard.Page<Isengard.Generation>} */ (pages[pictures]);
      pages[pictures] = continued(this.state.generations, this.state.cursors.generations, newest);
      const lists = Object.fromEntries(names.map((name, index) => [name, pages[index].items]));
      const cursors = Object.fromEntries(names.map((name, index) => [name, pages[index].next_cursor ?? null]));
      const firstVersion = this.state.firstVersion || health.version;
      /** @type {Isengard.State} */
      const state = { ...this.state, ...lists, health, firstVersion, lending, cursors, connection: "online", retryS: null };
      // What was told while the lists were on their way may be newer than they are; log lines were not fetched here.
      const late = this.#late.filter((event) => event.type !== "job.log");
      this.#tries = 0;
      this.set(late.reduce((known, event) => reduced(known, event), state));
      await this.#openedAnew();
    } catch (error) {
      this.#away(error);
    }
  }

  /** @param {ListName} name */
  async #list(name) {
    const page = await LISTS[name](this.api, this.state);
    if (this.state[name] === null) this.early(name, page.items);
    return page;
  }

  async #openedAnew() {
    const { photos, logs } = this.state;
    await Promise.all([...Object.keys(photos).map((id) => this.loadPhotos(id)), ...Object.keys(logs).map((id) => this.loadJob(id))]);
  }

  /** @param {unknown} error */
  #away(error) {
    if (!(error instanceof ApiError)) throw error;
    const answered = error.status === 503 || error.status >= 500;
    /** @type {Isengard.State["connection"]} */
    const connection = LOCKED.has(error.code) ? "locked" : error.code === "starting" ? "starting" : answered ? "broken" : "offline";
    const retryS = connection === "locked" ? null : WAITS_S[Math.min(this.#tries, WAITS_S.length - 1)];
    this.#tries += 1;
    this.set({ connection, retryS, failure: connection === "broken" || error.code === "not_ours" ? error : null });
    if (retryS && !this.#waiting) this.#again(retryS);
  }

  /** @param {number} seconds */
  #again(seconds) {
    this.#waiting = true;
    this.later(() => {
      this.#waiting = false;
      this.refresh();
    }, seconds * 1000);
  }

  /** The next page of a long list. @param {"generations" | "jobs"} name */
  async more(name) {
    const cursor = this.state.cursors[name];
    if (!cursor) return;
    const answer = await this.attempt(() => /** @type {Promise<Isengard.Page<Isengard.Generation | Isengard.Job>>} */ (LISTS[name](this.api, this.state, cursor)));
    if (!answer || this.state.cursors[name] !== cursor) return;
    const shown = this.state[name] ?? [];
    const known = new Set(shown.map((item) => item.id));
    const fresh = answer.items.filter((item) => !known.has(item.id));
    this.set({ [name]: [...shown, ...fresh], cursors: { ...this.state.cursors, [name]: answer.next_cursor } });
  }

  /**
   * Run something a person asked for; a refusal is shown where they look. Returns its answer or null.
   * @template Answer
   * @param {(action: string) => Answer | Promise<Answer>} action
   * @returns {Promise<Answer | null>}
   */
  async attempt(action) {
    try {
      if (this.state.problem) this.set({ problem: null });
      return await action(newCorrelationId());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.set({ problem: error });
      return null;
    }
  }

  /** One request at a time for each person; what was asked for meanwhile is fetched once more at the end. @param {string} characterId */
  async loadPhotos(characterId) {
    const loads = this.#photoLoads;
    if (loads.has(characterId)) {
      loads.set(characterId, "again");
      return;
    }
    do {
      loads.set(characterId, "now");
      await this.#fetchPhotos(characterId);
    } while (loads.get(characterId) === "again");
    loads.delete(characterId);
  }

  /** @param {string} characterId */
  async #fetchPhotos(characterId) {
    try {
      const { items } = await this.api.photos.list(characterId);
      this.set({ photos: { ...this.state.photos, [characterId]: items } });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status && error.code !== "character_not_found") this.set({ problem: error });
    }
  }

  /**
   * Shown at once, taken back when the server refuses.
   * @param {string} characterId @param {string} photoId @param {Partial<Isengard.Photo>} changes
   */
  async changePhoto(characterId, photoId, changes) {
    /** @param {Partial<Isengard.Photo>} change */
    const keep = (change) =>
      this.set({ photos: { ...this.state.photos, [characterId]: this.state.photos[characterId].map((known) => (known.id === photoId ? { ...known, ...change } : known)) } });
    const before = this.state.photos[characterId].find((known) => known.id === photoId);
    keep(changes);
    const photo = await this.attempt((id) => this.api.photos.update(characterId, photoId, changes, id));
    keep(photo ?? before ?? {});
  }

  /** @param {string} jobId */
  async loadJob(jobId) {
    /** @param {unknown} error */
    const empty = (error) => {
      if (!(error instanceof ApiError)) throw error;
      return { lines: [], items: [] };
    };
    const [log, loss] = await Promise.all([
      this.api.jobs.log(jobId).catch(empty),
      this.api.jobs.loss(jobId).catch(empty),
    ]);
    this.set({
      logs: { ...this.state.logs, [jobId]: log.lines },
      losses: { ...this.state.losses, [jobId]: loss.items },
    });
  }

  async loadLending() {
    const answer = await this.attempt(() => this.api.training.lending());
    if (answer) this.set({ lending: answer.lending });
  }

  /** The training that has made room goes on now. */
  async giveBack() {
    const given = await this.attempt(async (id) => (await this.api.training.giveBack(id)) ?? true);
    if (given) this.set({ lending: null });
  }

  /**
   * Photos one after the other under one correlation id, each with its own progress and its own refusal; a text of the same
   * name becomes a photo's caption. What is neither is told in one line.
   * @param {string} characterId
   * @param {Iterable<File | import("../lib/files.js").Found>} files
   */
  async addPhotos(characterId, files) {
    const id = newCorrelationId();
    const { photos, captions, others } = sorted(asFound(files));
    const waiting = photos.map((one, index) => ({ key: `${id}-${index}`, name: one.file.name, pair: pairOf(one), file: one.file, characterId, share: 0, error: null }));
    this.set({ uploads: [...this.state.uploads.filter((known) => !known.error && !known.note), ...waiting] });
    /** @param {Isengard.Upload} upload */
    const wanted = ({ key }) => this.state.uploads.some((known) => known.key === key);
    for (const upload of waiting) {
      if (!wanted(upload)) continue;
      const photo = await this.#addOne(upload, id);
      const caption = captions.get(upload.pair);
      if (photo && caption) await this.#caption(characterId, photo, caption, id);
      if (photo) captions.delete(upload.pair);
    }
    await this.loadPhotos(characterId);
    const left = await this.#captionKnown(characterId, captions, id);
    // of a photo that came along and was not taken its own line tells
    const came = new Set(waiting.map(({ pair }) => pair));
    others.push(...left.filter(([pair]) => !came.has(pair)).map(([, file]) => file.name));
    if (others.length) this.#note(characterId, `${id}-others`, counted("notPhotos", others.length, { names: few(others) }));
  }

  /** The photo that was kept, or null. @param {Isengard.Upload & {file: File}} upload @param {string} id */
  async #addOne({ key, file, characterId }, id) {
    try {
      if (!(await readable(file))) throw new ApiError(0, { code: "file_unreadable", message: t("fileGone"), hint: t("fileGoneHint"), correlation_id: id });
      const { photo } = await this.api.photos.upload(characterId, file, { id, progress: (share) => this.#upload(key, { share }) });
      this.set({ uploads: this.state.uploads.filter((known) => known.key !== key) });
      return photo;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#upload(key, { error, share: 1 });
      if (error.code === "photos_full") this.#noMore(characterId, id);
      return null;
    }
  }

  /** The limit is reached: what waits is not sent to be refused one by one. @param {string} characterId @param {string} id */
  #noMore(characterId, id) {
    /** @param {Isengard.Upload} known */
    const waits = (known) => known.characterId === characterId && !known.error && !known.note;
    const left = this.state.uploads.filter(waits);
    this.set({ uploads: this.state.uploads.filter((known) => !waits(known)) });
    if (left.length) this.#note(characterId, `${id}-full`, counted("notSent", left.length, { names: few(left.map(({ name }) => name)) }));
  }

  /** @param {string} characterId @param {Isengard.Photo} photo @param {File} file @param {string} id */
  async #caption(characterId, photo, file, id) {
    try {
      const caption = await textOf(file);
      if (caption) await this.api.photos.update(characterId, photo.id, { caption }, id);
    } catch (error) {
      const why = error instanceof ApiError ? error : new ApiError(0, { code: "file_unreadable", message: t("fileGone"), hint: t("fileGoneHint"), correlation_id: id });
      const refused = { key: `${id}-${file.name}`, name: file.name, file, characterId, share: 1, error: why };
      this.set({ uploads: [...this.state.uploads, refused] });
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
      const photo = (this.state.photos[characterId] ?? []).find((known) => known.name && stemOf(known.name) === stemOf(file.name));
      if (!photo) left.push([pair, file]);
      else if (photo.caption_source !== "user") await this.#caption(characterId, photo, file, id);
    }
    if (left.length < captions.size) await this.loadPhotos(characterId);
    return left;
  }

  /** @param {string} characterId @param {string} key @param {string} note */
  #note(characterId, key, note) {
    this.set({ uploads: [...this.state.uploads, { key, name: "", characterId, share: 1, error: null, note }] });
  }

  /** @param {string} key @param {Partial<Isengard.Upload>} changes */
  #upload(key, changes) {
    this.set({ uploads: this.state.uploads.map((known) => (known.key === key ? { ...known, ...changes } : known)) });
  }

  /** @param {Isengard.Job | null} job */
  keepJob(job) {
    return this.#keep("jobs", job);
  }

  /** @param {Isengard.Job | null} job */
  keepTask(job) {
    return this.#keep("tasks", job);
  }

  /** @param {Isengard.Character | null} character */
  keepCharacter(character) {
    return this.#keep("characters", character);
  }

  /** @param {Isengard.Generation | null} generation */
  keepGeneration(generation) {
    return this.#keep((generation && LIST_OF_PURPOSE[generation.purpose]) ?? "generations", generation);
  }

  /**
   * Keep an answer, which may come before its event or after it.
   * @template {Isengard.Listed} Item
   * @param {ListName | "comparisons"} name @param {Item | null} item
   */
  #keep(name, item) {
    const known = /** @type {Item[]} */ (/** @type {unknown} */ (this.state[name] ?? []));
    if (item) this.set({ [name]: answered(known, item) });
    return item;
  }

  /** @param {"characters"} name @param {string} id */
  drop(name, id) {
    this.set({ [name]: (this.state[name] ?? []).filter((known) => known.id !== id) });
  }
}

const SHOWN_NAMES = 3;

/** A few names and that there are more. @param {string[]} names */
function few(names) {
  const shown = names.slice(0, SHOWN_NAMES).join(", ");
  return names.length > SHOWN_NAMES ? `${shown}, …` : shown;
}

/** @param {Isengard.Memory} memory @returns {Isengard.Route} */
function remembered(memory) {
  const route = recalled(memory, ROUTE_KEY);
  return route?.tab ? route : { tab: "characters" };
}
