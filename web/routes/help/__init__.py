"""Help where one is: disk space and folders."""
