/** Trained versions of a character and what is proven about each. */

import { button, h, picture } from "../../lib/dom.js";
import { DOT, ago, bytes, count, dotted } from "../../lib/format.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { methodWord } from "../shared/job_words.js";
import { offerUndo } from "../shared/view.js";
import { trainerOf } from "../shared/version_names.js";
import { sampleAt } from "../../data/samples.js";
import { withCheckpoints } from "../../data/versions.js";

const FIT = { fits: "proofFits", partial: "proofPartial", unchecked: "proofUnchecked", wrong: "proofWrong" };
const IMAGE = { changed: "imageChanged", unchanged: "imageUnchanged", pending: "imagePending", skipped: "imageSkipped", broken: "imageBroken", base_broken: "imageBaseBroken" };
/** What to do about a proof that failed. */
/** @type {Partial<Record<Isengard.Proof["image"], string>>} */
const ADVICE = { broken: "adviceBroken", base_broken: "adviceBaseBroken" };

/**
 * The samples of the steps that a person's versions were taken at, by file: what a version looks like is seen, not read.
 * @returns {Record<string, Isengard.SampleOf>}
 * @param {Isengard.Character} person @param {Isengard.Job[] | null} jobs
 */
export function samplesOf(person, jobs) {
  const found = person.versions.map(({ file, job_id: id, step }) => {
    const job = jobs?.find((known) => known.id === id);
    const sample = job && sampleAt(job, person, step);
    return [file, sample && { jobId: id, file: sample.file }];
  });
  return Object.fromEntries(found.filter(([, sample]) => sample));
}

/** @param {Isengard.View} view @param {Isengard.Character} character @param {Record<string, Isengard.SampleOf>} samples */
export function versionList(view, character, samples) {
  const { store } = view;
  const rows = [...character.versions].reverse().map((version) => (version.outside ? outsideRow(view, character, version) : row(store, character, version, samples[version.file])));
  const comparable = withCheckpoints(character, store.state.jobs).versions.some((version) => !version.placeholder);
  return [h("summary", { text: t("versions", { n: character.versions.length }) }), h("ul", { class: "isen-plain-list" }, ...rows),
    comparable && button(t("compareVersions"), () => store.go({ tab: "images", id: character.id, compare: "" }), { icon: "table", testid: "isen-compare-of-character" })];
}

/** @param {Isengard.Store} store @param {Isengard.Character} character @param {Isengard.Version} version @param {Isengard.SampleOf | undefined} sample */
function row(store, character, version, sample) {
  const { file, shown } = version;
  const show = async () => store.keepCharacter(await store.attempt((id) => store.api.characters.showInManagers(character.id, { file, shown: !shown }, id)));
  const { families, jobs, backends } = store.state;
  const family = said(families.find((known) => known.key === version.family), "label") || version.family;
  const trainer = trainerOf(jobs?.find(({ id }) => id === version.job_id), backends);
  return h("li", { class: "isen-row isen-caption", title: version.file },
    sample && picture(store.api.jobs.sampleUrl(sample.jobId, sample.file), ""),
    h("div", { class: "isen-grow isen-stack-tight" },
      h("span", { text: t(version.picked ? "versionPicked" : "versionLine", { family, step: count(version.step) }) }),
      h("small", { class: "isen-muted", text: dotted([trainer, methodWord(version.method), bytes(version.size), ago(version.created_at)]) }),
      h("small", { class: "isen-muted", text: proofWords(version) })),
    !version.placeholder && button(t(shown ? "companionsHide" : "companionsShow"), show, { icon: shown ? "eye-slash" : "eye", bare: true, testid: "isen-companions" }));
}

/** A file of the user's own. @param {Isengard.View} view @param {Isengard.Character} character @param {Isengard.Version} version */
function outsideRow(view, character, version) {
  const { store } = view;
  const family = said(store.state.families.find((known) => known.key === version.family), "label") || version.family;
  const { outside: lora, family: key, trigger_word } = version;
  const back = async () => store.keepCharacter(await store.attempt((id) => store.api.loras.adopt({ lora, family: key, trigger_word, character_id: character.id }, id)));
  const release = async () => {
    const left = store.keepCharacter(await store.attempt((id) => store.api.loras.release(character.id, version.file, id)));
    if (left) offerUndo(view, t("loraReleased", { name: left.name }), back);
  };
  return h("li", { class: "isen-row isen-caption", title: version.outside },
    version.outside_preview && picture(store.api.loras.previewUrl(version.outside), ""),
    h("div", { class: "isen-grow isen-stack-tight" },
      h("span", { text: t("versionOutside", { family }) }),
      h("small", { class: "isen-muted isen-wrap", dir: "auto", text: version.outside }),
      h("small", { class: "isen-muted", text: dotted([methodWord(version.method), version.trigger_word, proofWords(version)]) })),
    button(t("loraRelease"), release, { icon: "times", bare: true, title: t("loraReleaseHint"), testid: "isen-release-lora" }));
}

/** What a training's newest version needs, where its pictures show nothing; null where they do. @param {Isengard.Job} job */
export function proofAdvice({ checkpoints }) {
  const key = ADVICE[checkpoints.at(-1)?.proof.image ?? "pending"];
  return key ? h("p", { class: "isen-warn", "data-testid": "isen-proof-failed", text: t(key) }) : null;
}

/** What is known about a file, in words. @param {Pick<Isengard.Version, "proof" | "placeholder">} options */
export function proofWords({ proof, placeholder }) {
  const words = [t(FIT[proof.fit]), t(IMAGE[proof.image])];
  return (placeholder ? [t("placeholder"), ...words] : words).join(DOT);
}
