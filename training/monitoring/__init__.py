"""Monitoring a run: progress, health, memory that spills, time left."""
