/** What the panel knows, and how an event changes it. Pure functions: old state and event in, new state out. */

import { withAlbum } from "./albums/albums.js";
import { NO_FILTER } from "./gallery.js";

const LOG_LINES = 300;
/** The tools that measure likeness, set up as a trainer is. */
export const METER = "faces";

/** @returns {Isengard.State} */
export function emptyState() {
  return {
    /** starting | online | offline | locked | broken */
    connection: "starting",
    retryS: null,
    /** How often it has come back, or answers what it did not. */
    returns: 0,
    /** Why the server cannot work at all. */
    failure: null,
    /** The last refusal of something a person did. */
    problem: null,
    health: null,
    /** The server's version when this page was opened; another one later means: reload. */
    firstVersion: "",
    /** Answers take long just now. */
    slow: false,
    /** Whether ComfyUI's desktop app shows this page. */
    desktop: false,
    /** Which training has made room for pictures: {job_id, asked_at, until}. */
    lending: null,
    /** Room on the disk, while something is going on. */
    room: null,
    characters: null,
    photos: {},
    jobs: null,
    logs: {},
    losses: {},
    generations: null,
    galleryFilter: NO_FILTER,
    /** The filter of the list as it is here: another one while the chosen one's is on its way, or could not be had. */
    listedFilter: NO_FILTER,
    /** Whether it is on its way. */
    filtering: false,
    /** Once asked for. */
    albums: null,
    /** What events have told of photo days since the page was opened, by id. */
    photoDays: {},
    /** Pictures made to compare: likeness benches and checkpoint walls. */
    comparisons: [],
    families: [],
    recipes: [],
    styles: [],
    /** ComfyUI's names, once asked for. */
    samplers: null,
    workers: [],
    /** Set-ups and downloads, newest first. */
    tasks: [],
    backends: [],
    /** Whether likeness can be measured, once asked for: {state, setup}. */
    likeness: null,
    cursors: {},
    route: { tab: "characters" },
    uploads: [],
    /** How much of a person's file was sent, 1 while it is read; null where none is on its way. */
    importing: null,
    /** Photos that somebody dropped where nobody is chosen yet: {found, name}. */
    arrivals: null,
  };
}

/** The state after an event of the stream. @param {Isengard.State} state @param {Isengard.Event} event */
export function reduced(state, event) {
  const rule = /** @type {((state: Isengard.State, event: Isengard.Event) => Isengard.State) | undefined} */ (RULES[event.type]);
  return rule ? rule(state, event) : state;
}

/** Where pictures are kept, by what they were made for. @type {Partial<Record<Isengard.Generation["purpose"], "generations" | "comparisons">>} */
export const LIST_OF_PURPOSE = { user: "generations", bench: "comparisons", grid: "comparisons" };

