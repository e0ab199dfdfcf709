"""LoRAs that somebody else trained, in ComfyUI's own folders: looked at, and taken in as versions of a person by a record alone."""
