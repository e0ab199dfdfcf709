"""The machine: GPUs, memory, disk, locks between processes."""
