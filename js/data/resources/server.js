/** Isengard's server and the ComfyUI that it is in. */

import { Resource, path, query } from "./address.js";

/** ComfyUI itself: its restart is Isengard's route, its lists are its own. */
export class ComfyUI extends Resource {
  /** @returns {Promise<{can_restart: boolean, queue: number}>} */
  standing() {
    return this.api.get("/comfyui");
  }

  /** @param {Schema.Restart} wanted @param {string} action @returns {Promise<unknown>} */
  restart(wanted, action) {
    return this.api.post("/comfyui/restart", wanted, action);
  }

  /** @returns {Promise<Isengard.SamplerNodes>} */
  samplerNode() {
    return this.api.comfy("/object_info/KSampler");
  }

  /** Names, unless another pack answers with something else. @returns {Promise<unknown>} */
  embeddings() {
    return this.api.comfy("/embeddings");
  }
}

/** The server: its state, settings, session, logs and events. */
export class System extends Resource {
  /** @returns {Promise<Isengard.Health>} */
  health() {
    return this.api.get("/health");
  }

  /** Every language there is; open to everybody, as the panel's code is. @returns {Promise<Schema.LanguageList>} */
  languages() {
    return this.api.get("/languages");
  }

  /** One language's words. @param {string} code @returns {Promise<Schema.LanguageWords>} */
  language(code) {
    return this.api.get(path`/languages/${code}`);
  }

  /** What was rebuilt was read. @param {string} code @param {string} action @returns {Promise<null>} */
  dismissRecovery(code, action) {
    return this.api.delete(path`/recoveries/${code}`, action);
  }

  /** The link's token for a cookie. @param {string} token @returns {Promise<null>} */
  openSession(token) {
    return this.api.post("/session", { token });
  }

  /** Only on the computer that ComfyUI runs on. @returns {Promise<{links: string[], token: string}>} */
  sessionLink() {
    return this.api.post("/session/link");
  }

  /** @returns {Promise<Isengard.Settings>} */
  settings() {
    return this.api.get("/settings");
  }

  /** @param {Record<string, string>} changes @param {string} action @returns {Promise<Isengard.Settings>} */
  changeSettings(changes, action) {
    return this.api.patch("/settings", changes, action);
  }

  /** What practice mode has left. @returns {Promise<Schema.PracticeLeft>} */
  practice() {
    return this.api.get("/practice");
  }

  /** @param {string} action @returns {Promise<Schema.PracticeRemoved>} */
  removePractice(action) {
    return this.api.post("/practice/remove", {}, action);
  }

  /** @param {Schema.PracticeRemoved} gone @param {string} action @returns {Promise<null>} */
  restorePractice(gone, action) {
    return this.api.post("/practice/restore", gone, action);
  }

  /** Whether likeness can be measured. @returns {Promise<Isengard.Meter>} */
  likeness() {
    return this.api.get("/likeness");
  }

  /** @param {{limit: number, correlation_id: string, service: string}} asked @returns {Promise<Isengard.Page<Isengard.LogLine>>} */
  logs(asked) {
    return this.api.get("/logs" + query(asked));
  }

  /** The panel's own lines. @param {object[]} lines @returns {Promise<null>} */
  sendLogs(lines) {
    return this.api.post("/logs", { lines });
  }

  /** The report, with what the page knows of ComfyUI's frontend. @param {Isengard.FrontendReport} [frontend] */
  diagnosticsUrl(frontend) {
    return this.api.url("/diagnostics" + query({ frontend: frontend ? JSON.stringify(frontend) : "" }));
  }

  /** What the form for a new issue is filled with: versions alone. @param {Isengard.FrontendReport} [frontend] @returns {Promise<Schema.IssueDraft>} */
  issueDraft(frontend) {
    return this.api.get("/diagnostics/issue" + query({ frontend: frontend ? JSON.stringify(frontend) : "" }));
  }

  /** What is changed together is told in one event. @param {string} since the last event that came; '' for none @param {boolean} [once] what there is, and the stream ends; else it says at once that it is there */
  eventsUrl(since, once = false) {
    return this.api.url("/events" + query({ many: "1", once, greet: !once, since }));
  }
}
