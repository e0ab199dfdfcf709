/** Characters and their photos, below `/characters`. */

import { MOST, Resource, path, query } from "./address.js";

/** People, their captions and versions. */
export class Characters extends Resource {
  /** @param {string} [cursor] @returns {Promise<Isengard.Page<Isengard.Character>>} */
  list(cursor = "") {
    return this.api.get("/characters" + query({ limit: MOST, cursor }));
  }

  /** Those in the trash. @returns {Promise<Isengard.Page<Isengard.Character>>} */
  deleted() {
    return this.api.get("/characters" + query({ deleted: true, limit: MOST }));
  }

  /** @param {string} id @returns {Promise<Isengard.Character>} */
  one(id) {
    return this.api.get(path`/characters/${id}`);
  }

  /** @param {Schema.CharacterDraft} draft @param {string} action @returns {Promise<Isengard.Character>} */
  create(draft, action) {
    return this.api.post("/characters", draft, action);
  }

  /** A drawn person to play with. @param {string} action @returns {Promise<Isengard.Character>} */
  sample(action) {
    return this.api.post("/characters/sample", {}, action);
  }

  /** @param {string} id @param {Schema.CharacterPatch} changes @param {string} action @returns {Promise<Isengard.Character>} */
  update(id, changes, action) {
    return this.api.patch(path`/characters/${id}`, changes, action);
  }

  /** Into the trash. @param {string} id @param {string} action @returns {Promise<Isengard.Character>} */
  remove(id, action) {
    return this.api.delete(path`/characters/${id}`, action);
  }

  /** @param {string} id @param {string} action @returns {Promise<Isengard.Character>} */
  restore(id, action) {
    return this.api.post(path`/characters/${id}/restore`, {}, action);
  }

  /** What forgetting would remove. @param {string} id @returns {Promise<{report: Isengard.ForgetReport}>} */
  wouldForget(id) {
    return this.api.get(path`/characters/${id}/forget`);
  }

  /** @param {string} id @param {string} action @returns {Promise<{report: Isengard.ForgetReport}>} */
  forget(id, action) {
    return this.api.post(path`/characters/${id}/forget`, {}, action);
  }

  /** From now on the best. @param {string} id @param {string} file @param {string} action @returns {Promise<Isengard.Character>} */
  pickVersion(id, file, action) {
    return this.api.post(path`/characters/${id}/versions/pick`, { file }, action);
  }

  /** Name and preview beside a LoRA's file, or none. @param {string} id @param {Schema.VersionCompanions} choice @param {string} action @returns {Promise<Isengard.Character>} */
  showInManagers(id, choice, action) {
    return this.api.post(path`/characters/${id}/versions/companions`, choice, action);
  }

  /** Earlier comparisons that were not measured. @param {string} id @param {string} action @returns {Promise<{pictures: number}>} */
  measure(id, action) {
    return this.api.post(path`/characters/${id}/likeness`, {}, action);
  }

  /** Why their pictures do not look like them. @param {string} id @returns {Promise<Schema.Diagnosis>} */
  diagnosis(id) {
    return this.api.get(path`/characters/${id}/diagnosis`);
  }

  /** All captions by a plan that is done at once. @param {string} id @param {Schema.CaptionPlan} plan @param {string} action @returns {Promise<Isengard.Page<Isengard.Photo>>} */
  caption(id, plan, action) {
    return this.api.post(path`/characters/${id}/captions`, plan, action);
  }

  /** All captions by a program, which is a job. @param {string} id @param {boolean} overwrite @param {string} action @returns {Promise<Isengard.Job>} */
  describe(id, overwrite, action) {
    return this.api.post(path`/characters/${id}/captions`, { plan: "captioner", overwrite }, action);
  }

  /** @param {string} id @param {Schema.CaptionEdits} edits @param {string} action @returns {Promise<Isengard.Page<Isengard.Photo>>} */
  editCaptions(id, edits, action) {
    return this.api.patch(path`/characters/${id}/captions`, edits, action);
  }

  /** @param {string} id @param {boolean} loras whether what was trained goes along */
  exportUrl(id, loras) {
    return this.api.url(path`/characters/${id}/export?loras=${Number(loras)}`);
  }

  /** Somebody that was exported. @param {File} file @param {Isengard.Sending} options @returns {Promise<Schema.ImportedCharacter>} */
  bring(file, options) {
    return this.api.send("/characters/import", { field: "character", file }, options);
  }
}

/** The photos of one person. */
export class Photos extends Resource {
  /** @param {string} characterId @returns {Promise<Isengard.Page<Isengard.Photo>>} */
  list(characterId) {
    return this.api.get(path`/characters/${characterId}/photos`);
  }

  /** Those in the trash that can be brought back, deleted last first. @param {string} characterId @returns {Promise<Isengard.Page<Isengard.Photo>>} */
  deleted(characterId) {
    return this.api.get(path`/characters/${characterId}/photos` + query({ deleted: true }));
  }

  /** One in the trash, small. @param {string} characterId @param {string} id */
  trashedUrl(characterId, id) {
    return this.api.url(path`/characters/${characterId}/photos/${id}/image?deleted=1`);
  }

