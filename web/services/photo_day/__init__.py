"""Photo days: planned, drawn in the background, shown with what is found of each picture."""
