"""What the reading child runs: its entry, and beside it an adapter for each kind of model. Nothing here imports anything outside."""
