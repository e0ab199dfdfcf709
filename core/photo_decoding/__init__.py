"""Decoding strangers' files, in a child process of its own with limits; `PhotoDecoder` is the only door."""
