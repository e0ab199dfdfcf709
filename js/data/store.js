/** The panel's memory: state, who listens, and everything a person can do. Knows the API, no element. */

import { ApiError, quietly } from "./api.js";
import { continued } from "./gallery.js";
import { newCorrelationId } from "../lib/ids.js";
import { kept, recalled } from "../lib/memory.js";
import { LISTS } from "./fetched_lists.js";
import { OwnChanges } from "./looking/own_changes.js";
import { PhotoIntake } from "./photos/photo_intake.js";
import { PhotoLists } from "./photos/photo_lists.js";
import { LIST_OF_PURPOSE, answered, emptyState, reduced, withoutPerson } from "./state.js";
import { JobRecords, WaitingReasons, concernsLine } from "./jobs.js";

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
  /** A question went unanswered since everything was fetched. */
  #missed = false;
  /** What events have told since each question that is on its way was asked. @type {Set<Isengard.Event[]>} */
  #meanwhile = new Set();

  /** @param {Isengard.Api} api @param {{memory?: Isengard.Memory, later?: (work: () => void, ms: number) => void}} [means] */
  constructor(api, { memory = globalThis.sessionStorage, later = (work, ms) => void setTimeout(work, ms) } = {}) {
    this.api = api;
    this.memory = memory;
    this.later = later;
    /** @type {Set<(state: Isengard.Shown) => unknown>} */
    this.listeners = new Set();
    this.reasons = new WaitingReasons(this);
    this.records = new JobRecords(this);
    this.changes = new OwnChanges();
    this.photos = new PhotoLists(this);
    this.intake = new PhotoIntake(this);
    /** What the panel can be shown in; null where nobody chooses it. @type {import("./languages.js").Languages | null} */
    this.languages = null;
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

  /** Keep what was done here and no event tells: lists that are on their way may not know it yet. @param {Partial<Isengard.State>} changes */
  keepOwn(changes) {
    if (this.#refreshing) this.#stale = true;
    this.set(changes);
  }

  /** A reload leads back to the place; what was to happen there once (`compare`, `mend`, `open`, who to draw) has happened. @param {Isengard.Route} route */
  go(route) {
    const { compare: _once, training: _of, mend: _mend, open: _open, codes: _codes, ...place } = route;
    if (route.tab === "images") delete place.id;
    kept(this.memory, ROUTE_KEY, place);
    this.set({ route, problem: null });
  }

  /** What is told together is shown at once. @param {...Isengard.Event} events */
  take(...events) {
    for (const told of this.#meanwhile) told.push(...events);
    this.set(events.map((event) => this.changes.told(event)).reduce(reduced, this.state));
    for (const event of events) {
      this.records.take(event);
      this.#follow(event);
    }
  }

  /** What an event leads to beyond what it says. @param {Isengard.Event} event */
  #follow(event) {
    if (concernsLine(event, this.state)) this.reasons.look();
    if (event.type === "job.state" && event.data.job.kind === "model_download" && event.data.state === "completed") this.refresh();
    if (event.type === "job.state" && event.data.job.kind === "training" && event.data.state === "completed") this.#trained(event.data.job);
    if (event.type === "character.changed" && this.state.photos[event.subject.id]) this.loadPhotos(event.subject.id);
  }

  /** A training that ended has given its person a version, which no event of theirs tells. @param {Isengard.Job} job */
  async #trained({ character_id: id }) {
    if (id) await quietly(() => this.api.characters.one(id), (person) => this.keepCharacter(person));
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
      await this.#fetchAll();
    } while (this.#stale && this.state.connection === "online");
  }

  async #fetchAll() {
    try {
      await this.fetched(() => this.#everything(), (lists) => lists);
      await this.#openedAnew();
    } catch (error) {
      this.#away(error);
    }
  }

  /** @returns {Promise<Partial<Isengard.State>>} */
  async #everything() {
    const health = await this.api.system.health();
    const names = /** @type {ListName[]} */ (Object.keys(LISTS));
    const { galleryFilter: filter } = this.state;
    const asked = names.map((name) => this.#list(name));
    const [{ lending = null }, ...pages] = await Promise.all([this.api.training.lending(), ...asked]);
    const [pictures, trainings] = [names.indexOf("generations"), names.indexOf("jobs")];
    pages[trainings] = await this.#withShown(continued(this.state.jobs, this.state.cursors.jobs, /** @type {Isengard.Page<Isengard.Job>} */ (pages[trainings])));
    // last: while a training is asked for, the filter may still change
    pages[pictures] = this.#pictures(/** @type {Isengard.Page<Isengard.Generation>} */ (pages[pictures]), filter);
    const lists = Object.fromEntries(names.map((name, index) => [name, pages[index].items]));
    const cursors = Object.fromEntries(names.map((name, index) => [name, pages[index].next_cursor ?? null]));
    this.#tries = 0;
    return { ...this.#back(), ...lists, health, firstVersion: this.state.firstVersion || health.version, lending, cursors, listedFilter: filter === this.state.galleryFilter ? filter : this.state.listedFilter, connection: "online", retryS: null };
  }

  /**
   * Ask, and keep what comes of the answer: what events told while it was on its way is newer. Log lines would be there twice.
   * @template Answer
   * @param {() => Promise<Answer>} question @param {(answer: Answer) => Partial<Isengard.State>} changes
   */
  async fetched(question, changes) {
    /** @type {Isengard.Event[]} */
    const told = [];
    this.#meanwhile.add(told);
    try {
      const answer = await question();
      const newer = told.filter((event) => event.type !== "job.log");
      this.set(newer.reduce((state, event) => reduced(state, event), { ...this.state, ...changes(answer) }));
      return answer;
    } finally {
      this.#meanwhile.delete(told);
    }
  }

  /** Before what was scrolled through; those of an earlier filter are not shown under the one that was chosen meanwhile. @param {Isengard.Page<Isengard.Generation>} newest @param {Isengard.Filter} filter */
  #pictures(newest, filter) {
    const { generations, cursors, galleryFilter: now, listedFilter: listed } = this.state;
    if (filter === now && filter !== listed) return newest;
    if (filter === now || generations === null) return continued(generations, cursors.generations, newest, now.sort);
    this.#stale = true;
    return { items: generations, next_cursor: cursors.generations };
  }

  /** With the training that is looked at, however long ago it was. @param {Isengard.Page<Isengard.Job>} page */
  async #withShown(page) {
    const { job: id } = this.state.route;
    if (!id || page.items.some((job) => job.id === id)) return page;
    /** @type {Isengard.Job[]} */
    const found = [];
    await quietly(() => this.api.jobs.one(id), (job) => found.push(job));
    return { ...page, items: [...page.items, ...found] };
  }

  /** What changes once ComfyUI answers again: views ask once more, and what they could not ask is no problem any more. */
  #back() {
    const { connection, returns, problem } = this.state;
    const was = this.#missed || connection !== "online";
    this.#missed = false;
    return { returns: returns + Number(was), problem: was && problem?.code === "offline" && !problem.correlationId ? null : problem };
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
    await this.photos.sendUnsaved();
  }

  /** @param {unknown} error */
  #away(error) {
    if (!(error instanceof ApiError)) throw error;
    const answered = error.status >= 500 && error.code !== "offline"; // a server between says for ComfyUI that nobody is there
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

  /** The next page of a long list; whether it came. @param {"generations" | "jobs"} name @param {{pressed?: boolean}} [how] `pressed`: somebody asked for it by a button */
  async more(name, { pressed = true } = {}) {
    const cursor = this.state.cursors[name];
    if (!cursor) return true;
    if (name === "generations" && this.state.galleryFilter !== this.state.listedFilter) return false; // its place is in the list of another filter
    const question = () => /** @type {Promise<Isengard.Page<Isengard.Generation | Isengard.Job>>} */ (LISTS[name](this.api, this.state, cursor));
    const answer = await (pressed ? this.attempt(question) : this.ask(question));
    if (!answer || this.state.cursors[name] !== cursor) return Boolean(answer);
    const shown = this.state[name] ?? [];
    const known = new Set(shown.map((item) => item.id));
    const fresh = answer.items.filter((item) => !known.has(item.id));
    this.set({ [name]: [...shown, ...fresh], cursors: { ...this.state.cursors, [name]: answer.next_cursor } });
    return true;
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
      if (LOCKED.has(error.code)) this.refresh(); // the session has ended: what asks for the link is shown
      return null;
    }
  }

  /**
   * Ask for what a view needs, which nobody pressed: a refusal is shown where no other is, and none is taken away. Returns the answer or null.
   * @template Answer
   * @param {() => Promise<Answer>} question
   * @returns {Promise<Answer | null>}
   */
  async ask(question) {
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.missed(error);
      if (!this.state.problem) this.set({ problem: error });
      return null;
    }
  }

  /** Where nobody answered, views ask again once ComfyUI does. @param {ApiError} error */
  missed(error) {
    if (error.code === "offline") this.#missed = true;
  }

  /** @param {string} characterId */
  loadPhotos(characterId) {
    return this.photos.load(characterId);
  }

  /** @param {string} characterId @param {Iterable<File | import("../lib/files.js").Found>} files */
  addPhotos(characterId, files) {
    return this.intake.add(characterId, files);
  }

  /** @param {string} characterId @param {string} photoId @param {Schema.PhotoPatch} changes */
  changePhoto(characterId, photoId, changes) {
    return this.photos.change(characterId, photoId, changes);
  }

  /** @param {string} jobId */
  loadJob(jobId) {
    return this.records.load(jobId);
  }

  async loadLending() {
    await this.attempt(() => this.fetched(() => this.api.training.lending(), ({ lending }) => ({ lending })));
  }

  /** The training that has made room goes on now. */
  async giveBack() {
    const given = await this.attempt(async (id) => (await this.api.training.giveBack(id)) ?? true);
    if (given) this.set({ lending: null });
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

  /** @param {Isengard.Generation[]} generations */
  keepGenerations(generations) {
    this.set({ generations: answered(this.state.generations, ...generations) });
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

  /** Nothing of theirs is shown any more. @param {string} characterId */
  forget(characterId) {
    this.set(withoutPerson(this.state, characterId));
  }

  /** @param {"characters"} name @param {string} id */
  drop(name, id) {
    this.set({ [name]: (this.state[name] ?? []).filter((known) => known.id !== id) });
  }
}

/** @param {Isengard.Memory} memory @returns {Isengard.Route} */
function remembered(memory) {
  const route = recalled(memory, ROUTE_KEY);
  return route?.tab ? route : { tab: "characters" };
}
