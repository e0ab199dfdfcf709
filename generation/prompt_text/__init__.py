"""Prompts as people write them, made into what ComfyUI's text encoders read."""
