"""Measuring how alike pictures are to people: each picture, and the walls that versions are chosen by."""
