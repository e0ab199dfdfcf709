/** The panel's memory: state, who listens, and everything a person can do. Knows the API, no element. */

import { ApiError } from "./api.js";
import { newCorrelationId } from "./lib/ids.js";
import { emptyState, reduced, upserted } from "./state.js";

const ROUTE_KEY = "isengard.route";

export class Store {
  /** @param {import("./api.js").Api} api */
  constructor(api, { memory = globalThis.sessionStorage } = {}) {
    this.api = api;
    this.memory = memory;
    this.listeners = new Set();
    this.state = { ...emptyState(), route: remembered(memory) };
  }

  listen(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  set(changes) {
    this.state = { ...this.state, ...changes };
    for (const listener of this.listeners) listener(this.state);
  }

  go(route) {
    this.memory?.setItem(ROUTE_KEY, JSON.stringify(route));
    this.set({ route, problem: null });
  }

  take(event) {
    this.set(reduced(this.state, event));
    if (event.type === "character.changed" && this.state.photos[event.subject.id]) this.loadPhotos(event.subject.id);
  }

  /** Everything anew: after the first connection, a restart of the server, or a gap that cannot be replayed. */
  async refresh() {
    try {
      const health = await this.api.get("/health");
      const [characters, jobs, generations, families, recipes] = await Promise.all(
        ["/characters?limit=200", "/training/jobs?limit=50", "/generations?limit=60", "/training/families", "/recipes"].map(
          (path) => this.api.get(path),
        ),
      );
      this.set({
        connection: "online",
        health,
        characters: characters.items,
        jobs: jobs.items,
        generations: generations.items,
        families: families.items,
        recipes: recipes.items,
      });
      await Promise.all(Object.keys(this.state.photos).map((id) => this.loadPhotos(id)));
    } catch (error) {
      this.#away(error);
    }
  }

  #away(error) {
    if (!(error instanceof ApiError)) throw error;
    const kinds = { session_needed: "locked", host_not_allowed: "locked", starting: "starting", offline: "offline" };
    const connection = kinds[error.code] ?? (error.status === 503 ? "broken" : "offline");
    this.set({ connection, problem: connection === "broken" ? error : null });
    if (connection === "starting" || connection === "offline") setTimeout(() => this.refresh(), 1500);
  }

  /** Run something a person asked for; a refusal is shown where they look. Returns its answer or null. */
  async attempt(action) {
    try {
      this.set({ problem: null });
      return await action(newCorrelationId());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.set({ problem: error });
      return null;
    }
  }

  async loadPhotos(characterId) {
    try {
      const { items } = await this.api.get(`/characters/${characterId}/photos`);
      this.set({ photos: { ...this.state.photos, [characterId]: items } });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.set({ problem: error.code === "character_not_found" ? null : error });
    }
  }

  async loadJob(jobId) {
    const [log, loss] = await Promise.all([
      this.api.get(`/training/jobs/${jobId}/log?tail=200`),
      this.api.get(`/training/jobs/${jobId}/loss`),
    ]).catch(() => [{ lines: [] }, { items: [] }]);
    this.set({
      logs: { ...this.state.logs, [jobId]: log.lines },
      losses: { ...this.state.losses, [jobId]: loss.items },
    });
  }

  /** Files one after the other under one correlation id, each with its own progress and its own refusal. */
  async addPhotos(characterId, files) {
    const id = newCorrelationId();
    const waiting = [...files].map((file) => ({ key: crypto.randomUUID?.() ?? `${Math.random()}`, file, characterId, share: 0, error: null }));
    this.set({ uploads: [...this.state.uploads.filter((known) => !known.error), ...waiting] });
    for (const upload of waiting) {
      try {
        await this.api.upload(characterId, upload.file, { id, progress: (share) => this.#upload(upload.key, { share }) });
        this.set({ uploads: this.state.uploads.filter((known) => known.key !== upload.key) });
      } catch (error) {
        this.#upload(upload.key, { error, share: 1 });
      }
    }
    await this.loadPhotos(characterId);
  }

  #upload(key, changes) {
    this.set({ uploads: this.state.uploads.map((known) => (known.key === key ? { ...known, ...changes } : known)) });
  }

  /** Keep an answer that is newer than the next event. */
  keepJob(job) {
    if (job) this.set({ jobs: upserted(this.state.jobs ?? [], job) });
    return job;
  }

  keepCharacter(character) {
    if (character) this.set({ characters: upserted(this.state.characters ?? [], character) });
    return character;
  }

  keepGeneration(generation) {
    if (generation) this.set({ generations: upserted(this.state.generations ?? [], generation) });
    return generation;
  }
}

function remembered(memory) {
  try {
    const route = JSON.parse(memory?.getItem(ROUTE_KEY) ?? "null");
    return route?.tab ? route : { tab: "characters" };
  } catch {
    return { tab: "characters" };
  }
}
