/** The panel's memory: state, who listens, and everything a person can do. Knows the API, no element. */

import { ApiError } from "./api.js";
import { continued, galleryPath } from "./gallery.js";
import { newCorrelationId } from "./lib/ids.js";
import { kept, recalled } from "./lib/memory.js";
import { LIST_OF_PURPOSE, answered, emptyState, reduced } from "./state.js";
import { Reasons, concernsLine } from "./waiting.js";

const ROUTE_KEY = "isengard.route";
/** In the order in which they are asked for: what brings pictures along comes first. */
const LISTS = {
  generations: "",
  characters: "/characters?limit=200",
  jobs: "/training/jobs?kind=training&limit=50",
  families: "/training/families",
  recipes: "/recipes",
  styles: "/styles",
  workers: "/training/workers",
  tasks: "/training/jobs?kind=backend_setup,model_download,captioning&limit=30",
  backends: "/training/backends",
};
const WAITS_S = [1, 2, 5];
/** Codes that mean "open our link first". */
const LOCKED = new Set(["session_needed", "host_not_allowed"]);

export class Store {
  #refreshing = null;
  #stale = false;
  #waiting = false;
  #tries = 0;
  #late = [];
  #photoLoads = new Map();

  /** @param {import("./api.js").Api} api */
  constructor(api, { memory = globalThis.sessionStorage, later = (work, ms) => void setTimeout(work, ms) } = {}) {
    this.api = api;
    this.memory = memory;
    this.later = later;
    this.listeners = new Set();
    this.reasons = new Reasons(this);
    /** Told of a list that is here before the others are. @type {(name: string, items: any[]) => void} */
    this.early = () => {};
    /** @type {any} */
    this.state = { ...emptyState(), route: remembered(memory) };
    api.told = (slow) => slow !== this.state.slow && this.set({ slow });
  }

