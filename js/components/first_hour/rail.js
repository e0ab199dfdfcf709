/** Where one is on the way from photos to pictures: four steps, each of which leads to its place. */

import { button, h, icon } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { t } from "../../locales/words.js";
import { RAIL, railStep } from "../../data/first_hour/way.js";

/** @type {Record<string, (person: Isengard.Character, jobs: Isengard.Job[]) => Isengard.Route>} */
const PLACES = {
  photos: ({ id }) => ({ tab: "characters", id }),
  train: ({ id }, [job]) => (job ? { tab: "training", job: job.id } : { tab: "training", train: id }),
  choose: ({ id }, [job]) => ({ tab: "images", id, compare: job?.family, training: job?.id }),
  pictures: ({ id }) => ({ tab: "images", id }),
};

export class Rail {
  /** @param {import("../../data/store.js").Store} store */
  constructor(store) {
    this.store = store;
    this.element = h("ol", { class: "isen-rail", "aria-label": t("railTitle"), "data-testid": "isen-rail" });
  }

  /** `at`: the step that is on the screen. Gone once its person has pictures: who has been here needs no way. @param {Isengard.Character | undefined} person @param {Isengard.Shown} state @param {string} at */
  show(person, state, at) {
    const reached = person ? railStep(person, state.jobs, state.generations) : "pictures";
    this.element.hidden = !person || reached === "pictures";
    if (!person || this.element.hidden) return;
    const jobs = (state.jobs ?? []).filter((job) => job.character_id === person.id);
    fill(this.element, [person.id, person.photo_count > 0, reached, at, jobs[0]?.id], () => RAIL.map((name) => this.#step(name, { at, reached, person, jobs })));
  }

  /** @param {string} name @param {{at: string, reached: string, person: Isengard.Character, jobs: Isengard.Job[]}} where */
  #step(name, { at, reached, person, jobs }) {
    const [place, far] = [RAIL.indexOf(name), RAIL.indexOf(reached)];
    const open = place <= far || (name === "train" && person.photo_count > 0);
    const go = () => this.store.go(PLACES[name](person, jobs));
    const step = button(t(`rail_${name}`), go, { kind: "link", disabled: !open, testid: `isen-rail-${name}`, "aria-current": name === at ? "step" : null });
    return h("li", { class: place < far ? "isen-good" : "" }, place < far && icon("check"), step);
  }
}
