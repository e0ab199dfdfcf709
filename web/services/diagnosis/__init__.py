"""Gathering what is known of a person and their pictures, to say why they do not look alike."""
