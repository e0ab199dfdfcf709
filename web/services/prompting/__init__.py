"""Prompts of before, and what styles look like with somebody's own model."""