/** @type {{[Kind in keyof Isengard.EventOf]: (state: Isengard.State, event: Isengard.EventOf[Kind]) => Isengard.State}} */
const RULES = {
  "job.state": (state, { data }) => {
    const list = listOf(data.job);
    return { ...state, [list]: upserted(state[list], data.job) };
  },
  "job.progress": (state, event) => withLoss(patched(state, event, () => ({ progress: event.data.progress })), event),
  "job.checkpoint": (state, event) =>
    patched(state, event, (job) => {
      const others = job.checkpoints.filter((known) => known.step !== event.data.checkpoint.step);
      return { checkpoints: [...others, event.data.checkpoint].sort((a, b) => a.step - b.step) };
    }),
  "job.sample": (state, event) =>
    patched(state, event, (job) => {
      const sample = { kind: "sample", file: event.data.file, step: event.data.step, sha256: "" };
      return { artifacts: [...job.artifacts.filter((known) => known.file !== sample.file), sample] };
    }),
  "job.log": (state, { subject, data }) => {
    const known = state.logs[subject.id];
    if (!known) return state;
    return { ...state, logs: { ...state.logs, [subject.id]: [...known, ...data.lines].slice(-LOG_LINES) } };
  },
  "generation.state": (state, { data: { generation } }) => withGenerations(state, [generation]),
  "generations.changed": (state, { data: { generations } }) => withGenerations(state, generations),
  "generation.progress": (state, { subject, data }) => {
    /** @template {Isengard.Generation[] | null} List @param {List} list */
    const progressed = (list) => {
      if (!list?.some((known) => known.id === subject.id)) return list;
      return /** @type {List} */ (list.map((known) => (known.id === subject.id ? { ...known, progress: data.progress } : known)));
    };
    return { ...state, generations: progressed(state.generations), comparisons: progressed(state.comparisons) };
  },
  "character.changed": (state, { subject, data }) => {
    if (data.change === "forgotten") return withoutPerson(state, subject.id);
    const characters = data.change === "deleted"
      ? (state.characters?.filter((known) => known.id !== subject.id) ?? null)
      : upserted(state.characters, data.character);
    return { ...state, characters };
  },
  "photo_day.changed": (state, { subject, data, seq }) => ({ ...state, photoDays: { ...state.photoDays, [subject.id]: { ...data, seq } } }),
  "album.changed": (state, { data }) => ({ ...state, albums: withAlbum(state.albums, data.album) }),
  "backend.state": (state, { subject, data }) => {
    if (subject.id === METER) return { ...state, likeness: state.likeness && { ...state.likeness, ...data } };
    if (subject.id.startsWith(`${METER}_`)) return { ...state, likeness: state.likeness && withModel(state.likeness, subject.id, data) };
    return { ...state, backends: state.backends.map((known) => (known.name === subject.id ? { ...known, ...data } : known)) };
  },
  "lending.state": (state, { data }) => ({ ...state, lending: data.lending }),
  "worker.state": (state, { subject, data }) => {
    const others = state.workers.filter((known) => known.id !== subject.id);
    return { ...state, workers: data.worker ? [...others, data.worker] : others };
  },
};

/**
 * Somebody was forgotten: what is theirs is nowhere any more, however far down a list it stands. Pictures of others that only mention them stay.
 * @param {Isengard.State} state @param {string} id @returns {Isengard.State}
 */
export function withoutPerson(state, id) {
  /** @param {Isengard.Generation} generation */
  const isOthers = ({ request, people }) => !request.characters.some((use) => use.id === id) && !people?.includes(id);
  /** @param {Isengard.Job} job */
  const isOfOthers = (job) => job.character_id !== id;
  const theirs = (state.jobs ?? []).filter((job) => !isOfOthers(job)).map((job) => job.id);
  /** @template Known @param {Record<string, Known>} known @param {string[]} ids */
  const without = (known, ids) => Object.fromEntries(Object.entries(known).filter(([key]) => !ids.includes(key)));
  return {
    ...state,
    characters: state.characters?.filter((known) => known.id !== id) ?? null,
    photos: without(state.photos, [id]),
    uploads: state.uploads.filter((upload) => upload.characterId !== id),
    jobs: state.jobs?.filter(isOfOthers) ?? null,
    tasks: state.tasks.filter(isOfOthers),
    logs: without(state.logs, theirs),
    losses: without(state.losses, theirs),
    generations: state.generations?.filter(isOthers) ?? null,
    comparisons: state.comparisons.filter(isOthers),
  };
}

/** Each in the list of what it was made for. @param {Isengard.State} state @param {Isengard.Generation[]} told @returns {Isengard.State} */
function withGenerations(state, told) {
  /** @template {Isengard.Generation[] | null} List @param {"generations" | "comparisons"} name @param {List} list @returns {List} */
  const withTheirs = (name, list) => {
    const theirs = told.filter(({ purpose }) => LIST_OF_PURPOSE[purpose] === name);
    return theirs.length ? upserted(list, ...theirs) : list;
  };
  const { generations, comparisons } = state;
  return { ...state, generations: withTheirs("generations", generations), comparisons: withTheirs("comparisons", comparisons) };
}

/** @param {Isengard.Meter} likeness @param {string} name @param {Partial<Isengard.FaceModel>} data */
function withModel(likeness, name, data) {
  return { ...likeness, models: likeness.models.map((known) => (known.state.name === name ? { ...known, ...data } : known)) };
}

/**
 * Newest first, as the server lists them, without what is deleted; `null` stays null until the list was fetched.
 * @template {Isengard.Listed} Item
 * @template {Item[] | null} List
 * @param {List} list @param {...Item} items
 * @returns {List}
 */
