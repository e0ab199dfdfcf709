"""Model families: one TOML record each."""
