"""The doctor: what a person can check when something does not work."""
