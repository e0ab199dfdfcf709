/** Whether faces in pictures can be found and measured here. Knows the store, no element. */

/** Asked for once somebody looks at what needs it; what changes later comes as events. @param {Isengard.Store} store */
export async function askReader(store) {
  await store.ask(() => store.fetched(() => store.api.system.likeness(), (likeness) => ({ likeness })));
}

/** False also where that is not known yet. @param {Pick<Isengard.State, "likeness">} state */
export const readsFaces = ({ likeness }) => likeness?.state.state === "ready";

/** Known not to be there, so that a button says so before it is pressed. @param {Pick<Isengard.State, "likeness">} state */
export const cannotReadFaces = ({ likeness }) => Boolean(likeness) && likeness?.state.state !== "ready";
