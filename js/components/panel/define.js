/** Registers every element of the panel; loading a component's module does nothing by itself. */

import { IsenCharacter } from "../characters/character.js";
import { IsenCharacters } from "../characters/characters.js";
import { IsenImages } from "../images/images.js";
import { IsenJob } from "../training/job.js";
import { IsenModel } from "../training/model_download.js";
import { IsenPanel } from "./panel.js";
import { IsenPhotoDay } from "../photo_day/photo_day.js";
import { IsenSettings } from "../settings/settings.js";
import { IsenSetup } from "../training/setup.js";
import { IsenTrain } from "../training/train.js";
import { IsenTrainings } from "../training/trainings.js";
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
  "isen-photo-day": IsenPhotoDay,
  "isen-video": IsenVideo,
  "isen-settings": IsenSettings,
};

export function defineComponents(registry = customElements) {
  for (const [name, element] of Object.entries(ELEMENTS)) {
    if (!registry.get(name)) registry.define(name, element);
  }
}
