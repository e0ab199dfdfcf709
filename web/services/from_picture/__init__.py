"""Orders of pictures that start from another one, and pictures that become somebody's photos."""
