"""The records of DESIGN section 6: one pydantic definition each, for HTTP, the ledger and the disk."""
