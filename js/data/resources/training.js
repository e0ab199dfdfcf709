/** Trainings and what they take, below `/training`. */

import { MOST, Resource, path, query } from "./address.js";

/** Trainings, set-ups, downloads and captionings. */
export class Jobs extends Resource {
  /** @param {string | null} [cursor] @returns {Promise<Isengard.Page<Isengard.Job>>} */
  trainings(cursor) {
    return this.api.get("/training/jobs" + query({ kind: "training", limit: 50, cursor: cursor ?? "" }));
  }

  /** @param {string} id @returns {Promise<Isengard.Job>} */
  one(id) {
    return this.api.get(path`/training/jobs/${id}`);
  }

  /** All of one person's. @param {string} characterId @returns {Promise<Isengard.Page<Isengard.Job>>} */
  trainingsOf(characterId) {
    return this.api.get("/training/jobs" + query({ kind: "training", limit: MOST, character_id: characterId }));
  }

  /** Set-ups, downloads and captionings. @returns {Promise<Isengard.Page<Isengard.Job>>} */
  tasks() {
    return this.api.get("/training/jobs?kind=backend_setup,model_download,captioning&limit=30");
  }

  /** @returns {Promise<Isengard.Page<Isengard.Job>>} */
  queued() {
    return this.api.get("/training/jobs" + query({ state: "queued", limit: MOST }));
  }

  /** @param {Schema.TrainingRequest} request @returns {Promise<Isengard.Preflight>} */
  preflight(request) {
    return this.api.post("/training/preflight", request);
  }

  /** @param {Schema.TrainingRequest} request @param {string} action @returns {Promise<Isengard.Job>} */
  submit(request, action) {
    return this.api.post("/training/jobs", request, action);
  }

  /** With the set-up and the download that it lacks before it; whoever presses has agreed to the sum. @param {Schema.TrainingRequest} training @param {string} action @returns {Promise<Isengard.Job>} */
  setUpAndTrain(training, action) {
    return this.api.post("/training/set-up-and-train", { training, confirm: true }, action);
  }

  /** @param {string} id @param {number} position @param {string} action @returns {Promise<Isengard.Job>} */
  move(id, position, action) {
    return this.api.patch(path`/training/jobs/${id}`, { position }, action);
  }

  /**
   * What somebody asks of a job, or a new one that follows it (`retry`, `continue`).
   * @param {string} id @param {Isengard.JobOrder} order @param {string} action @param {Schema.Retry | Schema.MoreSteps} [more]
   * @returns {Promise<Isengard.Job>}
   */
  order(id, order, action, more = {}) {
    return this.api.post(path`/training/jobs/${id}/${order}`, more, action);
  }

  /** @param {string} id @param {number} step @param {string} action @returns {Promise<Schema.Version>} */
  publish(id, step, action) {
    return this.api.post(path`/training/jobs/${id}/checkpoints/${step}/publish`, {}, action);
  }

  /** The end of its log. @param {string} id @returns {Promise<{lines: string[]}>} */
  log(id) {
    return this.api.get(path`/training/jobs/${id}/log?tail=200`);
  }

  /** @param {string} id @returns {Promise<{items: Isengard.LossPoint[]}>} */
  loss(id) {
    return this.api.get(path`/training/jobs/${id}/loss`);
  }

  /** Where a sample is shown, by the file that its job has recorded. @param {string} id @param {string} file */
  sampleUrl(id, file) {
    return this.api.url(path`/training/jobs/${id}/samples/${nameOf(file)}`);
  }
}

/** What training takes: families, trainers, workers, the GPU. */
export class Training extends Resource {
  /** @returns {Promise<Isengard.Page<Isengard.Family>>} */
  families() {
    return this.api.get("/training/families");
  }

  /** @returns {Promise<Isengard.Page<Isengard.Worker>>} */
  workers() {
    return this.api.get("/training/workers");
  }

  /** @returns {Promise<Isengard.Page<Isengard.Backend>>} */
  backends() {
    return this.api.get("/training/backends");
  }

  /** The numbers for a person; `backend` '' for the usual trainer. @param {{family: string, route: string, character_id: string, backend: string, method: string}} asked @returns {Promise<Isengard.Page<Isengard.Preset>>} */
  presets(asked) {
    return this.api.get("/training/presets" + query(asked));
  }

  /** What describes photos. @returns {Promise<Isengard.Page<Isengard.Captioner>>} */
  captioners() {
    return this.api.get("/training/captioners");
  }

  /** @returns {Promise<{can_train: boolean, words?: string}>} */
  machine() {
    return this.api.get("/training/machine");
  }

  /** ComfyUI is asked to free the GPU, then it is measured. @param {string} action @returns {Promise<Schema.GpuHolders>} */
  freeGpu(action) {
    return this.api.post("/training/gpu/free", {}, action);
  }

  /** @returns {Promise<{lending: Isengard.Lending | null}>} */
  lending() {
    return this.api.get("/training/lending");
  }

  /** @param {string} action @returns {Promise<null>} */
  giveBack(action) {
    return this.api.delete("/training/lending", action);
  }

  /** A trainer or a tool, installed or tried out. @param {string} name @param {Schema.BackendSetup} wanted @param {string} action @returns {Promise<Isengard.Job>} */
  setUp(name, wanted, action) {
    return this.api.post(path`/training/backends/${name}/setup`, wanted, action);
  }

  /** @param {string} name @param {string} action @returns {Promise<Isengard.Job>} */
  uninstall(name, action) {
    return this.api.post(path`/training/backends/${name}/uninstall`, { confirm: true }, action);
  }

  /** A family's files. @param {string} key @param {string} action @returns {Promise<Isengard.Job>} */
  download(key, action) {
    return this.api.post(path`/training/models/${key}/download`, { confirm: true }, action);
  }
}

/** The last part of a file's path. @param {string} file */
const nameOf = (file) => file.slice(file.lastIndexOf("/") + 1);
