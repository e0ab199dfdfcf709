"""Trainings that end by measurement: what they can be offered, pictures of their saves, and when they are told to end."""
