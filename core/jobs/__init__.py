"""The ledger's port: what a store of jobs promises, whichever keeps them."""
