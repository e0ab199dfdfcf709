"""A job's folder: the frozen data set and the log of its attempts."""
