"""A second pass over the faces of a picture: where, asked for by which words, and the graph of it."""
