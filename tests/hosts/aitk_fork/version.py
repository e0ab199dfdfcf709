VERSION = "0.12.0-fork"
