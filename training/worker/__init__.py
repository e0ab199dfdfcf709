"""The worker: a process of its own that takes jobs from the ledger and runs them."""
