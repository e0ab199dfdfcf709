/** The words of the job engine: what was rebuilt after damage. */

export default {
  jobsRebuilt: "The database of trainings was damaged ({when}) and has been rebuilt. {entries} restored; nothing for you to do.",
  jobsRefilled: "Redis had no trainings ({when}), so Isengard filled it from the data folder. {entries} restored; nothing for you to do.",
  recordsRebuilt: "Part of a database was damaged ({when}). Restored from the files beside it: {entries}; nothing for you to do.",
  recordsLeftOut: "Part of a database was damaged ({when}). Not restored, and not shown: {entries}. Everything else is as it was.",
  peopleRebuilt: "The database of people was damaged ({when}) and has been rebuilt. {entries} restored. Check that your latest changes are there.",
  slipLine: "{file}, line {n}",
  slipSettings: "{place} can't be read, so Isengard uses its defaults. Correct the file, then restart ComfyUI.",
  slipSetting: "{place}: {reason} Isengard uses the default until you correct it and restart ComfyUI.",
  slipPack: "{place} can't be read, so what that pack adds to Isengard is left out. Update that pack, or tell its author.",
  entries: "{n} entries",
  entries_one: "1 entry",
  damagedKept: "The damaged file is kept in the data folder as {file}.",
};