export function upserted(list, ...items) {
  if (list === null) return list;
  const anew = new Set(items.map(({ id }) => id));
  const others = list.filter((known) => !anew.has(known.id));
  const shown = items.filter((item) => !item.deleted_at);
  return /** @type {List} */ (shown.length ? [...others, ...shown].sort((a, b) => (a.id < b.id ? 1 : -1)) : others);
}

/**
 * As `upserted`, for an answer: an event of what came next may have overtaken it, and no other may follow for long.
 * @template {Isengard.Listed} Item
 * @template {Item[] | null} List
 * @param {List} list @param {...Item} items
 * @returns {List}
 */
export function answered(list, ...items) {
  const asked = new Set(items.map(({ id }) => id));
  const known = new Map((list ?? []).filter(({ id }) => asked.has(id)).map((one) => [one.id, one]));
  const fresh = items.filter((item) => !isOvertaken(known.get(item.id), item));
  return fresh.length ? upserted(list, ...fresh) : list;
}

/** @param {Isengard.Listed | undefined} known @param {Isengard.Listed} item */
function isOvertaken(known, item) {
  return known && far(known.state) > far(item.state) && (item.attempt ?? 0) <= (known.attempt ?? 0);
}

/** How far along a state is; going back (a training resumed) is told by an event. @param {string} [state] */
function far(state = "") {
  return ENDED.has(state) ? COURSE.length : COURSE.indexOf(state);
}

/** Where a job is kept: trainings by themselves, everything else together. @param {Isengard.Job} job */
export function listOf(job) {
  return job.kind === "training" ? "jobs" : "tasks";
}

/** @param {Isengard.State} state @param {Isengard.Event} event @param {(job: Isengard.Job) => Partial<Isengard.Job>} changes */
function patched(state, event, changes) {
  /** @param {Isengard.Job} job */
  const apply = (job) => (job.id === event.subject.id ? { ...job, ...changes(job) } : job);
  return { ...state, jobs: state.jobs?.map(apply) ?? null, tasks: state.tasks?.map(apply) ?? null };
}

/** @param {Isengard.State} state @param {Isengard.EventOf["job.progress"]} event */
function withLoss(state, { subject, data }) {
  const { step, loss } = data.progress;
  const known = state.losses[subject.id];
  if (!known || loss === null || !step || (known.at(-1)?.step ?? -1) >= step) return state;
  return { ...state, losses: { ...state.losses, [subject.id]: [...known, { step, loss }] } };
}

/** @type {Set<string>} */
export const ENDED = new Set(["completed", "failed", "cancelled"]);
const COURSE = ["queued", "preparing", "running", "pausing", "paused", "cancelling"];

/** What a worker works on or will: shown as the number on the tab's icon. @param {Isengard.State} state */
export function runningJobs(state) {
  return (state.jobs ?? []).filter((job) => !ENDED.has(job.state) && job.state !== "paused");
}

/** Those that wait, next first. @param {Isengard.State} state */
export function waitingJobs(state) {
  const queued = (state.jobs ?? []).filter((job) => job.state === "queued");
  return queued.sort((a, b) => b.priority - a.priority || a.position - b.position);
}

/** 0 to 1; a training that has ended well is whole whatever its last report said. @param {Isengard.Job} job */
export function shareOf(job) {
  if (job.state === "completed") return 1;
  const { step, total_steps: steps, bytes_done: done, bytes_total: total } = job.progress;
  if (steps) return Math.min(1, step / steps);
  return total ? Math.min(1, (done ?? 0) / total) : 0;
}

/** Whether the server is of another version than the page. @param {Pick<Isengard.State, "firstVersion" | "health">} state */
export function isOutdated({ firstVersion, health }) {
  return Boolean(firstVersion && health && health.version !== firstVersion);
}

/** The route that can really be shown: a person or a training that is gone leads back to its list. @param {Isengard.State} state @returns {Isengard.Route} */
export function shownRoute({ route, characters, jobs }) {
  if (route.tab === "characters" && route.id && !characters?.some((known) => known.id === route.id)) return { tab: "characters" };
  if (route.tab === "images" && route.day && !characters?.some((known) => known.id === route.day)) return { tab: "images" };
  if (route.tab === "training" && route.job && !jobs?.some((known) => known.id === route.job)) return { tab: "training" };
  return route;
}
