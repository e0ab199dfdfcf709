"""The OpenAPI page, made from the table of routes."""
