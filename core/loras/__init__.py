"""LoRAs that were trained: the versions of a person, and reading and copying their files."""
