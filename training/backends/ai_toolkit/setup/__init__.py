"""Installing AI-Toolkit from the panel: its source at one pinned commit, its own Python, locked packages, a check that trains."""
