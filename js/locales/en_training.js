/** Captions by a captioner, the GPU and who uses it, models behind a licence. */

export default {
  caption_captioner: "Described",
  captionerHint: "A program looks at each photo and writes what is in it besides the person: place, clothes, pose, light.",
  captionerPlaceholder: "Fast test: the captions are placeholders, nobody looks at the photos.",
  captionerFetch: "The first time it fetches {model}, about {size}, licence {licence}.",
  captionerOwn: "It uses your own model.",
  describePhotos: "Describe the photos",
  cancelDescribing: "Cancel",
  describingCancelled: "Cancelled. No caption was changed.",
  described: "{n} photos were described.",
  describedOne: "1 photo was described.",
  takeBack: "Take back",
  captionsWritten: "Captions written.",
  photosOf: "{n} of {total} photos",
  phase_captioning: "describing the photos",
  phase_freeing_gpu: "waiting for ComfyUI to free the GPU",
  leaksInCaptions: "{n} describe the person",
  leakOne: "“{words}” describes the person. What a caption names is not learned as part of them: say what surrounds them instead.",
  leakMany: "“{words}” describe the person. What a caption names is not learned as part of them: say what surrounds them instead.",
};
