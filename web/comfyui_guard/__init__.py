"""Guarding ComfyUI's own routes: what is ours is closed there, or all of it."""
