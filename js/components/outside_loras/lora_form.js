/** What has to be known of a LoRA from elsewhere: read from the file where it says so, asked for where it doesn't. */

import { button, field, h, sends } from "../../lib/dom.js";
import { bytes, inRow } from "../../lib/format.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { loraPicture, parts } from "./lora_list.js";

/**
 * @param {Isengard.Store} store
 * @param {{lora: string, facts: Schema.OutsideLoraFacts, person: Isengard.Character | null, back: () => void, done: (character: Isengard.Character) => void}} asked
 */
export function loraForm(store, { lora, facts, person, back, done }) {
  const [, file] = parts(lora);
  const name = h("input", { type: "text", maxlength: 80, required: true, dir: "auto", autocomplete: "off", value: (facts.title || file).slice(0, 80), "data-testid": "isen-lora-name" });
  const kind = h("input", { type: "text", maxlength: 40, value: "person", "data-testid": "isen-lora-kind" });
  const consent = h("input", { type: "checkbox", "data-testid": "isen-lora-consent" });
  const family = familyChoice(store, facts);
  const words = h("datalist", { id: "isen-lora-words" }, ...facts.words.map((value) => h("option", { value })));
  const trigger = h("input", { type: "text", maxlength: 200, autocomplete: "off", value: facts.words[0] ?? "", list: "isen-lora-words", "data-testid": "isen-lora-trigger" });
  const submit = h("button", { type: "submit", class: "isen-primary", text: t("loraAdd"), "data-testid": "isen-lora-add" });
  const add = async () => {
    const whose = person ? { character_id: person.id } : { name: name.value, class_word: kind.value, consent: consent.checked };
    const body = { lora, family: family.value, trigger_word: trigger.value, ...whose };
    const character = await store.attempt((id) => store.api.loras.adopt(body, id));
    if (character) done(character);
  };
  const says = facts.bases.length ? t("loraSays", { bases: inRow(facts.bases.slice(0, 3)) }) : t("loraSaysNothing");
  return h("form", { class: "isen-stack", "aria-label": t("loraTitle"), on: { submit: sends(add) } },
    h("div", { class: "isen-row isen-caption" }, loraPicture(store, lora), h("div", { class: "isen-grow isen-stack-tight" },
      h("strong", { class: "isen-wrap", dir: "auto", text: lora }), h("small", { class: "isen-muted", text: bytes(facts.size) }))),
    ...(person ? [] : [field(t("name"), name, t("nameHint")), field(t("classWord"), kind, t("classHint"))]),
    field(t("loraModel"), family, says), field(t("triggerWord"), trigger, t("loraTriggerHint")), words,
    !person && h("label", { class: "isen-check" }, consent, h("span", { text: t("loraConsent") })),
    h("div", { class: "isen-row" }, submit, button(t("back"), back, { testid: "isen-lora-back" })));
}

/** Those that it fits first. @param {Isengard.Store} store @param {Schema.OutsideLoraFacts} facts */
function familyChoice(store, { family, fitting }) {
  const known = [...store.state.families].sort((one, other) => Number(fitting.includes(other.key)) - Number(fitting.includes(one.key)));
  const box = h("select", { required: true, "data-testid": "isen-lora-family" }, h("option", { value: "", text: t("loraModelUnknown") }),
    ...known.map((one) => {
      const label = said(one, "label");
      return h("option", { value: one.key, text: fitting.includes(one.key) ? t("loraModelFits", { label }) : label });
    }));
  box.value = family;
  return box;
}
