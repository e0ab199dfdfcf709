"""The trainer's process: its environment, its beginning and end, its log."""
