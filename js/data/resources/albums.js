/** Albums, below `/albums`; which pictures are in one stands with each generation (`album_id`). */

import { Resource, path } from "./address.js";

export class Albums extends Resource {
  /** Each with how many pictures are in it and the newest of them. @returns {Promise<Isengard.Page<Isengard.Album>>} */
  list() {
    return this.api.get("/albums");
  }

  /** @param {string} name @param {string} action @returns {Promise<Schema.Album>} */
  create(name, action) {
    return this.api.post("/albums", { name }, action);
  }

  /** @param {string} id @param {string} name @param {string} action @returns {Promise<Schema.Album>} */
  rename(id, name, action) {
    return this.api.patch(path`/albums/${id}`, { name }, action);
  }

  /** Its pictures stay. @param {string} id @param {string} action @returns {Promise<Schema.Album>} */
  remove(id, action) {
    return this.api.delete(path`/albums/${id}`, action);
  }

  /** @param {string} id @param {string} action @returns {Promise<Schema.Album>} */
  restore(id, action) {
    return this.api.post(path`/albums/${id}/restore`, {}, action);
  }

  /** A zip file of its pictures. @param {string} id */
  exportUrl(id) {
    return this.api.url(path`/albums/${id}/export`);
  }
}
