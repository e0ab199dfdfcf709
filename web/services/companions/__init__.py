"""Name and preview beside published LoRAs, for ComfyUI's and LoRA managers' lists."""
