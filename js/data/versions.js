/** What a person can be drawn with: their versions, and every sound checkpoint, which the server publishes when it is used. Pure. */

/** As the server judges it; the check of a picture comes later. @param {{proof: Isengard.Proof}} options */
export const isSound = ({ proof }) => proof.header && proof.finite && proof.nonzero && proof.fit !== "wrong";

/** What a checkpoint lacks of a version. */
const UNUSED = { file: "", picked: false, base_model: "", trigger_word: "", measured_by: "", trained_at: "", created_at: "", rank: 0, nearest: false, faults: [], tied: [], outside: "", outside_preview: false, companions: /** @type {const} */ (""), shown: false };

/** What tells a version from all others of its person: several trainings may have saved the same step. @param {{job_id: string, step: number}} version */
export const keyOf = ({ job_id: job, step }) => `${job} ${step}`;

/** Not a checkpoint that nobody has used yet. @param {{file: string}} options */
export const isPublished = ({ file }) => file !== "";

/**
 * The person with the sound checkpoints of their trainings among the versions, in the order they were trained.
 * @param {Isengard.Character} person @param {Isengard.Job[] | null} jobs
 */
export function withCheckpoints(person, jobs) {
  const theirs = (jobs ?? []).filter((job) => job.character_id === person.id).sort((a, b) => (a.id < b.id ? -1 : 1));
  const known = new Set(person.versions.map(keyOf));
  const others = theirs.flatMap((job) => job.checkpoints.map((one) => ({ ...one, job_id: job.id, method: job.request.method ?? "lora", ...UNUSED })).filter((one) => isSound(one) && !known.has(keyOf(one))));
  if (!others.length) return person;
  /** @param {Isengard.Version} version */
  const place = (version) => theirs.findIndex((job) => job.id === version.job_id);
  const older = person.versions.filter((version) => place(version) < 0);
  const newer = [...person.versions, ...others].filter((version) => place(version) >= 0);
  return { ...person, versions: [...older, ...newer.sort((a, b) => place(a) - place(b) || a.step - b.step)] };
}

/**
 * Whether there is something to choose among what a training has left: several versions, a way to draw them, and no choice yet.
 * @param {Isengard.Job} job @param {Isengard.Character} person @param {Isengard.Recipe[]} recipes
 */
export function awaitsChoice(job, person, recipes) {
  const chosen = person.versions.some((known) => known.job_id === job.id && known.picked);
  const drawn = recipes.some((known) => !known.missing.length && (known.people ?? 1) === 1 && known.controls.includes("strength") && known.families.includes(job.family));
  return drawn && !chosen && job.checkpoints.filter(isSound).length > 1;
}

/** The first, the last, and as evenly between them as many as are wanted. @template One @param {One[]} list @param {number} most */
export function spread(list, most) {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_, n) => list[Math.round((n * (list.length - 1)) / (most - 1))]);
}

/**
 * Which version a picture was drawn with; where its record is too old to say so, one of its step that was there by then.
 * @param {Isengard.Version[]} versions @param {Isengard.Generation} generation
 */
export function drawnWith(versions, { created_at: at, request, versions: files = [] }) {
  if (files.length) return versions.find((known) => isPublished(known) && known.file === files[0]) ?? null;
  return versions.findLast((known) => isPublished(known) && isOf(known, request.characters[0]) && !(known.trained_at > at)) ?? null;
}

/**
 * The version that somebody was asked for with: by the file that drew them, else by its training, else (of a record of before these) the
 * newest of its step. Null where it is gone, and where the best or the last was asked for.
 * @param {Isengard.Version[]} versions @param {Schema.CharacterUse} use @param {string} [file]
 */
export function askedFor(versions, use, file = "") {
  if (typeof use.checkpoint !== "number") return null;
  const drawn = file ? versions.find((known) => known.file === file) : null;
  if (drawn || (file && !use.job_id)) return drawn ?? null;
  return versions.findLast((known) => isOf(known, use)) ?? null;
}

/** @param {Isengard.Version} version @param {Pick<Schema.CharacterUse, "checkpoint" | "job_id">} use */
const isOf = ({ step, job_id: job }, { checkpoint, job_id: named = null }) => step === checkpoint && (named === null || named === job);
