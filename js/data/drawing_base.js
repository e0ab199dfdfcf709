/** Which file draws a person, and whether their LoRA was trained on it: as the server chooses it (generation/image/model_files.py). Pure. */

/** @typedef {Isengard.Recipe["bases"][number]} Base */
/** @typedef {{name: string, version: Isengard.Version}} Drawn */

/** ComfyUI's name for a file without its folders. @param {string} file */
const bare = (file) => file.toLowerCase().split(/[/\\]/).at(-1) ?? "";

/** A hash that is known of both is surer than a name. @param {Base} base @param {Isengard.Version} version */
function same({ file, sha256 }, { base_model: name, base_sha256: hash }) {
  return sha256 && hash ? sha256 === hash : Boolean(name) && bare(file) === bare(name);
}

/** The file that a LoRA was trained on, as far as it is still here. @param {Base[]} bases @param {Isengard.Version | null | undefined} version */
export function trainedOn(bases, version) {
  if (!version) return null;
  const here = bases.filter((base) => base.taken && same(base, version));
  return here.find(({ sha256 }) => sha256 && version.base_sha256) ?? here.find(({ file }) => file === version.base_model) ?? here[0] ?? null;
}

/** The one that draws unless somebody chooses: the first that a LoRA was trained on, else the nearest. @param {Base[]} bases @param {Drawn[]} people */
export function drawnBy(bases, people) {
  return people.map(({ version }) => trainedOn(bases, version)).find(Boolean) ?? bases.find(({ taken }) => taken) ?? null;
}

/**
 * Who is drawn with another checkpoint than theirs: {name, trained, file, why}. Only of what was trained on a file is it known; `why` is
 * `gone` where theirs is not here, `chosen` where somebody chose, `other` where the other person's draws.
 * @param {Base[]} bases @param {Drawn[]} people @param {string} chosen
 */
export function strangers(bases, people, chosen) {
  const file = chosen || drawnBy(bases, people)?.file;
  if (!file) return [];
  return people.filter(({ version }) => version.base_sha256 && version.base_model).flatMap(({ name, version }) => {
    const own = trainedOn(bases, version);
    if (own?.file === file) return [];
    return [{ name, trained: version.base_model, file, why: chosen ? "chosen" : own ? "other" : "gone" }];
  });
}
