"""What the server does for its routes: one module for each service."""
