"""LoRA files of a training: do they fit, what is said in them, publishing one."""
