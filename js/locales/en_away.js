/** The words for a server that is away, and for what it was doing then. */

export default {
  offlineTraining: "ComfyUI does not answer. Trying again in {s} s. Trainings do not need it.",
  notDone: "ComfyUI did not answer.",
  notDoneHint: "Do it again once it does.",
  makingAway: "It is not known how far this is until ComfyUI answers again.",
  restartComfyui: "Restart ComfyUI",
  restartTrainings: "Trainings go on meanwhile.",
  restarting: "ComfyUI restarts and is back in a moment.",
  restartLoses: "{n} pictures in ComfyUI's queue will be lost.",
  restartLoses_one: "1 picture in ComfyUI's queue will be lost.",
  restartAnyway: "Restart anyway",
  makeAgain: "Make again",
};
