"""Planning a training: presets, preflight, placement, estimates, submission."""
