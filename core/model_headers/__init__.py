"""Headers of model files: shapes and names, never weights. `HeaderReader` is the door for files of strangers."""
