"""Models that measure likeness and look at pictures: one TOML record each. A new one needs no code unless its kind is new."""
