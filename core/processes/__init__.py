"""Child processes: the one place that starts them, and children that answer questions in JSON."""
