"""A node pack of somebody else's, as git clone leaves it: its nodes are ComfyUI's business, its pipeline is ours."""

NODE_CLASS_MAPPINGS = {}
