"""A pack beside ours that brings a trainer; it has no nodes of its own."""

NODE_CLASS_MAPPINGS = {}
