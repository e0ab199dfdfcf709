"""Stands for the real AI-Toolkit's version, which `run.py` runs."""

VERSION = "0.12.26"
