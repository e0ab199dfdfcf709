/** Isengard's HTTP API as the panel uses it. Knows no element and no ComfyUI: `fetch` and `url` are handed in. Addresses stand in resources/. */

import { readable } from "../lib/files.js";
import { newCorrelationId } from "../lib/ids.js";
import { t } from "../locales/words.js";
import { Albums } from "./resources/albums.js";
import { Characters, OutsideLoras, Photos } from "./resources/people.js";
import { PhotoDays } from "./resources/photo_days.js";
import { Generations, Recipes } from "./resources/pictures.js";
import { Prompts } from "./resources/prompts.js";
import { ComfyUI, System } from "./resources/server.js";
import { Storage } from "./resources/storage.js";
import { Jobs, Training } from "./resources/training.js";

/** A question that takes longer is told. */
const SLOW_MS = 4000;

/** An error answer, in the server's words. */
export class ApiError extends Error {
  /** @param {number} status 0 where nobody answered @param {Isengard.ErrorBody} error */
  constructor(status, { code, message, hint, correlation_id, said }) {
    super(message);
    this.said = said;
    this.status = status;
    this.code = code;
    this.hint = hint || "";
    this.correlationId = correlation_id || "";
  }
}

/**
 * Something that nobody asked for by hand: what is missing then is only a convenience, and nothing is said about it.
 * @template Answer @param {() => Promise<Answer>} ask @param {(answer: Answer) => unknown} keep
 */
