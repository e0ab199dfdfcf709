"""Every family on a CPU from random numbers: real widths and names, as few blocks as ComfyUI and the trainer accept.

ComfyUI counts a model's blocks and reads its widths from the file, AI-Toolkit reads them from small configurations, so such a
model is recognised, trained and drawn like the real one. It proves names, shapes, graphs and plumbing, never likeness.
"""
