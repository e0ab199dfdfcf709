"""Decoding strangers' files, in a child process of its own with limits; all of it through `PhotoDecoder`."""
