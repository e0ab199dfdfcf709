"""Generations: pictures and the requests they were made by, their files and sidecars."""
