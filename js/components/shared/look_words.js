/** What a picture shows, in words, where that is nothing: the save node saw it in the numbers. */

import { t } from "../../locales/words.js";

/** '' for every picture that shows something. @param {Isengard.GeneratedImage | undefined} image */
export function lookWords(image) {
  return image?.look ? t(`look_${image.look}`) : "";
}