  /** @param {string} characterId @param {string} id @param {"thumb" | "full"} size */
  imageUrl(characterId, id, size) {
    return this.api.url(path`/characters/${characterId}/photos/${id}/image?size=${size}`);
  }

  /** One photo. @param {string} characterId @param {File} file @param {Isengard.Sending} options @returns {Promise<{photo: Isengard.Photo}>} */
  async upload(characterId, file, options) {
    return (await this.api.send(path`/characters/${characterId}/photos`, { field: "photo", file }, options)).items[0];
  }

  /** @param {string} characterId @param {string} id @param {Schema.PhotoPatch} changes @param {string} action @returns {Promise<Isengard.Photo>} */
  update(characterId, id, changes, action) {
    return this.api.patch(path`/characters/${characterId}/photos/${id}`, changes, action);
  }

  /** Many at once, each as it is told; all photos afterwards. @param {string} characterId @param {Schema.PhotoEdits["photos"]} photos @param {string} action @returns {Promise<Isengard.Page<Isengard.Photo>>} */
  edit(characterId, photos, action) {
    return this.api.patch(path`/characters/${characterId}/photos`, { photos }, action);
  }

  /** Many into the trash; those that are left. @param {string} characterId @param {string[]} ids @param {string} action @returns {Promise<Isengard.Page<Isengard.Photo>>} */
  removeMany(characterId, ids, action) {
    return this.api.post(path`/characters/${characterId}/photos/delete`, { photo_ids: ids }, action);
  }

  /** @param {string} characterId @param {string[]} ids @param {string} action @returns {Promise<Isengard.Page<Isengard.Photo>>} */
  restoreMany(characterId, ids, action) {
    return this.api.post(path`/characters/${characterId}/photos/restore`, { photo_ids: ids }, action);
  }

  /** Clockwise, each in its place; all photos afterwards, and what takes it back. @param {string} characterId @param {Schema.PhotoTurn} order @param {string} action @returns {Promise<Schema.TurnedPhotos>} */
  turn(characterId, order, action) {
    return this.api.post(path`/characters/${characterId}/photos/turn`, order, action);
  }

  /** @param {string} characterId @param {string} batch @param {string} action @returns {Promise<Isengard.Page<Isengard.Photo>>} */
  undoTurn(characterId, batch, action) {
    return this.api.post(path`/characters/${characterId}/photos/turn/undo`, { batch }, action);
  }

  /** Crops that would make the set teach more, or how far the look at it has come. @param {string} characterId @returns {Promise<Schema.Improvements>} */
  improvements(characterId) {
    return this.api.get(path`/characters/${characterId}/improvements`);
  }

  /** @param {string} characterId @param {Schema.CropBatch} crops @param {string} action @returns {Promise<Schema.Crops>} */
  improve(characterId, crops, action) {
    return this.api.post(path`/characters/${characterId}/improvements`, crops, action);
  }

  /** @param {string} characterId @param {string} batch @param {string} action @returns {Promise<Isengard.Page<Isengard.Photo>>} */
  undoCrops(characterId, batch, action) {
    return this.api.post(path`/characters/${characterId}/improvements/undo`, { batch }, action);
  }

  /** A part of a photo as a new one. @param {string} characterId @param {string} id @param {Schema.CropBox} crop @param {string} action @returns {Promise<Isengard.Photo>} */
  crop(characterId, id, crop, action) {
    return this.api.post(path`/characters/${characterId}/photos/${id}/crop`, crop, action);
  }

  /** Into the trash. @param {string} characterId @param {string} id @param {string} action @returns {Promise<Isengard.Photo>} */
  remove(characterId, id, action) {
    return this.api.delete(path`/characters/${characterId}/photos/${id}`, action);
  }

  /** @param {string} characterId @param {string} id @param {string} action @returns {Promise<Isengard.Photo>} */
  restore(characterId, id, action) {
    return this.api.post(path`/characters/${characterId}/photos/${id}/restore`, {}, action);
  }
}

/** LoRAs in ComfyUI's folders that Isengard did not make, by ComfyUI's names. */
export class OutsideLoras extends Resource {
  /** @returns {Promise<Isengard.Page<Schema.OutsideLora>>} */
  list() {
    return this.api.get("/outside-loras");
  }

  /** What one says of itself. @param {string} name @returns {Promise<Schema.OutsideLoraFacts>} */
  facts(name) {
    return this.api.get("/outside-loras/facts" + query({ name }));
  }

  /** @param {string} name */
  previewUrl(name) {
    return this.api.url("/outside-loras/preview" + query({ name }));
  }

  /** It becomes a version of somebody. @param {Schema.LoraAdoption} adoption @param {string} action @returns {Promise<Isengard.Character>} */
  adopt(adoption, action) {
    return this.api.post("/outside-loras", adoption, action);
  }

  /** Its record goes, the file stays. @param {string} id @param {string} file @param {string} action @returns {Promise<Isengard.Character>} */
  release(id, file, action) {
    return this.api.post(path`/characters/${id}/versions/release`, { file }, action);
  }
}
