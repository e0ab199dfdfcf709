/** All trainings, newest first. */

import { fill, h, icon, picture } from "../lib/dom.js";
import { about } from "../lib/format.js";
import { t } from "../locales/words.js";
import { ENDED } from "../state.js";
import { View } from "./view.js";

export class IsenTrainings extends View {
  build() {
    this.className = "isen-stack";
    this.start = h("button", {
      class: "isen-primary isen-wide", "data-testid": "isen-train-someone",
      on: { click: () => this.store.go({ tab: "training", train: "?" }) },
    }, icon("play"), t("trainAnother"));
    this.none = h("p", { class: "isen-muted isen-center", text: t("noTrainings") });
    this.list = h("div", { class: "isen-stack", role: "list" });
    this.append(this.start, this.none, this.list);
  }

  update(state) {
    const jobs = state.jobs ?? [];
    this.none.hidden = jobs.length > 0;
    const shown = jobs.map((job) => {
      const person = state.characters.find((known) => known.id === job.character_id);
      return [job, person?.name ?? "", person?.cover_photo_id ?? null];
    });
    const key = shown.map(([job, ...rest]) => [job.id, job.state, job.progress.step, job.error?.message, ...rest]);
    fill(this.list, key, () => shown.map((entry) => this.#row(...entry)));
  }

  #row(job, name, cover) {
    const { step, total_steps: total, eta_s: eta } = job.progress;
    const running = !ENDED.has(job.state);
    const left = running && eta !== null ? ` · ${t("timeLeft", { time: about(eta) })}` : "";
    const face = cover
      ? picture(this.store.api.url(`/characters/${job.character_id}/photos/${cover}/image?size=thumb`), "")
      : h("span", { class: "isen-picture isen-blank" }, icon("user"));
    return h("button", { class: "isen-card isen-job-row", role: "listitem", "data-testid": "isen-job-row", on: { click: () => this.store.go({ tab: "training", job: job.id }) } },
      face,
      h("span", { class: "isen-grow isen-stack-tight" },
        h("strong", { class: "isen-ellipsis", text: name }),
        h("small", { class: "isen-muted", text: `${job.family} · ${job.request.preset ?? ""}` }),
        running ? h("progress", { max: total || 1, value: step }) : null,
        h("small", { class: job.state === "failed" ? "isen-error-text" : "isen-muted", text: job.error?.message ?? `${t(`state_${job.state}`)}${left}` })));
  }
}
