/** The words for a server that is away, and for what it was doing then. */

export default {
  offlineTraining: "ComfyUI does not answer. Trying again in {s} s. Trainings do not need it.",
  notDone: "ComfyUI did not answer.",
  notDoneHint: "Do it again once it does.",
  makingAway: "It is not known how far this is until ComfyUI answers again.",
  makeAgain: "Make again",
};
