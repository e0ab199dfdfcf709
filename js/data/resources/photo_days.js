/** Photo days, below `/photo-days`. */

import { Resource, path, query } from "./address.js";

export class PhotoDays extends Resource {
  /** '' for everybody's. @param {string} person @returns {Promise<Isengard.Page<Schema.PhotoDay>>} */
  list(person) {
    return this.api.get("/photo-days" + query({ character_id: person }));
  }

  /** @param {string} id @returns {Promise<Isengard.PhotoDay>} */
  one(id) {
    return this.api.get(path`/photo-days/${id}`);
  }

  /** What it would be; nothing is kept. @param {Schema.PhotoDayOrder} order @param {string} action @returns {Promise<Schema.PhotoDayPlan>} */
  plan(order, action) {
    return this.api.post("/photo-days/plan", order, action);
  }

  /** @param {Schema.PhotoDayOrder} order @param {string} action @returns {Promise<Isengard.PhotoDay>} */
  begin(order, action) {
    return this.api.post("/photo-days", order, action);
  }

  /** @param {string} id @param {"pause" | "resume" | "end"} what @param {string} action @returns {Promise<Isengard.PhotoDay>} */
  order(id, what, action) {
    return this.api.post(path`/photo-days/${id}/${what}`, {}, action);
  }

  /** What was left out is drawn after all. @param {string} id @param {string} action @returns {Promise<Isengard.PhotoDay>} */
  undoEnd(id, action) {
    return this.api.post(path`/photo-days/${id}/end/undo`, {}, action);
  }

  /** @param {string} id @param {number} n @param {Schema.PictureChoice} choice @param {string} action @returns {Promise<Isengard.PhotoDay>} */
  choose(id, n, choice, action) {
    return this.api.patch(path`/photo-days/${id}/pictures/${n}`, choice, action);
  }

  /** A zip file of its keepers. @param {string} id */
  exportUrl(id) {
    return this.api.url(path`/photo-days/${id}/export`);
  }
}
