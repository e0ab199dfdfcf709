"""How a picture was made, said in its file: for machines, signed where a library for it is there, and for eyes where somebody wants it."""
