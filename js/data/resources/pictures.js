/** Pictures and the ways of making them, below `/generations` and `/recipes`. */

import { MOST, Resource, path, query } from "./address.js";

/** The first page, which is waited for; the next are asked for long before they come into sight. */
const PAGE = 60;

/** Orders of pictures, and each of their pictures. */
export class Generations extends Resource {
  /** @param {Isengard.Filter} filter @param {string | null} [cursor] @returns {Promise<Isengard.Page<Isengard.Generation>>} */
  list({ character, recipe, album, version, search, favourite, sort }, cursor) {
    const asked = { character_id: character, recipe, album_id: album, version, search, favourite, sort: sort === "date" ? "" : sort };
    return this.api.get("/generations" + query({ limit: cursor ? MOST : PAGE, ...asked, cursor: cursor ?? "" }));
  }

  /** Orders that are in the trash, or that have pictures there. @param {string | null} [cursor] @returns {Promise<Isengard.Page<Isengard.Generation>>} */
  deleted(cursor) {
    return this.api.get("/generations" + query({ deleted: true, limit: MOST, cursor: cursor ?? "" }));
  }

  /** Made to compare; `characterId` '' for everybody's. @param {"bench" | "grid"} purpose @param {string} characterId @param {string} [cursor] @returns {Promise<Isengard.Page<Isengard.Generation>>} */
  compared(purpose, characterId, cursor = "") {
    return this.api.get("/generations" + query({ purpose, limit: MOST, character_id: characterId, cursor }));
  }

  /** @param {Isengard.Order} order @param {string} action @returns {Promise<Isengard.Generation>} */
  create(order, action) {
    return this.api.post("/generations", order, action);
  }

  /**
   * Pictures that start from another one, or from a photo that is sent along.
   * @param {{order: Schema.PictureOrder, picture?: Blob | null, mask?: Blob | null}} sent @param {string} action @returns {Promise<Isengard.Generation>}
   */
  createFrom({ order, picture, mask }, action) {
    const form = new FormData();
    form.append("order", new Blob([JSON.stringify(order)], { type: "application/json" }), "order.json");
    if (picture) form.append("picture", picture, "picture");
    if (mask) form.append("mask", mask, "mask.png");
    return this.api.post("/generations/from-picture", form, action);
  }

  /** One picture among somebody's photos. @param {string} id @param {number} n @param {Schema.PictureUse} use @param {string} action @returns {Promise<Isengard.Photo>} */
  keepPhoto(id, n, use, action) {
    return this.api.post(path`/generations/${id}/images/${n}/photo`, use, action);
  }

  /** @param {string} id @param {string} action @returns {Promise<Isengard.Generation>} */
  cancel(id, action) {
    return this.api.post(path`/generations/${id}/cancel`, {}, action);
  }

  /** Into the trash. @param {string} id @param {string} action @returns {Promise<Isengard.Generation>} */
  remove(id, action) {
    return this.api.delete(path`/generations/${id}`, action);
  }

  /** The picture being made; `frame` makes each look at it an address of its own. @param {string} id @param {string} frame */
  previewUrl(id, frame) {
    return this.api.url(path`/generations/${id}/preview?frame=${frame}`);
  }

  /** @param {{id: string}} generation @param {{n: number}} image */
  imageUrl({ id }, { n }) {
    return this.api.url(path`/generations/${id}/images/${n}`);
  }

  /** To give away, saying how it was made as the settings want it. @param {{id: string}} generation @param {{n: number}} image @param {"png" | "jpeg" | "webp"} [format] */
  copyUrl({ id }, { n }, format = "png") {
    return this.api.url(path`/generations/${id}/images/${n}/copy` + query({ format }));
  }

  /** Each picture as its patch says: what was changed, and what was refused. At most 500 at once. @param {Schema.PicturePatch[]} pictures @param {string} action @returns {Promise<Schema.PicturesChanged>} */
  change(pictures, action) {
    return this.api.patch("/generations", { pictures }, action);
  }

  /** Pictures as one zip file. @param {{generation_id: string, n: number}[]} pictures @param {string} action @returns {Promise<Blob>} */
  zip(pictures, action) {
    return this.api.file("/generations/zip", { pictures }, action);
  }

  /** @param {{id: string}} generation @param {{n: number}} image */
  thumbUrl({ id }, { n }) {
    return this.api.url(path`/generations/${id}/images/${n}?size=thumb`);
  }

  /** Of one in the trash, as small as a list shows it. @param {string} id @param {number} n */
  trashedUrl(id, n) {
    return this.api.url(path`/generations/${id}/images/${n}?deleted=1`);
  }

  /** @param {string} id @param {number} n @param {boolean} favourite @param {string} action @returns {Promise<Isengard.Generation>} */
  likeImage(id, n, favourite, action) {
    return this.api.patch(path`/generations/${id}/images/${n}`, { favourite }, action);
  }


  /** The faces of one picture drawn again, as a new picture. @param {string} id @param {number} n @param {string} action @returns {Promise<Isengard.Generation>} */
  mend(id, n, action) {
    return this.api.post(path`/generations/${id}/images/${n}/mend`, {}, action);
  }

  /** Why one picture does not look like somebody in it. @param {string} id @param {number} n @param {string} person @returns {Promise<Schema.Diagnosis>} */
  diagnosis(id, n, person) {
    return this.api.get(path`/generations/${id}/images/${n}/diagnosis` + query({ character_id: person }));
  }

  /** Its recipe with the request filled in. @param {string} id @param {number} n @returns {Promise<Isengard.OpenedRecipe>} */
  workflow(id, n) {
    return this.api.get(path`/generations/${id}/images/${n}/workflow`);
  }
}

/** Ways of making pictures, and what is written around a prompt. */
export class Recipes extends Resource {
  /** @returns {Promise<Isengard.Page<Isengard.Recipe>>} */
  list() {
    return this.api.get("/recipes");
  }

  /** @returns {Promise<Isengard.Page<Isengard.Style>>} */
  styles() {
    return this.api.get("/styles");
  }

  /** @param {string} name @param {Isengard.Graph} graph @param {string} action @returns {Promise<Isengard.Recipe>} */
  add(name, graph, action) {
    return this.api.post("/recipes", { name, graph }, action);
  }

  /** Its foreign nodes were read. @param {string} name @param {string[]} foreign @param {string} action @returns {Promise<Isengard.Recipe>} */
  confirm(name, foreign, action) {
    return this.api.post(path`/recipes/${name}/confirm`, { foreign }, action);
  }

  /** Into the trash. @param {string} name @param {string} action @returns {Promise<unknown>} */
  remove(name, action) {
    return this.api.delete(path`/recipes/${name}`, action);
  }

  /** @param {string} name @param {string} action @returns {Promise<Isengard.Recipe>} */
  restore(name, action) {
    return this.api.post(path`/recipes/${name}/restore`, {}, action);
  }
}
