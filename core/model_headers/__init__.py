"""Headers of model files: shapes and names, never weights. `HeaderReader` reads those of strangers."""
