"""The GPU: who holds its memory, the lock, lending it to pictures."""
