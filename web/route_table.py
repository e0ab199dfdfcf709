"""Every route in one table: method, path below /isengard, handler, and the record its body must be (for openapi.json).

Nothing heavy is imported here: ComfyUI reads this at import. Handlers are looked up when first called.
"""

from __future__ import annotations

from .gallery_routes import GALLERY_ROUTES
from .help_routes import HELP_ROUTES
from .page_routes import PAGE_ROUTES
from .route import PREFIX, Route

__all__ = ["PREFIX", "ROUTES", "Route"]

ROUTES: tuple[Route, ...] = (
    *PAGE_ROUTES,
    Route("GET", "/health", "system.health", "State of server, worker and mode", open=True),
    Route(
        "DELETE",
        "/recoveries/{code}",
        "system.dismiss_recovery",
        "What was rebuilt was read: tell it no more",
    ),
    Route(
        "POST",
        "/session",
        "system.session",
        "Exchange the token for a session cookie",
        "SessionToken",
        open=True,
    ),
    Route(
        "POST", "/session/link", "system.session_link", "The link, for a page on this very machine", open=True
    ),
    Route("GET", "/capabilities", "system.capabilities", "What is supported, by the specification's matrix"),
    Route("GET", "/comfyui", "comfyui.show", "Whether ComfyUI can be restarted, and its queue", always=True),
    Route(
        "POST",
        "/comfyui/restart",
        "comfyui.restart",
        "Restart ComfyUI; trainings go on",
        "Restart",
        always=True,
    ),
    Route("GET", "/settings", "system.settings", "Settings and where each value comes from"),
    Route(
        "PATCH",
        "/settings",
        "system.change_settings",
        "Change harmless settings or the write-only token",
        "SettingsChange",
    ),
    Route("GET", "/openapi.json", "system.openapi", "This API"),
    Route("GET", "/events", "events.everything", "Server-sent events with replay"),
    Route("POST", "/logs", "logs.take", "The panel's own log lines", "LogLines"),
    Route("GET", "/logs", "logs.find", "Log lines by correlation id"),
    Route("GET", "/diagnostics", "logs.diagnostics", "A redacted bundle for a bug report, as a zip file"),
    *HELP_ROUTES,
    Route("GET", "/characters", "characters.list_all", "All characters, newest first"),
    Route("POST", "/characters", "characters.create", "A new character", "CharacterDraft"),
    Route("GET", "/characters/{id}", "characters.get", "One character"),
    Route("PATCH", "/characters/{id}", "characters.update", "Edit a character", "CharacterPatch"),
    Route("DELETE", "/characters/{id}", "characters.delete", "Put a character in the trash"),
    Route("POST", "/characters/{id}/restore", "characters.restore", "Bring a character back"),
    Route("GET", "/characters/{id}/forget", "characters.would_go", "What forgetting would remove, counted"),
    Route("POST", "/characters/{id}/forget", "characters.forget", "Remove a person for good, with a report"),
    Route(
        "POST",
        "/characters/{id}/versions/pick",
        "characters.pick_version",
        "Use one version as the best",
        "VersionPick",
    ),
    Route(
        "POST",
        "/characters/{id}/versions/release",
        "outside_loras.release",
        "Forget the record of a LoRA from elsewhere; its file stays",
        "VersionPick",
    ),
    Route(
        "POST",
        "/characters/{id}/versions/companions",
        "characters.choose_companions",
        "Put name and preview beside one LoRA for LoRA managers, or take them away",
        "VersionCompanions",
    ),
    Route("GET", "/outside-loras", "outside_loras.list_all", "ComfyUI's LoRAs that Isengard did not make"),
    Route("GET", "/outside-loras/facts", "outside_loras.show", "What one of them says of itself"),
    Route(
        "GET", "/outside-loras/preview", "outside_loras.preview", "The picture beside one of them, or in it"
    ),
    Route(
        "POST",
        "/outside-loras",
        "outside_loras.adopt",
        "Make one of them a version of a person; the file stays as it is",
        "LoraAdoption",
    ),
    Route(
        "GET", "/likeness", "likeness.show", "Whether likeness can be measured, and what setting it up takes"
    ),
    Route(
        "POST",
        "/characters/{id}/likeness",
        "likeness.measure",
        "Measure earlier comparisons of a character",
        "Nothing",
    ),
    Route(
        "GET",
        "/characters/{id}/diagnosis",
        "diagnosis.of_person",
        "Why a character's pictures do not look like them, the likeliest cause first",
    ),
    Route("GET", "/characters/{id}/versions", "characters.versions", "Trained LoRAs of a character"),
    Route("POST", "/characters/sample", "characters.sample", "A drawn person to play with"),
    Route("GET", "/characters/{id}/export", "transfers.give", "A character as one file"),
    Route(
        "POST",
        "/characters/import",
        "transfers.take",
        "A character from such a file (multipart)",
        upload=True,
    ),
    Route("POST", "/characters/{id}/photos", "photos.upload", "Add photos (multipart)", upload=True),
    Route("GET", "/characters/{id}/photos", "photos.list_all", "A character's photos"),
    Route(
        "PATCH", "/characters/{id}/photos/{pid}", "photos.update", "Caption, include, hold out", "PhotoPatch"
    ),
    Route("PATCH", "/characters/{id}/photos", "photos.edit_many", "Many photos at once", "PhotoEdits"),
    Route(
        "POST",
        "/characters/{id}/photos/delete",
        "photos.delete_many",
        "Put many photos in the trash",
        "PhotoChoice",
    ),
    Route(
        "POST",
        "/characters/{id}/photos/restore",
        "photos.restore_many",
        "Bring many photos back",
        "PhotoChoice",
    ),
    Route(
        "POST",
        "/characters/{id}/photos/turn",
        "improvements.turn",
        "Turn photos by quarters, each in its place",
        "PhotoTurn",
    ),
    Route(
        "POST",
        "/characters/{id}/photos/turn/undo",
        "improvements.undo_turn",
        "Take a turn back",
        "CropUndo",
    ),
    Route("DELETE", "/characters/{id}/photos/{pid}", "photos.delete", "Put a photo in the trash"),
    Route("POST", "/characters/{id}/photos/{pid}/restore", "photos.restore", "Bring a photo back"),
    Route(
        "POST",
        "/characters/{id}/photos/{pid}/crop",
        "improvements.crop",
        "A part of a photo as a new one",
        "CropBox",
    ),
    Route(
        "GET",
        "/characters/{id}/improvements",
        "improvements.show",
        "Crops that would make the photos teach more",
    ),
    Route("POST", "/characters/{id}/improvements", "improvements.apply", "Make chosen crops", "CropBatch"),
    Route(
        "POST",
        "/characters/{id}/improvements/undo",
        "improvements.undo",
        "Take a batch of crops back",
        "CropUndo",
    ),
    Route("GET", "/characters/{id}/photos/{pid}/image", "photos.image", "The picture, size=thumb or full"),
    Route(
        "POST", "/characters/{id}/captions", "photos.captions", "Caption all photos by a plan", "CaptionPlan"
    ),
    Route("GET", "/training/captioners", "photos.captioners", "What describes photos, and what it takes"),
    Route("GET", "/training/gpu", "gpu.show", "The GPU of this machine and who holds its memory"),
    Route("POST", "/training/gpu/free", "gpu.free", "Ask ComfyUI to free the GPU, then measure"),
    Route(
        "PATCH", "/characters/{id}/captions", "photos.edit_captions", "Many captions at once", "CaptionEdits"
    ),
    Route("GET", "/training/families", "training.families", "Model families"),
    Route(
        "GET",
        "/training/presets",
        "training.presets",
        "Presets of a family for a person (character_id) or for a number of photos",
    ),
    Route("GET", "/training/backends", "training.backends", "Training backends and their state"),
    Route("GET", "/training/workers", "training.workers", "Workers that are alive"),
    Route(
        "POST",
        "/training/backends/{name}/setup",
        "training.setup",
        "Install a backend, or try it out",
        "BackendSetup",
    ),
    Route(
        "POST",
        "/training/backends/{name}/uninstall",
        "training.uninstall",
        "Remove a backend",
        "Confirmation",
    ),
    Route(
        "POST",
        "/training/models/{key}/download",
        "models.download",
        "Fetch a family's models",
        "Confirmation",
    ),
    Route(
        "POST",
        "/training/preflight",
        "training.preflight",
        "What would stop this training",
        "TrainingRequest",
    ),
    Route("GET", "/training/jobs", "jobs.list_all", "Jobs, newest first"),
    Route("POST", "/training/jobs", "jobs.submit", "Queue a training", "TrainingRequest"),
    Route(
        "POST",
        "/training/set-up-and-train",
        "jobs.set_up_and_train",
        "Queue a training with all that it lacks before it",
        "SetUpAndTrainOrder",
    ),
    Route("GET", "/training/jobs/{id}", "jobs.get", "One job"),
    Route("PATCH", "/training/jobs/{id}", "jobs.move", "Change priority or place in the line", "JobMove"),
    Route("POST", "/training/jobs/{id}/cancel", "jobs.cancel", "Cancel"),
    Route("POST", "/training/jobs/{id}/pause", "jobs.pause", "Save and pause"),
    Route(
        "POST", "/training/jobs/{id}/lend", "jobs.lend", "Make room on the GPU for two minutes of pictures"
    ),
    Route("GET", "/training/lending", "training.lending", "Which training has made room, and until when"),
    Route("DELETE", "/training/lending", "training.give_back", "The training goes on now"),
    Route(
        "GET", "/training/machine", "training.machine", "GPUs and free disk of this machine and its workers"
    ),
    Route("POST", "/training/jobs/{id}/resume", "jobs.resume", "Go on from the last checkpoint"),
    Route(
        "POST",
        "/training/jobs/{id}/retry",
        "follow_ups.retry",
        "Try a failed or cancelled job again",
        "Retry",
    ),
    Route(
        "POST",
        "/training/jobs/{id}/continue",
        "follow_ups.go_on",
        "Train a finished job further",
        "MoreSteps",
    ),
    Route("POST", "/training/jobs/{id}/save-now", "jobs.save_now", "Save a checkpoint now"),
    Route("GET", "/training/jobs/{id}/events", "events.of_job", "Server-sent events of one job"),
    Route("GET", "/training/jobs/{id}/log", "jobs.log", "The last lines of the trainer's log"),
    Route("GET", "/training/jobs/{id}/loss", "jobs.loss", "The loss curve so far"),
    Route("GET", "/training/jobs/{id}/samples", "jobs.samples", "Sample pictures"),
    Route("GET", "/training/jobs/{id}/samples/{file}", "jobs.sample", "One sample picture"),
    Route("GET", "/training/jobs/{id}/checkpoints", "jobs.checkpoints", "Checkpoints and their proofs"),
    Route("POST", "/training/jobs/{id}/checkpoints/{step}/publish", "jobs.publish", "Publish a checkpoint"),
    Route("GET", "/generations", "generations.list_all", "Pictures, newest first"),
    Route("POST", "/generations", "generations.create", "Make pictures", "GenerationOrder"),
    Route(
        "PATCH",
        "/generations",
        "gallery.selection.change",
        "Mark, move, put away or bring back many pictures",
        "PicturesPatch",
    ),
    Route(
        "POST",
        "/generations/from-picture",
        "gallery.from_picture.create",
        "Make pictures that start from another one, or from a photo (multipart)",
        "PictureOrder",
        upload=True,
    ),
    Route(
        "POST", "/generations/zip", "gallery.downloads.give", "Chosen pictures as a zip file", "PicturePlaces"
    ),
    Route("GET", "/generations/{id}", "generations.get", "One generation"),
    Route(
        "PATCH",
        "/generations/{id}",
        "generations.update",
        "Mark all its pictures as favourite, or move them to an album",
        "GenerationPatch",
    ),
    Route("DELETE", "/generations/{id}", "generations.delete", "Put a generation in the trash"),
    Route("POST", "/generations/{id}/cancel", "generations.cancel", "Cancel"),
    Route("POST", "/generations/{id}/restore", "generations.restore", "Bring a generation back"),
    Route("GET", "/generations/{id}/images/{n}", "generations.image", "One picture"),
    Route(
        "PATCH",
        "/generations/{id}/images/{n}",
        "generations.update_image",
        "Mark one picture as favourite",
        "Favourite",
    ),
    Route(
        "DELETE", "/generations/{id}/images/{n}", "generations.delete_image", "Put one picture in the trash"
    ),
    Route(
        "POST", "/generations/{id}/images/{n}/restore", "generations.restore_image", "Bring one picture back"
    ),
    Route(
        "POST",
        "/generations/{id}/images/{n}/photo",
        "gallery.from_picture.keep",
        "Put one picture among somebody's photos",
        "PictureUse",
    ),
    Route(
        "GET",
        "/generations/{id}/images/{n}/copy",
        "generations.copy",
        "One picture to give away, as format=png, jpeg or webp, marked as the settings say",
    ),
    Route(
        "GET",
        "/generations/{id}/preview",
        "generations.preview",
        "The picture being made, where there is one",
    ),
    Route("GET", "/generations/{id}/workflow", "generations.workflow", "The prompt that was sent to ComfyUI"),
    Route(
        "GET",
        "/generations/{id}/images/{n}/diagnosis",
        "diagnosis.of_picture",
        "Why one picture does not look like its first person, or the one of character_id",
    ),
    Route(
        "POST",
        "/generations/{id}/images/{n}/mend",
        "generations.mend",
        "Draw the faces of a picture again, each with its own person's LoRA",
    ),
    Route(
        "GET",
        "/generations/{id}/images/{n}/workflow",
        "generations.opened",
        "The picture's recipe with the request filled in, for the canvas",
    ),
    *GALLERY_ROUTES,
    Route("GET", "/prompts", "prompting.history", "Prompts that pictures were made with, newest first"),
    Route("PATCH", "/prompts", "prompting.mark", "Make a prompt a favourite, or none any more", "PromptMark"),
    Route("GET", "/styles", "prompting.styles", "Styles, and words for shot, scene, light and clothes"),
    Route(
        "GET",
        "/characters/{id}/styles",
        "prompting.style_pictures",
        "What the styles look like with a person's own model",
    ),
    Route(
        "POST",
        "/characters/{id}/styles",
        "prompting.make_style_pictures",
        "Make these pictures in the background",
        "StylePictureOrder",
    ),
    Route("DELETE", "/characters/{id}/styles", "prompting.stop_style_pictures", "Make no more of them now"),
    Route("GET", "/characters/{id}/styles/{file}", "prompting.style_picture", "One of them"),
    Route("GET", "/recipes", "recipes.list_all", "Ways to make pictures"),
    Route("GET", "/recipes/{name}/thumbnail", "recipes.thumbnail", "A recipe's thumbnail"),
    Route("POST", "/recipes", "recipes.add", "Add a workflow in API format as a recipe", "RecipeDraft"),
    Route("POST", "/recipes/{name}/confirm", "recipes.confirm", "Agree to its foreign nodes", "Agreement"),
    Route("POST", "/recipes/{name}/restore", "recipes.restore", "Bring a recipe of the user's back"),
    Route("DELETE", "/recipes/{name}", "recipes.remove", "Put a recipe of the user's in the trash"),
    Route("GET", "/practice", "system.practice_left", "The people and pictures that practice mode has left"),
    Route("POST", "/practice/remove", "system.remove_practice", "Put all of them in the trash", "Nothing"),
    Route(
        "POST", "/practice/restore", "system.restore_practice", "Bring those of them back", "PracticeThings"
    ),
    Route("GET", "/video", "system.video", "Video: in development"),
    Route("POST", "/video", "system.video_refused", "Video: in development"),
)
