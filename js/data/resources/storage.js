/** The disk: what takes how much of it, what frees it, folders of ours. */

import { Resource, query } from "./address.js";

export class Storage extends Resource {
  /** @returns {Promise<Schema.StorageState>} */
  use() {
    return this.api.get("/storage");
  }

  /** @param {string} action @returns {Promise<Schema.StorageState>} */
  measure(action) {
    return this.api.post("/storage/measure", {}, action);
  }

  /** For good. @param {Schema.SpaceToFree} what @param {string} action @returns {Promise<Schema.FreedSpace>} */
  free(what, action) {
    return this.api.post("/storage/free", what, action);
  }

  /** @param {number} incoming bytes of photos that are about to be sent @returns {Promise<Schema.Room>} */
  room(incoming) {
    return this.api.get("/storage/room" + query({ incoming }));
  }

  /** Isengard's folders, or those of a training or person. @param {string} of @returns {Promise<Schema.FolderList>} */
  folders(of) {
    return this.api.get("/folders" + query({ of }));
  }

  /** @param {Schema.FolderChoice} folder @param {string} action @returns {Promise<null>} */
  openFolder(folder, action) {
    return this.api.post("/folders/open", folder, action);
  }
}
