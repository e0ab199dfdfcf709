/** The sample pictures of a training: which of its prompts each was drawn from, and whether that shows the person. Pure. */

/** What is drawn unless somebody wrote prompts: the person, and a stranger who should not look like them. */
const USUAL = [{ prompt: "", stranger: false }, { prompt: "", stranger: true }];

/**
 * One for each prompt of the training, in order; a prompt without the person's made-up word shows a stranger.
 * @param {Isengard.Job} job @param {Isengard.Character | undefined} person
 */
export function columnsOf(job, person) {
  const prompts = job.request.overrides?.sample_prompts;
  if (!prompts) return USUAL;
  const trained = person?.versions.find((known) => known.job_id === job.id)?.trigger_word;
  const words = ["[trigger]", trained || person?.trigger_word || ""].filter(Boolean);
  return prompts.map((prompt) => ({ prompt, stranger: !words.some((word) => prompt.includes(word)) }));
}

/**
 * The samples of a job with the number of their prompt, by which trainers end their names; else as they came.
 * @param {Isengard.Job} job @param {{stranger: boolean}[]} columns
 */
export function samplesOf(job, columns) {
  /** @type {Map<number, number>} */
  const came = new Map();
  return job.artifacts.filter((artifact) => artifact.kind === "sample").map(({ file, step: at }) => {
    const step = at ?? 0;
    const place = came.get(step) ?? 0;
    came.set(step, place + 1);
    const named = Number(/_(\d+)\.\w+$/.exec(file)?.[1] ?? NaN);
    return { file, step, column: named < columns.length ? named : place };
  });
}

/** The picture of the person at a step, or nothing. @param {Isengard.Job} job @param {Isengard.Character | undefined} person @param {number} step */
export function sampleAt(job, person, step) {
  const columns = columnsOf(job, person);
  return samplesOf(job, columns).find((known) => known.step === step && !columns[known.column]?.stranger);
}
