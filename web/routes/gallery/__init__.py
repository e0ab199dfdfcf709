"""Albums, and photo days, which fill them."""
