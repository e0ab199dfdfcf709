/** Which language the panel speaks: the words of the last time at once, then the server's. English is at hand and fetched never. Knows the API, no element. */

import { kept, lasting, recalled } from "../lib/memory.js";
import { ENGLISH, speak, spoken } from "../locales/words.js";
import { quietly } from "./api.js";

const KEY = "isengard.language";
/** The setting for "as ComfyUI". */
const AUTO = "auto";

/** @typedef {import("../locales/words.js").Language} Language */

/** @param {string} code */
const written = (code) => new Intl.Locale(code).maximize();

/**
 * The first that is wanted and there: the very one, else the same language in the same script (`pt` and `pt-PT` are content with
 * `pt-BR`), else in another one (`zh-TW` takes `zh` where nobody has brought a `zh-HK`). English where there is none.
 * @param {(string | null | undefined)[]} wanted @param {string[]} codes
 */
export function languageFor(wanted, codes) {
  const known = [ENGLISH.code, ...codes];
  for (const name of wanted.filter(isCode)) {
    const { language, script } = written(name);
    const related = known.filter((code) => written(code).language === language);
    const found = known.find((code) => code.toLowerCase() === name.toLowerCase()) ?? related.find((code) => written(code).script === script) ?? related[0];
    if (found) return found;
  }
  return ENGLISH.code;
}

/** @param {string | null | undefined} name @returns {name is string} */
function isCode(name) {
  if (!name || name === AUTO) return false;
  try {
    return Boolean(new Intl.Locale(name));
  } catch {
    return false;
  }
}

/** @param {string} name */
const isEnglish = (name) => written(name).language === ENGLISH.code;

/** Whether it can be spoken: an answer or a memory that is something else is not. @param {any} found @returns {found is Language} */
function isLanguage(found) {
  const isTexts = (/** @type {unknown} */ texts) => typeof texts === "object" && texts !== null && Object.values(texts).every((text) => typeof text === "string");
  return isCode(found?.code) && isTexts(found.panel) && isTexts(found.server);
}

export class Languages {
  /** The newest question: an answer to an earlier one is not used. */
  #question = {};
  /** The person's choice, as it was known last. @type {string | null} */
  #setting = null;
  /** Every language that the server has, once it was asked. @type {Schema.Language[] | null} */
  #known = null;

  /** @param {import("./api.js").Api} api @param {{changed?: () => unknown, memory?: Isengard.Memory}} [means] `changed`: other words are spoken from now on */
  constructor(api, { changed = () => {}, memory = lasting() } = {}) {
    this.api = api;
    this.changed = changed;
    this.memory = memory;
  }

  /** What was spoken the last time, before anything is asked: no page begins in English for a moment. */
  recall() {
    const { setting = null, language = null } = recalled(this.memory, KEY) ?? {};
    this.#setting = setting;
    if (isLanguage(language)) speak(language);
  }

  /** Every language there is; empty while the server does not answer. @returns {Promise<Schema.Language[]>} */
  async list() {
    if (!this.#known) await quietly(() => this.api.system.languages(), ({ languages }) => (this.#known = languages));
    return this.#known ?? [];
  }

  /**
   * The language that the setting wants, else ComfyUI's own. Whatever stands against its words, there are always some: those that
   * are spoken, or English.
   * @param {string | null | undefined} setting null where it is not known yet @param {string | null} locale
   */
  async follow(setting, locale) {
    this.#setting = setting ?? this.#setting;
    const wanted = [this.#setting, locale].filter(isCode);
    if (!wanted.length && !setting) return;
    const question = (this.#question = {});
    const codes = !wanted.length || isEnglish(wanted[0]) ? [] : [...(await this.list()).map(({ code }) => code), spoken().code];
    const code = languageFor(wanted, codes);
    const words = code === ENGLISH.code ? ENGLISH : await this.#words(code);
    if (question === this.#question) this.#take(words);
  }

  /** @param {string} code @returns {Promise<Language>} */
  async #words(code) {
    /** @type {unknown} */
    let found = spoken().code === code ? spoken() : ENGLISH;
    await quietly(() => this.api.system.language(code), (answer) => (found = answer));
    return isLanguage(found) ? found : ENGLISH;
  }

  /** @param {Language} words */
  #take(words) {
    const usual = words === ENGLISH && !isCode(this.#setting);
    if (!usual || recalled(this.memory, KEY)) kept(this.memory, KEY, usual ? null : { setting: this.#setting, language: words === ENGLISH ? null : words });
    if (JSON.stringify(words) === JSON.stringify(spoken())) return;
    speak(words);
    this.changed();
  }
}
