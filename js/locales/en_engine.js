/** The words of the job engine: what was rebuilt after damage. */

export default {
  jobsRebuilt: "The database of trainings was damaged ({when}) and was rebuilt from the files beside it: {entries} came back, nothing has to be done.",
  jobsRefilled: "Redis knew no trainings ({when}) and was filled from the data folder: {entries} came back, nothing has to be done.",
  peopleRebuilt: "The database of people was damaged ({when}) and was rebuilt from the files beside it: {entries} came back. Look whether your newest changes are there.",
  entries: "{n} entries",
  entries_one: "1 entry",
  damagedKept: "The damaged file is kept in the data folder as {file}.",
};
