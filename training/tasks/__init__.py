"""Tasks: work that is not a training, such as setting up or downloading."""