  listen(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  set(changes) {
    this.state = { ...this.state, ...changes };
    for (const listener of [...this.listeners]) listener(this.state);
  }

  /** A reload leads back to the place; what was to happen there once (`compare`, who to draw) has happened. */
  go(route) {
    const { compare: _once, ...place } = route;
    if (route.tab === "images") delete place.id;
    kept(this.memory, ROUTE_KEY, place);
    this.set({ route, problem: null });
  }

  take(event) {
    if (this.#refreshing) this.#late.push(event);
    this.set(reduced(this.state, event));
    if (concernsLine(event, this.state)) this.reasons.look();
    if (event.type === "job.state" && event.data.job.kind === "model_download" && event.data.state === "completed") this.refresh();
    if (event.type === "job.state" && event.data.job.kind === "training" && event.data.state === "completed") this.#trained(event.data.job);
    if (event.type === "character.changed" && this.state.photos[event.subject.id]) this.loadPhotos(event.subject.id);
  }

  /** A training that ended has given its person a version, which no event of theirs tells. */
  async #trained({ character_id: id }) {
    try {
      this.keepCharacter(await this.api.get(`/characters/${id}`));
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
      const health = await this.api.get("/health");
      const names = Object.keys(LISTS);
      const asked = names.map((name) => this.#list(name));
      const [{ lending = null }, ...pages] = await Promise.all([this.api.get("/training/lending"), ...asked]);
      const pictures = names.indexOf("generations");
      pages[pictures] = continued(this.state.generations, this.state.cursors.generations, pages[pictures]);
      const lists = Object.fromEntries(names.map((name, index) => [name, pages[index].items]));
      const cursors = Object.fromEntries(names.map((name, index) => [name, pages[index].next_cursor ?? null]));
      const firstVersion = this.state.firstVersion || health.version;
      const state = { ...this.state, ...lists, health, firstVersion, lending, cursors, connection: "online", retryS: null };
      // What was told while the lists were on their way may be newer than they are; log lines were not fetched here.
      const late = this.#late.filter((event) => event.type !== "job.log");
      this.#tries = 0;
      this.set(late.reduce(reduced, state));
      await this.#openedAnew();
    } catch (error) {
      this.#away(error);
    }
  }

  async #list(name) {
    const page = await this.api.get(this.#path(name));
    if (this.state[name] === null) this.early(name, page.items);
    return page;
  }

  async #openedAnew() {
    const { photos, logs } = this.state;
    await Promise.all([...Object.keys(photos).map((id) => this.loadPhotos(id)), ...Object.keys(logs).map((id) => this.loadJob(id))]);
  }

  #away(error) {
    if (!(error instanceof ApiError)) throw error;
    const answered = error.status === 503 || error.status >= 500;
    const connection = LOCKED.has(error.code) ? "locked" : error.code === "starting" ? "starting" : answered ? "broken" : "offline";
    const retryS = connection === "locked" ? null : WAITS_S[Math.min(this.#tries, WAITS_S.length - 1)];
    this.#tries += 1;
    this.set({ connection, retryS, failure: connection === "broken" ? error : null });
    if (retryS && !this.#waiting) this.#again(retryS);
  }

  #again(seconds) {
    this.#waiting = true;
    this.later(() => {
      this.#waiting = false;
      this.refresh();
    }, seconds * 1000);
  }

  #path(name) {
    return name === "generations" ? galleryPath(this.state.galleryFilter) : LISTS[name];
  }

  /** The next page of a long list. */
  async more(name) {
    const cursor = this.state.cursors[name];
    if (!cursor) return;
    const answer = await this.attempt(() => this.api.get(`${this.#path(name)}&cursor=${encodeURIComponent(cursor)}`));
    if (!answer || this.state.cursors[name] !== cursor) return;
    const known = new Set(this.state[name].map((item) => item.id));
    const fresh = answer.items.filter((item) => !known.has(item.id));
    this.set({ [name]: [...this.state[name], ...fresh], cursors: { ...this.state.cursors, [name]: answer.next_cursor } });
  }

  /** Run something a person asked for; a refusal is shown where they look. Returns its answer or null. */
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

  /** One request at a time for each person; what was asked for meanwhile is fetched once more at the end. */
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

  async #fetchPhotos(characterId) {
    try {
      const { items } = await this.api.get(`/characters/${characterId}/photos`);
      this.set({ photos: { ...this.state.photos, [characterId]: items } });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status && error.code !== "character_not_found") this.set({ problem: error });
    }
  }

  /** Shown at once, taken back when the server refuses. */
  async changePhoto(characterId, photoId, changes) {
    const keep = (change) =>
      this.set({ photos: { ...this.state.photos, [characterId]: this.state.photos[characterId].map((known) => (known.id === photoId ? { ...known, ...change } : known)) } });
    const before = this.state.photos[characterId].find((known) => known.id === photoId);
    keep(changes);
    const photo = await this.attempt((id) => this.api.patch(`/characters/${characterId}/photos/${photoId}`, changes, id));
    keep(photo ?? before);
  }

  async loadJob(jobId) {
    const path = `/training/jobs/${jobId}`;
    const empty = (error) => {
      if (!(error instanceof ApiError)) throw error;
      return { lines: [], items: [] };
    };
    const [log, loss] = await Promise.all([
      this.api.get(`${path}/log?tail=200`).catch(empty),
      this.api.get(`${path}/loss`).catch(empty),
    ]);
    this.set({
      logs: { ...this.state.logs, [jobId]: log.lines },
      losses: { ...this.state.losses, [jobId]: loss.items },
    });
  }

  async loadLending() {
    const answer = await this.attempt(() => this.api.get("/training/lending"));
    if (answer) this.set({ lending: answer.lending });
  }

  /** The training that has made room goes on now. */
  async giveBack() {
    const given = await this.attempt(async (id) => (await this.api.delete("/training/lending", id)) ?? true);
    if (given) this.set({ lending: null });
  }

  /** Files one after the other under one correlation id, each with its own progress and its own refusal. */
  async addPhotos(characterId, files) {
    const id = newCorrelationId();
    const waiting = [...files].map((file, index) => ({ key: `${id}-${index}`, name: file.name, file, characterId, share: 0, error: null }));
    if (!waiting.length) return;
    this.set({ uploads: [...this.state.uploads.filter((known) => !known.error), ...waiting] });
    const wanted = ({ key }) => this.state.uploads.some((known) => known.key === key);
    for (const upload of waiting) if (wanted(upload)) await this.#addOne(upload, id);
    await this.loadPhotos(characterId);
  }

  async #addOne({ key, file, characterId }, id) {
    try {
      await this.api.upload(characterId, file, { id, progress: (share) => this.#upload(key, { share }) });
      this.set({ uploads: this.state.uploads.filter((known) => known.key !== key) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#upload(key, { error, share: 1 });
    }
  }

  #upload(key, changes) {
    this.set({ uploads: this.state.uploads.map((known) => (known.key === key ? { ...known, ...changes } : known)) });
  }

  keepJob(job) {
    return this.#keep("jobs", job);
  }

  keepTask(job) {
    return this.#keep("tasks", job);
  }

  keepCharacter(character) {
    return this.#keep("characters", character);
  }

  keepGeneration(generation) {
    return this.#keep(LIST_OF_PURPOSE[generation?.purpose] ?? "generations", generation);
  }

  /** Keep an answer, which may come before its event or after it. */
  #keep(name, item) {
    if (item) this.set({ [name]: answered(this.state[name] ?? [], item) });
    return item;
  }

  drop(name, id) {
    this.set({ [name]: (this.state[name] ?? []).filter((known) => known.id !== id) });
  }
}

function remembered(memory) {
  const route = recalled(memory, ROUTE_KEY);
  return route?.tab ? route : { tab: "characters" };
}
