/** Registers every element of the panel; loading a component's module does nothing by itself. */

import { IsenCharacter } from "./character.js";
import { IsenCharacters } from "./characters.js";
import { IsenImages } from "./images.js";
import { IsenJob } from "./job.js";
import { IsenModel } from "./model.js";
import { IsenPanel } from "./panel.js";
import { IsenSettings } from "./settings.js";
import { IsenSetup } from "./setup.js";
import { IsenTrain } from "./train.js";
import { IsenTrainings } from "./trainings.js";
import { IsenVideo } from "./video.js";

const ELEMENTS = {
  "isen-panel": IsenPanel,
  "isen-characters": IsenCharacters,
  "isen-character": IsenCharacter,
  "isen-train": IsenTrain,
  "isen-trainings": IsenTrainings,
  "isen-job": IsenJob,
  "isen-setup": IsenSetup,
  "isen-model": IsenModel,
  "isen-images": IsenImages,
  "isen-video": IsenVideo,
  "isen-settings": IsenSettings,
};

export function defineComponents(registry = customElements) {
  for (const [name, element] of Object.entries(ELEMENTS)) {
    if (!registry.get(name)) registry.define(name, element);
  }
}
