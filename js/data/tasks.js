/** What jobs do that are no trainings: asking for one, and finding it again. Knows the store, no element. */

/** The job as it was answered, which is kept; null where it was refused. */
export async function orderTask(store, path, body) {
  return store.keepTask(await store.attempt((id) => store.api.post(path, body, id)));
}

/** The newest set-up, check or removal of a trainer or a tool. */
export function setupOf(tasks, name) {
  return tasks.find((known) => known.kind === "backend_setup" && known.backend === name);
}
