"""Faces in pictures: finding them and describing each by numbers, in a child process, with tools that are installed once."""
