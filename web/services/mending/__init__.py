"""Small faces of pictures drawn again: on request, and by themselves where a picture was asked for with it."""