export async function quietly(ask, keep) {
  try {
    keep(await ask());
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

/**
 * An error in the panel's own words: said by their key, it is there in another language too when that changes.
 * @param {string} code @param {string} key the hint's is `keyHint` @param {string} [id] @param {Record<string, unknown>} [values] @returns {Isengard.ErrorBody}
 */
export function ours(code, key, id, values = {}) {
  const hint = `${key}Hint`;
  return { code, message: t(key, values), hint: t(hint), correlation_id: id, said: { message: { key, values }, hint: { key: hint } } };
}

/** A question is asked again by itself; what was to be done is not. @param {string} [id] @returns {Isengard.ErrorBody} */
const away = (id) => ours("offline", id ? "notDone" : "away", id);

/** Nobody answers for ComfyUI: it is down, or starting. */
const GATEWAY = new Set([502, 503, 504]);
/** What a server between page and ComfyUI says, by its number. @type {Record<number, string>} */
const BETWEEN = { 401: "betweenSignIn", 403: "betweenForbidden", 413: "betweenLarge", 429: "betweenMany" };

/**
 * An answer that is not Isengard's, told as what it is; a sign-in page comes with 200 or as a redirect.
 * @param {{status: number, type?: string}} response
 * @param {string} [id]
 * @returns {Isengard.ErrorBody}
 */
function notOurs({ status, type }, id) {
  if (GATEWAY.has(status)) return away(id);
  const signIn = type === "opaqueredirect" || status < 400;
  const key = signIn ? BETWEEN[401] : (BETWEEN[status] ?? "betweenOther");
  return ours("not_ours", key, id, { n: status });
}

export class Api {
  /**
   * @param {{fetch: (path: string, init: RequestInit) => Promise<Response>, url: (path: string) => string}} ways
   * @param {Isengard.Log} [log]
   */
  constructor(ways, log) {
    this.ways = ways;
    this.log = log;
    /** Told when answers become slow and when they are quick again. @type {(slow: boolean) => void} */
    this.told = () => {};
    /** Called when the link was taken. @type {() => void | Promise<void>} */
    this.opened = () => {};
    this.characters = new Characters(this);
    this.photos = new Photos(this);
    this.loras = new OutsideLoras(this);
    this.jobs = new Jobs(this);
    this.training = new Training(this);
    this.generations = new Generations(this);
    this.albums = new Albums(this);
    this.photoDays = new PhotoDays(this);
    this.recipes = new Recipes(this);
    this.prompts = new Prompts(this);
    this.comfyui = new ComfyUI(this);
    this.system = new System(this);
    this.storage = new Storage(this);
  }

  /** @param {string} path */
  url(path) {
    return this.ways.url(`/isengard${path}`);
  }

  /** @template Answer @param {string} path @returns {Promise<Answer>} */
  get(path) {
    return this.#call("GET", path);
  }

  /** `id` lets several requests belong to one action. @template Answer @param {string} path @param {object} body @param {string} id @returns {Promise<Answer>} */
  post(path, body = {}, id = newCorrelationId()) {
    return this.#call("POST", path, body, id);
  }

  /** @template Answer @param {string} path @param {object} body @param {string} id @returns {Promise<Answer>} */
  patch(path, body, id = newCorrelationId()) {
    return this.#call("PATCH", path, body, id);
  }

  /** @template Answer @param {string} path @param {string} id @returns {Promise<Answer>} */
  delete(path, id = newCorrelationId()) {
    return this.#call("DELETE", path, undefined, id);
  }

  /** A file that is made of what is sent. @param {string} path @param {object} body @param {string} id @returns {Promise<Blob>} */
  async file(path, body, id) {
    const response = await this.#sent("POST", path, body, id);
    if (!response.ok) await this.#answer(response, id);
    return response.blob();
  }

  /** ComfyUI's own routes, for reading only. @template Answer @param {string} path @returns {Promise<Answer>} */
  async comfy(path) {
    let response;
    try {
      response = await this.ways.fetch(path, { method: "GET" });
    } catch {
      throw new ApiError(0, away(""));
    }
    return this.#answer(response, "");
  }

  /**
   * @template Answer
   * @param {string} method @param {string} path @param {object} [body] @param {string} [id]
   * @returns {Promise<Answer>}
   */
  async #call(method, path, body, id) {
    return this.#answer(await this.#sent(method, path, body, id), id);
  }

  /** @param {string} method @param {string} path @param {object} [body] @param {string} [id] */
  async #sent(method, path, body, id) {
    /** @type {Record<string, string>} */
    const headers = { "X-Isengard": "1" };
    if (id) {
      headers["X-Correlation-ID"] = id;
      this.log?.line("INFO", `${method} ${path.split("?")[0]}`, id);
    }
    const form = body instanceof FormData ? body : null;  // the browser writes its type itself
    if (body !== undefined && !form) headers["Content-Type"] = "application/json";
    try {
      /** @type {RequestInit} */
      const init = { method, headers, body: body === undefined ? undefined : (form ?? JSON.stringify(body)), redirect: "manual" };
      return await this.#watched(this.ways.fetch(`/isengard${path}`, init), method);
    } catch {
      throw new ApiError(0, away(id));
    }
  }

  /** Questions are answered at once; what is to be done may take its time. @param {Promise<Response>} answer @param {string} method */
  async #watched(answer, method) {
    if (method !== "GET") return answer;
    const timer = setTimeout(() => this.told(true), SLOW_MS);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      this.told(false);
    }
  }

  /** Null where nothing is to be said. @param {Response} response @param {string} [id] */
  async #answer(response, id) {
    if (response.status === 204) return null;
    const content = await response.json().catch(() => null);
    if (response.ok && content !== null) return content;
    const error = content?.error?.code ? content.error : notOurs(response, id);
    this.log?.line("WARNING", error.message, error.correlation_id || id || "", { code: error.code });
    throw new ApiError(response.status, error);
  }

  /**
   * A file as form data. By `XMLHttpRequest`, because fetch cannot tell how much it has sent.
   * @template Answer
   * @param {string} path @param {{field: string, file: File}} sent @param {Isengard.Sending} options
   * @returns {Promise<Answer>}
   */
  send(path, { field, file }, { id, progress, Request = XMLHttpRequest }) {
    return new Promise((resolve, reject) => {
      const request = new Request();
      request.open("POST", this.url(path));
      request.setRequestHeader("X-Isengard", "1");
      request.setRequestHeader("X-Correlation-ID", id);
      request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
      request.onerror = async () => reject(new ApiError(0, await this.#brokenOff(path, file, id)));
      request.onload = () => {
        const content = parsed(request.responseText);
        if (request.status < 300 && content) resolve(content);
        else reject(new ApiError(request.status, content?.error?.code ? content.error : notOurs(request, id)));
      };
      const form = new FormData();
      form.append(field, file, file.name);
      request.send(form);
    });
  }

  /** The browser does not say why nothing came back: the file, somebody between who leads elsewhere, or nobody there. @param {string} path @param {File} file @param {string} id */
  async #brokenOff(path, file, id) {
    if (!(await readable(file))) return ours("file_unreadable", "fileGone", id);
    let response;
    try {
      response = await this.ways.fetch(`/isengard${path}`, { method: "POST", headers: { "X-Isengard": "1", "X-Correlation-ID": id }, redirect: "manual" });
    } catch {
      return away(id);
    }
    const content = await response.json().catch(() => null);
    if (!content?.error?.code) return notOurs(response, id);
    return ours("broken_off", "brokenOff", id);
  }
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
