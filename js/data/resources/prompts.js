/** Prompts of before, below `/prompts`, and what styles look like with somebody's own model, below `/characters/{id}/styles`. */

import { Resource, path, query } from "./address.js";

const PAGE = 40;

export class Prompts extends Resource {
  /** Newest first. @param {{search?: string, favourite?: boolean}} asked @param {string | null} [cursor] @returns {Promise<Isengard.Page<Schema.PastPrompt>>} */
  list({ search = "", favourite = false }, cursor) {
    return this.api.get("/prompts" + query({ limit: PAGE, search, favourite, cursor: cursor ?? "" }));
  }

  /** @param {string} prompt @param {boolean} favourite @param {string} action @returns {Promise<unknown>} */
  mark(prompt, favourite, action) {
    return this.api.patch("/prompts", { prompt, favourite }, action);
  }

  /** @param {string} person @param {Schema.StylePictureOrder} order @returns {Promise<Schema.StylePictureList>} */
  stylePictures(person, { recipe, base_model: base }) {
    return this.api.get(path`/characters/${person}/styles` + query({ recipe, base_model: base ?? "" }));
  }

  /** Those that are missing, in the background. @param {string} person @param {Schema.StylePictureOrder} order @param {string} action @returns {Promise<Schema.StylePictureList>} */
  makeStylePictures(person, order, action) {
    return this.api.post(path`/characters/${person}/styles`, order, action);
  }

  /** @param {string} person @param {string} action @returns {Promise<unknown>} */
  stopStylePictures(person, action) {
    return this.api.delete(path`/characters/${person}/styles`, action);
  }

  /** `made`: those that were made anew have the address of before. @param {string} picture @param {number} made */
  stylePictureUrl(picture, made) {
    return this.api.url(`${picture}?made=${made}`);
  }
}
