"""Privacy: what is kept of a person, erasing it, names in texts."""
